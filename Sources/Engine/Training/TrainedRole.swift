package import Models

/// A finished boosted-tree model with its samples, its calibration and what it said of samples that it had not seen.
package struct TrainedRole: Sendable {
    /// `trees-long`, `trees-exit-short`.
    package let id: String
    package let role: ModelRole
    package let file: String
    package let rows: LabeledRows
    package let heldOut: LabeledRows
    package let trees: TrainedTrees
    package let calibration: CalibrationFit.Choice
    /// Calibrated, in the order of `trees.unseen`.
    package let unseen: [Double]
    /// Calibrated answers of the finished model, in the order of `rows`.
    package let finished: [Double]
    /// Calibrated, in the order of `heldOut`.
    package let heldOutProbabilities: [Double]

    init(
        id: String, role: ModelRole, file: String, rows: LabeledRows, heldOut: LabeledRows,
        trees: TrainedTrees
    ) {
        self.id = id
        self.role = role
        self.file = file
        self.rows = rows
        self.heldOut = heldOut
        self.trees = trees
        let places = trees.unseen.places
        let choice = CalibrationFit.choose(
            trees.unseen.probabilities, places.map { rows.labels[$0] },
            parts: trees.unseen.ranges)
        calibration = choice
        unseen = trees.unseen.probabilities.map { choice.calibration.apply($0) }
        finished = trees.training.map { choice.calibration.apply($0) }
        heldOutProbabilities = trees.heldOut.map { choice.calibration.apply($0) }
    }

    /// The samples that `unseen` speaks of, in its order.
    package var unseenRows: LabeledRows { rows.rows(trees.unseen.places) }
}

extension TrainedRole {
    /// Trains one role, or takes the kept result of the same training.
    ///
    /// The model file is read back by the engine's own reader, and must say the same: what trades is what was trained.
    package static func make(
        id: String, role: ModelRole, file: String, rows: LabeledRows, heldOut: LabeledRows,
        plan: TrainingPlan, store: StageStore, progress: (Double) -> Void
    ) throws(TrainingError) -> TrainedRole {
        var parameters = plan.trees
        parameters.seed = plan.seed(of: id)
        let fingerprint = Digest.hex(of: [
            "trees 2", "\(parameters)", plan.text, rows.digest, heldOut.digest,
        ])
        let trees: TrainedTrees = try store.result(id, fingerprint: fingerprint) {
            () throws(TrainingError) in
            try TreesTraining.train(
                rows, heldOut: heldOut,
                folds: Folds.make(rows.spans, count: plan.folds, embargo: plan.embargo),
                parameters: parameters, progress: progress)
        }
        try check(trees, rows: rows, heldOut: heldOut)
        return TrainedRole(
            id: id, role: role, file: file, rows: rows, heldOut: heldOut, trees: trees)
    }

    /// Compares the engine's answers with the library's on some held-out rows.
    private static func check(
        _ trees: TrainedTrees, rows: LabeledRows, heldOut: LabeledRows
    ) throws(TrainingError) {
        let model: BoostedTrees
        do throws(ModelError) {
            model = try BoostedTrees(json: trees.model)
        } catch {
            throw .ownModelRefused(error.text)
        }
        guard model.featureNames == rows.matrix.names else {
            throw .ownModelRefused("its feature names are not those that it was given")
        }
        for index in stride(from: 0, to: heldOut.count, by: max(1, heldOut.count / 500)) {
            let row = Array(heldOut.matrix.row(index))
            let said = Double(model.probability(row.span))
            guard abs(said - trees.heldOut[index]) < 1e-6 else {
                throw .ownModelRefused(
                    "row \(index): the engine says \(said), the library \(trees.heldOut[index])")
            }
        }
    }

    /// The mean absolute Shapley contribution of each feature over at most `limit` samples spread over the training
    /// window, as shares of their sum.
    ///
    /// - Throws: `ownModelRefused`.
    package func contributions(limit: Int = 1_000) throws(TrainingError) -> [FeatureShare] {
        let model: BoostedTrees
        do throws(ModelError) {
            model = try BoostedTrees(json: trees.model)
        } catch {
            throw .ownModelRefused(error.text)
        }
        var sums = [Double](repeating: 0, count: rows.matrix.names.count)
        for index in stride(from: 0, to: rows.count, by: max(1, rows.count / limit)) {
            let row = Array(rows.matrix.row(index))
            for (feature, part) in model.contributions(row.span).dropLast().enumerated() {
                sums[feature] += abs(part)
            }
        }
        return FeatureShare.normalized(
            zip(rows.matrix.names, sums).map { FeatureShare(name: $0, share: $1) })
    }
}

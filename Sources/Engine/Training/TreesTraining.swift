package import Trading

/// Samples with their labels; all arrays are of the same length and in one order.
package struct LabeledRows: Sendable {
    package var matrix: FeatureMatrix
    package var labels: [Bool] = []
    package var spans: [LabelSpan] = []
    /// What the decision that the label is about brings: an entry's return after costs, or what leaving now brings more
    /// than holding, as a fraction of the entry.
    package var worths: [Double] = []
    /// The place of each sample's symbol among the symbols of the data.
    package var symbols: [Int] = []
    /// The candle at whose close the sample is looked at.
    package var candles: [Int] = []
    /// Samples of one position have one number; entries have one each.
    package var positions: [Int] = []

    package init(names: [String]) { matrix = FeatureMatrix(names: names) }

    package var count: Int { labels.count }

    package mutating func append(
        _ row: some Collection<Float>, isWin: Bool, span: LabelSpan, worth: Double, symbol: Int,
        candle: Int, position: Int? = nil
    ) {
        positions.append(position ?? count)
        matrix.append(row)
        labels.append(isWin)
        spans.append(span)
        worths.append(worth)
        symbols.append(symbol)
        candles.append(candle)
    }

    /// When the features of each sample were known.
    package var times: [Timestamp] { spans.map(\.start) }

    /// The samples at these places, in the order given.
    package func rows(_ indices: [Int]) -> LabeledRows {
        var result = LabeledRows(names: matrix.names)
        result.matrix = matrix.rows(indices)
        result.labels = indices.map { labels[$0] }
        result.spans = indices.map { spans[$0] }
        result.worths = indices.map { worths[$0] }
        result.symbols = indices.map { symbols[$0] }
        result.candles = indices.map { candles[$0] }
        result.positions = indices.map { positions[$0] }
        return result
    }

    /// A digest of everything that a model could learn from.
    package var digest: String {
        Digest.hex(of: [
            matrix.names.joined(separator: ","), Digest.hex(raw: matrix.values),
            Digest.hex(raw: labels.map { $0 ? UInt8(1) : 0 }),
            Digest.hex(raw: spans.flatMap { [$0.start.nanoseconds, $0.end.nanoseconds] }),
        ])
    }
}

/// Predictions of samples by models that had not seen them, as places and raw probabilities.
package struct UnseenPredictions: Hashable, Sendable, Codable {
    /// Places among the training samples, ascending within a part; one array a fold, in the order of time.
    package var parts: [[Int]]
    /// In the order of `parts`, joined.
    package var probabilities: [Double]

    package init(parts: [[Int]], probabilities: [Double]) {
        self.parts = parts
        self.probabilities = probabilities
    }

    /// Places of all parts, joined.
    package var places: [Int] { parts.flatMap { $0 } }

    /// The parts as places among `probabilities`.
    package var ranges: [[Int]] {
        var start = 0
        return parts.map { part in
            defer { start += part.count }
            return Array(start..<start + part.count)
        }
    }
}

/// A finished model of boosted trees, and what was learned about it on the way.
package struct TrainedTrees: Sendable, Codable {
    /// The model file.
    package var model: [UInt8]
    package var rounds: Int
    /// Mean log loss of the folds' validation parts after each round, from the first.
    package var curve: [Double]
    /// By the folds' models at the chosen number of rounds.
    package var unseen: UnseenPredictions
    /// Raw probabilities of the training samples by the finished model, which has learned from them.
    package var training: [Double]
    /// Raw probabilities of the held-out samples by the finished model.
    package var heldOut: [Double]
    package var gains: [FeatureShare]
}

/// Trains boosted trees by walking forward, then once on everything.
package enum TreesTraining {
    /// Rounds without a better mean loss after which the search for their number ends.
    package static let patience = 40
    /// A smaller gain of the mean loss is no gain.
    static let minGain = 1e-6

    /// All folds grow in step; the number of rounds is the one with the least mean loss over their validation parts. That
    /// one number is all that the folds' validation parts decide, so the predictions on them stay nearly honest. The
    /// finished model then learns from all samples for that many rounds.
    ///
    /// - Parameter progress: called with a share of 0...1.
    /// - Throws: what libxgboost says, or `tooFewSamples`.
    package static func train(
        _ rows: LabeledRows, heldOut: LabeledRows, folds: [Fold], parameters: BoosterParameters,
        progress: (Double) -> Void = { _ in }
    ) throws(TrainingError) -> TrainedTrees {
        guard !folds.isEmpty else { throw .tooFewSamples("no fold has samples on both sides") }
        var boosters: [Booster] = []
        var validations: [BoosterMatrix] = []
        for fold in folds {
            let training = rows.rows(fold.training)
            try check(training)
            let part = rows.rows(fold.validation)
            let validation = try BoosterMatrix(part.matrix, labels: part.labels)
            validations.append(validation)
            boosters.append(
                try Booster(
                    training: BoosterMatrix(training.matrix, labels: training.labels),
                    validation: validation, names: rows.matrix.names, parameters: parameters))
        }
        var curve: [Double] = []
        var best = 0
        while curve.count < parameters.maxRounds {
            var sum = 0.0
            var count = 0
            for (booster, fold) in zip(boosters, folds) {
                try booster.update()
                guard let loss = try booster.validationLoss() else { continue }
                sum += loss * Double(fold.validation.count)
                count += fold.validation.count
            }
            curve.append(sum / Double(count))
            if curve[curve.count - 1] < curve[best] - minGain { best = curve.count - 1 }
            progress(0.85 * Double(curve.count) / Double(parameters.maxRounds))
            if curve.count - 1 - best >= patience { break }
        }
        let rounds = best + 1
        var probabilities: [Double] = []
        for (booster, validation) in zip(boosters, validations) {
            probabilities += try booster.probabilities(validation, trees: rounds)
        }
        boosters = []
        try check(rows)
        let all = try BoosterMatrix(rows.matrix, labels: rows.labels)
        let final = try Booster(training: all, names: rows.matrix.names, parameters: parameters)
        for round in 0..<rounds {
            try final.update()
            progress(0.85 + 0.15 * Double(round + 1) / Double(rounds))
        }
        return TrainedTrees(
            model: try final.json(), rounds: rounds, curve: curve,
            unseen: UnseenPredictions(
                parts: folds.map(\.validation), probabilities: probabilities),
            training: try final.probabilities(all),
            heldOut: heldOut.count == 0
                ? [] : try final.probabilities(try BoosterMatrix(heldOut.matrix, labels: [])),
            gains: try final.gains())
    }

    private static func check(_ rows: LabeledRows) throws(TrainingError) {
        let wins = rows.labels.count { $0 }
        guard wins > 0, wins < rows.count else {
            throw .tooFewSamples("\(rows.count) samples, \(wins) of them wins")
        }
    }
}

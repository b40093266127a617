import Models
import Trading

/// One run of `narwhald train`: reads the data once and makes what is asked for.
package final class TrainingRun {
    /// What can be asked for.
    package enum Part: Hashable, Sendable { case entry, exit, lstm, policy, set }

    let plan: TrainingPlan
    let out: String
    let store: StageStore
    let progress: Progress
    let data: TrainingData
    /// The version of libxgboost.
    let library: String
    /// What a person has to add to the set's card; empty for nothing.
    let remark: String

    /// Opens the library and reads the data.
    ///
    /// - Parameters:
    ///   - xgboost: a library file; `nil` tries the usual names.
    ///   - remark: stands in the set's card.
    /// - Throws: the first thing that is absent or refused.
    package init(
        data: String, out: String, plan: TrainingPlan, xgboost: String?, remark: String = "",
        progress: Progress
    ) throws(TrainingError) {
        self.plan = plan
        self.out = out
        self.remark = remark
        self.progress = progress
        library = try XGBoostLibrary.open(path: xgboost)
        store = try StageStore(folder: out + "/stages")
        try Files.makeFolder(out + "/cards")
        self.data = try TrainingData.load(folder: data, until: plan.validateTo) { symbol, share in
            progress.show("features \(symbol)", share)
        }
        progress.finish()
    }

    /// On data that is already there; for tests.
    init(
        data: TrainingData, out: String, plan: TrainingPlan, progress: Progress
    ) throws(TrainingError) {
        self.plan = plan
        self.out = out
        remark = ""
        self.progress = progress
        library = try XGBoostLibrary.open()
        store = try StageStore(folder: out + "/stages")
        try Files.makeFolder(out + "/cards")
        self.data = data
    }

    /// Makes one part, and what it rests on, and writes its files and cards.
    ///
    /// - Throws: the first thing that fails; what was written before stays.
    package func make(_ part: Part) throws(TrainingError) {
        let long = try entry(.long)
        let short = try entry(.short)
        switch part {
        case .entry:
            try write(EntryJudgement(trees: long, lstm: nil, seed: plan.seed))
            try write(EntryJudgement(trees: short, lstm: nil, seed: plan.seed))
        case .exit:
            try writeExits(long: exit(.long, entry: long), short: exit(.short, entry: short))
        case .lstm:
            let network = try sequence()
            try writeLSTM(
                network,
                long: EntryJudgement(
                    trees: long, lstm: TrainedLSTM(network, role: long, direction: .long),
                    seed: plan.seed),
                short: EntryJudgement(
                    trees: short, lstm: TrainedLSTM(network, role: short, direction: .short),
                    seed: plan.seed))
        case .policy: try makePolicy(long: long, short: short)
        case .set: try makeSet(long: long, short: short)
        }
        progress.finish()
    }

    func entry(_ direction: Direction) throws(TrainingError) -> TrainedRole {
        let word = direction == .long ? "long" : "short"
        let (rows, heldOut) = EntryRows.make(data, direction: direction, plan: plan)
        guard rows.count >= 1_000 else {
            throw .tooFewSamples("\(rows.count) candles with a label between the days given")
        }
        return try TrainedRole.make(
            id: "trees-\(word)", role: direction == .long ? .entryLong : .entryShort,
            file: "entry-\(word).json", rows: rows, heldOut: heldOut, plan: plan, store: store
        ) { share in progress.show("entry \(word)", share) }
    }

    func sequence() throws(TrainingError) -> TrainedSequence {
        let parameters = plan.sequence
        let rows = SequenceRows(data, plan: plan, steps: parameters.steps)
        let seed = plan.seed(of: "lstm")
        let fingerprint = Digest.hex(of: [
            "lstm 2", "\(parameters)", plan.text, Digest.hex(raw: rows.rows),
            Digest.hex(raw: rows.samples.flatMap { $0.labels }), "\(seed)",
        ])
        let result: TrainedSequence = try store.result("lstm", fingerprint: fingerprint) {
            () throws(TrainingError) in
            try SequenceTraining.train(rows, plan: plan, parameters: parameters, seed: seed) {
                share in progress.show("lstm", share)
            }
        }
        progress.finish()
        return result
    }
}

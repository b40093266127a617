import Models
import ModelStore
import Trading

extension TrainingRun {
    /// Makes all members, writes them with their cards, then the manifest, and reads the set back as the engine does.
    func makeSet(long: TrainedRole, short: TrainedRole) throws(TrainingError) {
        let exitLong = try exit(.long, entry: long)
        let exitShort = try exit(.short, entry: short)
        let network = try sequence()
        let judgedLong = try EntryJudgement(
            trees: long, lstm: TrainedLSTM(network, role: long, direction: .long), seed: plan.seed)
        let judgedShort = try EntryJudgement(
            trees: short, lstm: TrainedLSTM(network, role: short, direction: .short),
            seed: plan.seed)
        progress.show("cards", 0)
        try write(judgedLong)
        try write(judgedShort)
        try writeLSTM(network, long: judgedLong, short: judgedShort)
        let exits = try writeExits(long: exitLong, short: exitShort)
        let policy = try writePolicy(long: judgedLong, short: judgedShort)
        var manifest = manifest(long: judgedLong, short: judgedShort, exits: exits)
        manifest.members = members(
            long: judgedLong, short: judgedShort, exits: [exitLong, exitShort],
            network: network.model)
        if let policy { manifest.members.append(policy) }
        manifest.training[ModelRole.entryLong.index] = histograms(judgedLong)
        manifest.training[ModelRole.entryShort.index] = histograms(judgedShort)
        for role in [exitLong, exitShort] {
            manifest.training[role.role.index] = histograms(role.rows, answers: role.finished)
        }
        try Files.write(manifest.json, to: out + "/" + ModelFiles.manifestName)
        try writeSetCard(manifest, long: judgedLong, short: judgedShort, exits: exits)
        do throws(ModelStoreError) {
            let set = try ModelFiles(folder: out).makeSet()
            progress.say("set '\(set.name)' with \(set.members.count) members in \(out)")
        } catch {
            throw .ownModelRefused(error.description)
        }
    }

    /// Everything but members and histograms.
    private func manifest(
        long: EntryJudgement, short: EntryJudgement, exits: ExitJudgement
    ) -> SetManifest {
        var manifest = SetManifest()
        manifest.name = "pooled-5m-\((plan.to - .hours(24)).dayText)"
        manifest.note =
            "Trained on \(data.symbols.map(\.symbol.description).joined(separator: ", ")), five-minute candles. "
            + shortVerdict(long, short)
        manifest.schema = FeatureSchema.hash
        manifest.window.from = plan.from.dayText
        manifest.window.to = (plan.to - .hours(24)).dayText
        manifest.window.validatedFrom = plan.validateFrom.dayText
        manifest.window.validatedTo = (plan.validateTo - .hours(24)).dayText
        manifest.bracket = TrainedBracket(
            stop: plan.bracket.stop, target: plan.bracket.target,
            horizonCandles: plan.bracket.horizon, roundTripCosts: plan.bracket.costs)
        let thresholds = (
            long.walkForwardSignals.threshold, short.walkForwardSignals.threshold
        )
        manifest.entryThresholds = PerDirection(long: thresholds.0, short: thresholds.1)
        manifest.exitThreshold = exits.walkForward.threshold
        manifest.bounds = Self.bounds(thresholds.0, thresholds.1)
        manifest.expectedSignalRate = PerDirection(
            long: long.walkForwardSignals.rate, short: short.walkForwardSignals.rate)
        return manifest
    }

    /// How far the thresholds may go. The calibrated answers move within a few hundredths, so an offset of 0.15 would
    /// either signal on everything or on nothing.
    static func bounds(_ long: Double, _ short: Double) -> ThresholdBounds {
        let offset = 0.05
        let least = ((min(long, short) - offset) * 100).rounded(.down) / 100
        return ThresholdBounds(lowest: min(0.5, least), highest: 0.85, maxOffset: offset)
    }

    private func members(
        long: EntryJudgement, short: EntryJudgement, exits: [TrainedRole], network: [UInt8]
    ) -> [SetManifest.Member] {
        var members: [SetManifest.Member] = []
        for judged in [long, short] {
            members.append(member(judged.trees, weight: 1 - judged.lstmWeight))
            guard let lstm = judged.lstm else { continue }
            var member = SetManifest.Member()
            member.id = "lstm"
            member.kind = .lstm
            member.role = .model(judged.trees.role)
            member.file = Self.networkFile
            member.sha256 = Digest.hex(network)
            member.weight = judged.lstmWeight
            member.features = TrainingFeatures.sequence
            member.calibration = lstm.calibration.calibration
            member.steps = plan.sequence.steps
            member.output = lstm.direction == .long ? 0 : 1
            members.append(member)
        }
        return members + exits.map { member($0, weight: 1) }
    }

    private func member(_ role: TrainedRole, weight: Double) -> SetManifest.Member {
        var member = SetManifest.Member()
        member.id = role.id
        member.kind = .trees
        member.role = .model(role.role)
        member.file = role.file
        member.sha256 = Digest.hex(role.trees.model)
        member.weight = weight
        member.features = role.rows.matrix.names.compactMap { FeatureID(name: $0) }
        member.calibration = role.calibration.calibration
        return member
    }

    private func histograms(_ judged: EntryJudgement) -> [DriftMonitor.Quantity] {
        histograms(judged.trees.rows, answers: judged.finished)
    }

    /// How features and the finished models' answers were spread over the training samples. Answers to what was learned
    /// from lie a little further apart than others; those of walk-forward models, which learned from less, much further.
    private func histograms(_ rows: LabeledRows, answers: [Double]) -> [DriftMonitor.Quantity] {
        var list: [DriftMonitor.Quantity] = []
        for (column, name) in rows.matrix.names.enumerated() {
            let values = (0..<rows.count).map { Double(rows.matrix[row: $0, column: column]) }
            guard let histogram = TrainingHistogram.of(values) else { continue }
            list.append(DriftMonitor.Quantity(name: name, histogram: histogram))
        }
        if let histogram = TrainingHistogram.of(answers) {
            list.append(DriftMonitor.Quantity(name: DriftMonitor.output, histogram: histogram))
        }
        return list
    }

    private func shortVerdict(_ long: EntryJudgement, _ short: EntryJudgement) -> String {
        func word(_ judged: EntryJudgement) -> String {
            "\(CardNumber.percent(judged.heldOutSignals.net, 2)) a signal"
        }
        return
            "Mean return after costs in the held-out stretch, with 95 % interval: long \(word(long)), short \(word(short)). Read card.md before you trust it."
    }
}

import Models
import Trading

extension TrainingRun {
    /// The card of the whole set.
    func writeSetCard(
        _ manifest: SetManifest, long: EntryJudgement, short: EntryJudgement, exits: ExitJudgement
    ) throws(TrainingError) {
        var card = Card(title: "The model set \(manifest.name)")
        card.paragraph(
            "Long entries: " + Verdict.edge(long.walkForwardSignals, heldOut: long.heldOutSignals))
        card.paragraph(
            "Short entries: "
                + Verdict.edge(short.walkForwardSignals, heldOut: short.heldOutSignals))
        card.paragraph("Exits: " + Verdict.exit(exits.walkForward, heldOut: exits.heldOut))
        if !remark.isEmpty { card.paragraph(remark) }
        card.section("Members")
        card.table(
            ["member", "role", "weight", "file", "SHA-256"],
            manifest.members.map {
                [
                    $0.id, $0.role.name, CardNumber.fixed($0.weight, 1), $0.file,
                    "`\($0.sha256.prefix(16))…`",
                ]
            })
        card.section("Bracket and thresholds")
        card.paragraph(
            "Stop \(CardNumber.percent(plan.bracket.stop, 2)), target \(CardNumber.percent(plan.bracket.target, 2)), at most \(plan.bracket.horizon) candles, costs of a round trip \(CardNumber.percent(plan.bracket.costs, 2)) (taker fee of 0.05 % each way and a basis point of slippage, unless told otherwise)."
        )
        for (side, judged) in [("Long", long), ("Short", short)] {
            card.bullet(
                "\(side): base threshold \(CardNumber.fixed(judged.walkForwardSignals.threshold, 3)), expected on \(CardNumber.percent(judged.walkForwardSignals.rate, 2)) of candles; in the held-out stretch it was \(CardNumber.percent(judged.heldOutSignals.rate, 2)). Base rate of wins \(CardNumber.percent(Metrics.baseRate(judged.trees.rows.labels), 1)), break-even near \(CardNumber.percent(judged.breakEven, 1))."
            )
        }
        card.bullet(
            "By stop and target alone, as if no trade timed out, break-even is \(CardNumber.percent(plan.bracket.breakEven, 1)): the fee guard refuses entries with less, whatever the threshold."
        )
        card.bullet(
            "Exit threshold \(CardNumber.fixed(exits.walkForward.threshold, 2)), both sides, at closes of decision candles."
        )
        card.bullet(
            "Thresholds stay within \(CardNumber.fixed(manifest.bounds.lowest, 2)) and \(CardNumber.fixed(manifest.bounds.highest, 2)), at most \(CardNumber.fixed(manifest.bounds.maxOffset, 2)) from their base. The lowest is below one half because break-even of this bracket is: a win brings more than a loss costs. The offset is small because calibrated answers move within a few hundredths."
        )
        card.section("Entries, all members together")
        for (side, judged) in [("Long", long), ("Short", short)] {
            card.paragraph("\(side):")
            card.quality([judged.walkForwardReport, judged.heldOutReport])
            card.signals([
                ("walk-forward", judged.walkForwardSignals), ("held out", judged.heldOutSignals),
            ])
            card.reliability(judged.heldOutReport)
        }
        card.section("Drift from the training window to the held-out stretch")
        card.paragraph(
            "Features whose population stability index was above 0.1 there (long entries). A monitor that compares months with months sees seasons too; slow features stand out."
        )
        let drifted = drifted(long)
        if drifted.isEmpty {
            card.paragraph("None.")
        } else {
            card.table(
                ["feature", "index"],
                drifted.map { ["`\($0.name)`", CardNumber.fixed($0.index, 2)] })
        }
        card.section("What it cannot do")
        card.bullet("See each member's card in `cards/`.")
        card.bullet(
            "Returns of signals are means over overlapping signals, each followed by its bracket. They are no back-test: no position limits, no sizing, no guards."
        )
        card.bullet(
            "The held-out stretch holds the crash of 2025-10-10. Fills there would have been worse than the bracket's prices."
        )
        try Files.write(Array(card.text.utf8), to: out + "/card.md")
    }

    /// Features that are further from training than the warning level in the held-out stretch, worst first.
    private func drifted(_ judged: EntryJudgement) -> [(name: String, index: Double)] {
        let (rows, later) = (judged.trees.rows, judged.trees.heldOut)
        var result: [(name: String, index: Double)] = []
        for (column, name) in rows.matrix.names.enumerated() {
            let then = (0..<rows.count).map { Double(rows.matrix[row: $0, column: column]) }
            let now = (0..<later.count).map { Double(later.matrix[row: $0, column: column]) }
            guard let histogram = TrainingHistogram.of(then),
                let index = histogram.stabilityIndex(now), index > DriftMonitor.warnAbove
            else { continue }
            result.append((name, index))
        }
        return result.sorted { $0.index != $1.index ? $0.index > $1.index : $0.name < $1.name }
    }
}

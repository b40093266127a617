import Models
import Trading

// The cards that stand beside the models, and the model files.

extension TrainingRun {
    /// Where the data came from and what the label asks, in the words of all entry cards.
    private func describe(_ card: inout Card, rows: LabeledRows) {
        let symbols = data.symbols.map(\.symbol.description).joined(separator: ", ")
        card.section("Data")
        card.bullet("symbols, pooled: \(symbols); candles of five minutes")
        card.bullet(
            "learned from: \(plan.from.dayText) to \((plan.to - .hours(24)).dayText), \(rows.count) samples"
        )
        card.bullet(
            "held out; nothing in this run was chosen on it: \(plan.validateFrom.dayText) to \((plan.validateTo - .hours(24)).dayText)"
        )
        card.bullet(
            "walk-forward: \(plan.folds) parts of the training window, each judged by a model that learned only from what came before; labels that reach into a judged part are purged, \(Int(plan.embargo.seconds / 3600)) h before it are left out"
        )
        card.bullet(
            "features: \(rows.matrix.names.count), computed by the code that runs live, schema \(FeatureSchema.hash)"
        )
    }

    private var bracketText: String {
        "stop \(CardNumber.percent(plan.bracket.stop, 2)), target \(CardNumber.percent(plan.bracket.target, 2)), at most \(plan.bracket.horizon) candles, costs \(CardNumber.percent(plan.bracket.costs, 2)) for entry and exit together"
    }

    private func limits(_ card: inout Card, _ more: [String] = []) {
        card.section("What it cannot do")
        for line in more { card.bullet(line) }
        card.bullet(
            "It knows nothing of order flow by size, open interest, funding, the order book, liquidations or news: they are not in the training data, and it is never fed them."
        )
        card.bullet(
            "It learned from eight months of four symbols in one kind of market. Other symbols, other venues and other years are guesses."
        )
        card.bullet(
            "Labels overlap: samples that start within four hours of each other share their outcome, so the number of samples says little. Intervals are by days for that reason."
        )
        card.section("Drift")
        card.paragraph(
            "The set stores the training deciles and the missing share of every feature and of the answer. The engine compares what it sees with them (population stability index, from 1,000 rows on: above 0.1 a warning, above 0.25 an alarm)."
        )
    }

    private func method(_ card: inout Card, _ role: TrainedRole) {
        let parameters = plan.trees
        card.section("Model")
        card.paragraph(
            "\(role.trees.rounds) boosted trees of depth \(parameters.maxDepth) (XGBoost \(library), hist, eta \(parameters.learningRate), min_child_weight \(parameters.minChildWeight), subsample \(parameters.rowShare), colsample_bytree \(parameters.columnShare), lambda \(parameters.lambda), seed \(plan.seed(of: role.id) % 2_147_483_647)). The number of trees is the one with the least mean log loss over the walk-forward parts; the finished model then learned from the whole window. Classes are near balance, so they are not reweighted (scale_pos_weight 1): that would bend the probabilities that calibration then has to straighten."
        )
        card.calibration(role.calibration)
    }

    /// Writes the model and the card of one entry role.
    func write(_ judged: EntryJudgement) throws(TrainingError) {
        let role = judged.trees
        try Files.write(role.trees.model, to: out + "/" + role.file)
        let side = role.role == .entryLong ? "long" : "short"
        var card = Card(title: "\(role.id): does a \(side) win?")
        card.paragraph(
            Verdict.edge(judged.walkForwardSignals, heldOut: judged.heldOutSignals))
        describe(&card, rows: role.rows)
        card.section("Label")
        card.paragraph(
            "A \(side) opened at the close of a candle wins when its bracket ends above nothing after costs: \(bracketText). In each candle the adverse extreme comes first; what is left at the end is judged by the sign of its return after costs. Break-even at \(CardNumber.percent(judged.breakEven, 1)) wins, by the mean win and loss of all training samples; \(CardNumber.percent(Metrics.baseRate(role.rows.labels), 1)) of all won."
        )
        method(&card, role)
        card.section("Quality, of the trees alone")
        let unseen = role.unseenRows
        let reports = [
            try RoleReport(
                title: "walk-forward", probabilities: role.unseen, labels: unseen.labels,
                times: unseen.times, seed: plan.seed),
            try RoleReport(
                title: "held out", probabilities: role.heldOutProbabilities,
                labels: role.heldOut.labels, times: role.heldOut.times, seed: plan.seed),
        ]
        card.quality(reports)
        for report in reports { card.reliability(report) }
        card.section("Signals\(judged.lstm == nil ? "" : ", of trees and LSTM together")")
        card.paragraph(
            "How often to signal is the rate with the highest lower bound of the mean return, from \(CardNumber.percent(ThresholdChoice.rates[0], 0)) to \(CardNumber.percent(ThresholdChoice.rates[ThresholdChoice.rates.count - 1], 0)) of candles, each walk-forward part signaling on its own highest answers: those figures are flattered by the choice, the held-out ones are not. The threshold is the answer that the finished models reach that often in the training window."
        )
        card.signals([
            ("walk-forward", judged.walkForwardSignals), ("held out", judged.heldOutSignals),
        ])
        card.section("What it looks at")
        card.importances(gains: role.trees.gains, contributions: try role.contributions())
        limits(&card)
        try Files.write(Array(card.text.utf8), to: out + "/cards/\(role.id).md")
    }

    /// Writes the models and the cards of both exit roles, and says the threshold.
    @discardableResult
    func writeExits(long: TrainedRole, short: TrainedRole) throws(TrainingError) -> ExitJudgement {
        let judged = try exitThreshold(long: long, short: short)
        for role in [long, short] { try write(role, judged) }
        return judged
    }

    private func write(_ role: TrainedRole, _ judged: ExitJudgement) throws(TrainingError) {
        try Files.write(role.trees.model, to: out + "/" + role.file)
        let side = role.role == .exitLong ? "long" : "short"
        var card = Card(title: "\(role.id): is leaving a \(side) now better than holding?")
        card.paragraph(Verdict.exit(judged.walkForward, heldOut: judged.heldOut))
        describe(&card, rows: role.rows)
        card.section("Label")
        card.paragraph(
            "Positions are opened along the real paths, half of them where the entry model would have signaled that had not seen the candle, half anywhere, and looked at on every later close. The label: leaving at this close brings more than holding to the bracket's end (\(bracketText)). Both pay the same costs. Position features are computed by the code that runs live, with the close as mark price; peak and trough come from the extremes of traded prices here, and live from the mark, which shows shorter wicks."
        )
        method(&card, role)
        card.section("Quality")
        let unseen = role.unseenRows
        let reports = [
            try RoleReport(
                title: "walk-forward", probabilities: role.unseen, labels: unseen.labels,
                times: unseen.times, seed: plan.seed),
            try RoleReport(
                title: "held out", probabilities: role.heldOutProbabilities,
                labels: role.heldOut.labels, times: role.heldOut.times, seed: plan.seed),
        ]
        card.quality(reports)
        for report in reports { card.reliability(report) }
        card.section(
            "Leaving at \(CardNumber.fixed(judged.walkForward.threshold, 2)) or more, both sides together"
        )
        card.paragraph(
            "The threshold has the highest lower bound of the mean gain on walk-forward predictions, among hundredths from 0.50 to 0.85 by which at least one position in twenty is left early."
        )
        card.table(
            ["", "walk-forward", "held out"],
            [
                ["positions", "\(judged.walkForward.positions)", "\(judged.heldOut.positions)"],
                [
                    "left early", CardNumber.percent(judged.walkForward.leftEarly),
                    CardNumber.percent(judged.heldOut.leftEarly),
                ],
                [
                    "mean gain a position over holding",
                    CardNumber.percent(judged.walkForward.gain, 3),
                    CardNumber.percent(judged.heldOut.gain, 3),
                ],
            ])
        card.section("What it looks at")
        card.importances(gains: role.trees.gains, contributions: try role.contributions())
        limits(
            &card,
            [
                "It is asked at closes of five minutes and trained on them. Between closes its answer is shown, not acted on.",
                "It compares with the bracket that it was trained on. Under another stop, target or horizon its answer means something else.",
            ])
        try Files.write(Array(card.text.utf8), to: out + "/cards/\(role.id).md")
    }

    /// Writes the network and its card.
    func writeLSTM(
        _ network: TrainedSequence, long: EntryJudgement, short: EntryJudgement
    ) throws(TrainingError) {
        try Files.write(network.model, to: out + "/" + Self.networkFile)
        let parameters = plan.sequence
        var card = Card(title: "lstm: which way do the last \(parameters.steps) candles point?")
        card.paragraph(
            "Judged beside the trees on the same candles; its weight in the set is what lowers the walk-forward log loss, but at least \(CardNumber.fixed(EntryJudgement.minWeight, 1)), so that it is seen and watched."
        )
        describe(&card, rows: long.trees.rows)
        card.section("Label")
        card.paragraph(
            "Two outputs: that the bracket of a long wins, and that of a short, as for the trees: \(bracketText)."
        )
        card.section("Model")
        card.paragraph(
            "One layer of \(parameters.hidden) units over \(parameters.steps) candles of \(TrainingFeatures.sequence.count) features (`\(TrainingFeatures.sequence.map(\.name).joined(separator: "`, `"))`), trained on every \(parameters.stride)th candle by our own gradients and Adam; stopped early by the latest \(CardNumber.percent(parameters.stoppingShare, 0)) of its own samples, so the finished network learned nothing from the last weeks of the window. Best passes: \(network.epochs.map(String.init).joined(separator: ", ")) (walk-forward, then the finished one). Seed \(plan.seed(of: "lstm"))."
        )
        for judged in [long, short] {
            guard let lstm = judged.lstm else { continue }
            let side = lstm.direction == .long ? "long" : "short"
            card.section("As entry \(side)")
            card.calibration(lstm.calibration)
            card.paragraph(
                "Least log loss together with the trees at a weight of \(CardNumber.fixed(judged.bestWeight, 1)); in the set: \(CardNumber.fixed(judged.lstmWeight, 1))."
            )
            let rows = judged.trees.rows.rows(lstm.places)
            let kept = lstm.heldOut.indices.filter { !lstm.heldOut[$0].isNaN }
            let later = judged.trees.heldOut.rows(kept)
            let reports = [
                try RoleReport(
                    title: "walk-forward", probabilities: lstm.unseen, labels: rows.labels,
                    times: rows.times, seed: plan.seed),
                try RoleReport(
                    title: "held out", probabilities: kept.map { lstm.heldOut[$0] },
                    labels: later.labels, times: later.times, seed: plan.seed),
            ]
            card.quality(reports)
            for report in reports { card.reliability(report) }
        }
        limits(
            &card,
            [
                "It has no answer while one of its \(parameters.steps) rows is missing a value; the trees then speak alone.",
                "It says no contributions: what moved its answer is not shown.",
            ])
        try Files.write(Array(card.text.utf8), to: out + "/cards/lstm.md")
    }

    static let networkFile = "lstm.safetensors"
}

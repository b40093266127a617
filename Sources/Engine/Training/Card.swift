import Trading

/// Builds the text of model cards: Markdown that also reads well as it is.
package struct Card: Sendable {
    package private(set) var text = ""

    package init(title: String) { text = "# \(title)\n\n" }

    package mutating func section(_ title: String) {
        text += text.hasSuffix("\n\n") ? "## \(title)\n\n" : "\n## \(title)\n\n"
    }

    package mutating func paragraph(_ words: String) { text += words + "\n\n" }

    package mutating func bullet(_ words: String) { text += "- \(words)\n" }

    package mutating func table(_ head: [String], _ rows: [[String]]) {
        text += "| \(head.joined(separator: " | ")) |\n"
        text += "|" + head.map { _ in " --- |" }.joined() + "\n"
        for row in rows { text += "| \(row.joined(separator: " | ")) |\n" }
        text += "\n"
    }
}

/// Numbers as cards show them.
package enum CardNumber {
    /// With `digits` after the point; `n/a` when it is not a number.
    package static func fixed(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return "n/a" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let units = Int64((abs(value) * scale).rounded())
        let sign = value < 0 && units > 0 ? "−" : ""
        guard digits > 0 else { return "\(sign)\(units)" }
        let whole = units / Int64(scale)
        let rest = String(units % Int64(scale))
        return "\(sign)\(whole)."
            + String(repeating: "0", count: digits - rest.utf8.count) + rest
    }

    /// A fraction of one in per cent.
    package static func percent(_ value: Double, _ digits: Int = 1) -> String {
        value.isFinite ? fixed(100 * value, digits) + " %" : "n/a"
    }

    /// `0.527 (0.513 to 0.540)`.
    package static func interval(_ interval: Interval, _ digits: Int = 3) -> String {
        "\(fixed(interval.value, digits)) (\(fixed(interval.low, digits)) to \(fixed(interval.high, digits)))"
    }

    /// `−0.05 % (−0.12 % to 0.01 %)`.
    package static func percent(_ interval: Interval, _ digits: Int = 2) -> String {
        "\(percent(interval.value, digits)) (\(percent(interval.low, digits)) to \(percent(interval.high, digits)))"
    }
}

extension Card {
    /// The figures of one role on the parts that did not train it, side by side.
    mutating func quality(_ reports: [RoleReport]) {
        table(
            ["on"] + reports.map(\.title),
            [
                ["days"]
                    + reports.map { "\($0.from.dayText) to \($0.to.dayText), \($0.days) days" },
                ["samples"] + reports.map { "\($0.count)" },
                ["base rate"] + reports.map { CardNumber.fixed($0.baseRate, 4) },
                ["AUC (95 % interval by days)"] + reports.map { CardNumber.interval($0.auc) },
                ["log loss; of the base rate"]
                    + reports.map {
                        "\(CardNumber.fixed($0.logLoss, 5)); \(CardNumber.fixed($0.baseLogLoss, 5))"
                    },
                ["Brier score; of the base rate"]
                    + reports.map {
                        "\(CardNumber.fixed($0.brier, 5)); \(CardNumber.fixed($0.baseBrier, 5))"
                    },
            ])
    }

    /// What was said against what happened, in ten groups of equal size.
    mutating func reliability(_ report: RoleReport) {
        paragraph("Reliability, \(report.title):")
        table(
            ["said", "happened", "samples"],
            report.reliability.map {
                [
                    CardNumber.fixed($0.meanProbability, 4), CardNumber.fixed($0.winShare, 4),
                    "\($0.count)",
                ]
            })
    }

    /// Signals at the thresholds.
    mutating func signals(_ figures: [(title: String, figures: SignalFigures)]) {
        table(
            [
                "signals: the highest answers of each walk-forward part, at \(CardNumber.fixed(figures.first?.figures.threshold ?? .nan, 3)) or more held out"
            ]
                + figures.map(\.title),
            [
                ["signals; share of candles"]
                    + figures.map {
                        "\($0.figures.count); \(CardNumber.percent($0.figures.rate, 2))"
                    },
                ["days with a signal"]
                    + figures.map { "\($0.figures.signalDays) of \($0.figures.days)" },
                ["won after costs"] + figures.map { CardNumber.percent($0.figures.precision, 1) },
                ["mean return a signal after costs"]
                    + figures.map { CardNumber.percent($0.figures.net, 3) },
            ])
    }

    /// Which features matter, by gain and by mean absolute Shapley contribution.
    mutating func importances(gains: [FeatureShare], contributions: [FeatureShare], limit: Int = 20)
    {
        var rank: [String: Double] = [:]
        for share in gains { rank[share.name] = share.share }
        table(
            ["feature", "mean abs. SHAP", "gain"],
            contributions.prefix(limit).map {
                [
                    "`\($0.name)`", CardNumber.percent($0.share, 1),
                    CardNumber.percent(rank[$0.name] ?? 0, 1),
                ]
            })
    }

    /// How the calibration was chosen.
    mutating func calibration(_ choice: CalibrationFit.Choice) {
        guard !choice.heldOut.isEmpty else {
            paragraph("Calibration: none; there were too few parts to choose on.")
            return
        }
        let losses = choice.heldOut.map { "\($0.kind) \(CardNumber.fixed($0.logLoss, 5))" }
        paragraph(
            "Calibration: \(choice.calibration.kind). Chosen by log loss on walk-forward parts that neither the model nor "
                + "the calibration had seen: \(losses.joined(separator: ", ")). Then fitted to all walk-forward predictions, so the "
                + "walk-forward log loss, Brier score and reliability below are a little too good; the held-out ones are not."
        )
    }
}

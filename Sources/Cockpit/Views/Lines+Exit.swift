import CellGrid
import CockpitModel
import Wire

extension Lines {
    // MARK: Where the exit probability goes

    /// When the exit probability would reach its threshold, or that it does not; `nil` when it is there already, or
    /// nothing is known of its way.
    static func crossing(_ exit: ExitTopic) -> Phrase? {
        guard !isOver(exit) else { return nil }
        if let left = exit.crossesInMs {
            return Phrase("crosses in ~" + Times.short(left), .warning, .bold)
        }
        guard let slope = exit.slopePerMinute, slope.isFinite else { return nil }
        // Half of what two decimals can show is no movement.
        if slope.magnitude < 0.005 { return Phrase("steady", .dim) }
        return Phrase(slope < 0 ? "moving away" : "crosses in over 1h", .dim)
    }

    /// How far it is from its threshold, where it goes, where it has been, and when that is acted upon.
    static func exitFacts(_ state: CockpitState) -> [Segment] {
        guard let exit = state.selectedExit else {
            guard state.selectedPosition?.exitAbsent != nil else { return [] }
            return [Segment("only the rules close it: stop, target, time, limits", .warning)]
        }
        let margin = Figures.short(exit.probability - exit.threshold, decimals: 3, isSigned: true)
        var segments = [
            Segment([
                .label("margin "), Phrase(margin, isOver(exit) ? .chartOver : .emphasis, .bold),
            ])
        ]
        if let slope = exit.slopePerMinute {
            let text = Figures.short(slope, decimals: 2, isSigned: true)
            segments.append(Segment([Phrase(text), .label("/min")], rank: 3))
        }
        for var segment in exitSeen(state) {
            segment.isRight = false
            segment.rank = 2
            segments.append(segment)
        }
        if exit.state == "held" {
            segments.append(
                Segment("acts at the first close after the hold", .dim, rank: 1, isRight: true))
        } else if exit.state != "closing", let entry = state.selectedEntry {
            segments.append(
                Segment(
                    [
                        .label("acts at the close in "),
                        Phrase(untilNext(entry, state), .time),
                    ], rank: 1, isRight: true))
        }
        return segments
    }

    /// What the position is worth now, and where it ends if nothing else ends it.
    static func exitWorth(_ state: CockpitState) -> [Segment] {
        guard let position = state.selectedPosition else { return [] }
        let sign = position.multipleOfR > 0 ? 1 : position.multipleOfR < 0 ? -1 : 0
        let side = position.side == "long" ? "LONG " : "SHORT "
        var segments = [
            Segment([
                Phrase(side, Words.sideRole(position.side), .bold), Phrase("\(position.leverage)x"),
            ]),
            Segment([
                .label("PnL "), .money(position.unrealizedPnL),
                Phrase(
                    " " + Figures.short(position.multipleOfR, decimals: 2, isSigned: true) + "R",
                    Phrase.role(ofSign: sign)),
            ]),
            Segment([.label("net now "), .money(position.closeNow)], rank: 1),
        ]
        if let foreign = position.foreign {
            let words = "not ours, " + Words.safe(foreign, columns: 12)
            segments.append(Segment([Phrase(words, .warning, .bold)], rank: 1))
        }
        for var segment in exitPlan(state) {
            segment.rank += 2
            segments.append(segment)
        }
        return segments
    }

    // MARK: Entries against their thresholds

    /// One side's probability, the threshold with its bounds, and how often it signals; `isAligned` makes the names of
    /// both sides equally wide.
    static func entrySide(_ state: CockpitState, isLong: Bool, isAligned: Bool = true) -> [Segment]
    {
        let name = isLong ? isAligned ? "LONG " : "LONG" : "SHORT"
        guard let entry = state.selectedEntry else {
            return [Segment([Phrase(name, .dim)]), unknown]
        }
        let side = isLong ? entry.long : entry.short
        let threshold = isLong ? entry.longThreshold : entry.shortThreshold
        var segments: [Segment] = []
        if let side {
            segments.append(Segment(self.side(name, side)))
            let margin = Figures.short(
                side.probability - side.threshold, decimals: 3, isSigned: true)
            segments.append(Segment([Phrase(margin)], rank: 3))
            if side.degraded == true {
                segments.append(Segment([Phrase("degraded", .warning, .bold)], rank: 1))
            }
        } else {
            let why = isLong ? entry.longAbsent : entry.shortAbsent
            segments.append(Segment([Phrase(name, .dim)]))
            segments.append(why.map { absence($0, columns: 50) } ?? unknown)
        }
        segments += self.threshold(threshold, base: side?.baseThreshold)
        if let decided = side?.decided {
            var phrases = [.label("decided on "), Phrase(Figures.probability(decided))]
            if let at = entry.decidedAt {
                phrases += [.label(" at "), Phrase(Times.minute(at), .time)]
            }
            segments.append(Segment(phrases, rank: 6))
        }
        return segments
    }

    private static let unknown = Segment([Phrase("-", .unknown)])

    private static func absence(_ why: String, columns: Int) -> Segment {
        Segment([
            Phrase("absent: ", .warning, .bold), Phrase(Words.safe(why, columns: columns), .dim),
        ])
    }

    /// Base and bounds of a threshold, its signals, and the words for where it should not be.
    private static func threshold(_ threshold: ThresholdTopic?, base: Double?) -> [Segment] {
        var segments: [Segment] = []
        if let base = threshold?.base ?? base {
            segments.append(
                Segment(
                    [.label("base "), Phrase(Figures.probability(base, decimals: 3))], rank: 2))
        }
        guard let threshold else { return segments }
        segments.append(
            Segment(
                [
                    .label("in "),
                    Phrase(
                        Figures.probability(threshold.lowest) + "-"
                            + Figures.probability(threshold.highest)),
                ], rank: 4))
        if threshold.stuck {
            let words = "STUCK, none for " + Words.plural(threshold.candlesSinceSignal, "close")
            segments.append(Segment([Phrase(words, .alarm, .bold)]))
        } else if threshold.pinned {
            segments.append(Segment([Phrase("PINNED", .warning, .bold)]))
        }
        segments.append(
            Segment(
                [
                    .label("signals "), Phrase(Figures.percent(threshold.signalRate, decimals: 1)),
                    .label(" of " + Figures.percent(threshold.expectedSignalRate, decimals: 1)),
                ], rank: 3))
        if !threshold.stuck {
            let closes = Words.plural(threshold.candlesSinceSignal, "close")
            segments.append(Segment([.label("last \(closes) ago")], rank: 5))
        }
        return segments
    }

    /// That a threshold stands at its bound and nothing has signaled for too long.
    static func stuck(_ entry: EntryTopic) -> [Segment] {
        let sides = [
            entry.longThreshold?.stuck == true ? "LONG" : nil,
            entry.shortThreshold?.stuck == true ? "SHORT" : nil,
        ].compactMap { $0 }
        guard !sides.isEmpty else { return [] }
        return [Segment([Phrase(sides.joined(separator: "+") + " STUCK", .alarm, .bold)], rank: 1)]
    }

    /// Why there is no entry probability.
    static func absences(_ entry: EntryTopic) -> [Segment] {
        func absent(_ name: String, _ side: EntrySideTopic?, _ why: String?) -> Segment? {
            guard side == nil, let why else { return nil }
            return Segment(
                [
                    Phrase(name + " absent: ", .warning, .bold),
                    Phrase(Words.safe(why, columns: 60), .dim),
                ], rank: 1)
        }
        let long = absent("LONG", entry.long, entry.longAbsent)
        let short = absent("SHORT", entry.short, entry.shortAbsent)
        guard let long, short != nil, entry.longAbsent == entry.shortAbsent else {
            return [long, short].compactMap { $0 }
        }
        // The same reason once.
        return [
            Segment([Phrase("LONG, SHORT absent: ", .warning, .bold), long.phrases[1]])
        ]
    }

    /// Of which side the entry contributors are told: the one that is nearer to its threshold, or further above it.
    static func strongerSide(_ entry: EntryTopic) -> String? {
        func margin(_ side: EntrySideTopic?) -> Double? {
            side.map { $0.probability - $0.threshold }
        }
        switch (margin(entry.long), margin(entry.short)) {
        case (let long?, let short?): return short > long ? "SHORT" : "LONG"
        case (.some, nil): return "LONG"
        case (nil, .some): return "SHORT"
        case (nil, nil): return nil
        }
    }
}

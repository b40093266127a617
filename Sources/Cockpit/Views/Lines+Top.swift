import CellGrid
import CockpitModel
import Wire

/// The lines of the screen as words with their meaning; the same words are printed without a screen.
enum Lines {
    // MARK: The top four, which are never covered and never frozen

    /// Who the engine is, what it does, and how good the connection is.
    static func header(_ state: CockpitState) -> [Segment] {
        let engine = state.engine.data.engine
        let mode = Words.safe(state.mode ?? "NO ENGINE", columns: 10)
        var name = Words.safe(state.engineName ?? "", columns: 24)
        if let host = engine?.host ?? state.engine.hello?.host, !host.isEmpty {
            name += "@" + Words.safe(host, columns: 20)
        }
        var doing = [
            Words.gate(state.gate, isLatched: engine?.isLatched ?? false)
        ]
        if !state.freshness.isTrusted, state.gate != nil {
            doing.insert(Phrase("was ", .stale), at: 0)
        }
        var segments = [
            Segment([Phrase(mode, Words.modeRole(state.mode), .bold)]),
            Segment([Phrase(name, .emphasis, .bold)]),
            Segment(doing),
        ]
        if let reason = Words.notReady(engine?.notReady), state.gate == "open" {
            segments.append(Segment([reason], rank: 2))
        }
        segments += withheld(state).map { Segment([$0], rank: 1) }
        if state.isReadOnly { segments.append(Segment([Phrase("READ-ONLY", .warning, .bold)])) }
        if let release = release(state) {
            segments.append(Segment([Phrase(release, .prompt), .label(" releases")], rank: 2))
        }
        segments += modelsHeader(state)
        if let engine, state.view.columns >= 120 {
            let up = Times.long(Times.between(engine.startedAt, engine.engineTime))
            var words = [
                ("profile ", Words.safe(engine.profile, columns: 12), 8), ("up ", up, 9),
            ]
            if state.engine.data.models == nil {
                words.insert(("model ", Words.safe(engine.modelSet, columns: 16), 7), at: 0)
            }
            for (label, value, rank) in words {
                segments.append(Segment([.label(label), Phrase(value)], rank: rank))
            }
        }
        return segments + links(state) + clocks(state)
    }

    /// Which symbols take no entries by themselves: paused by the operator, or closed to them by the exchange.
    static func withheld(_ state: CockpitState) -> [Phrase] {
        func phrase(_ symbols: [String], _ word: String) -> Phrase? {
            guard !symbols.isEmpty else { return nil }
            let names = symbols.prefix(2).map {
                Words.shortSymbol($0, among: state.symbols, columns: 10, glyphs: .ascii)
            }
            let who = symbols.count > 2 ? "\(symbols.count) SYMBOLS" : names.joined(separator: " ")
            return Phrase(who + " " + word, .warning, .bold)
        }
        return [
            phrase(state.pausedSymbols, "PAUSED"), phrase(state.exitOnlySymbols, "EXITS ONLY"),
        ].compactMap { $0 }
    }

    /// What must be typed before entries can be made again.
    private static func release(_ state: CockpitState) -> String? {
        guard !state.isReadOnly, state.freshness.isTrusted else { return nil }
        if state.engine.data.engine?.isLatched ?? false || state.gate == "latched" {
            return ":arm " + Words.safe(state.engineName ?? "NAME", columns: 24)
        }
        return state.gate == "paused" ? ":resume" : nil
    }

    private static func links(_ state: CockpitState) -> [Segment] {
        var segments: [Segment] = []
        if state.engine.link.isConnected, let trip = state.engine.roundTripMs {
            let role: Role = trip >= 1_000 ? .warning : .text
            segments.append(
                Segment(
                    [.label("link "), Phrase(Times.delay(Double(trip)), role)], rank: 4,
                    isRight: true))
        }
        if let health = state.engine.data.health {
            let isWhole = health.feedsLive >= health.feeds
            segments.append(
                Segment(
                    [
                        .label("feeds "),
                        Phrase("\(health.feedsLive)/\(health.feeds)", isWhole ? .ok : .alarm),
                    ], rank: isWhole ? 3 : 0, isRight: true))
        }
        if let offset = state.engine.data.engine?.clockOffsetMs {
            let text = offset > 0 ? "+\(offset)ms" : "\(offset)ms"
            segments.append(
                Segment([.label("clock "), Phrase(text)], rank: 6, isRight: true))
        }
        return segments
    }

    /// Both clocks where the engine's runs faster than the wall's.
    private static func clocks(_ state: CockpitState) -> [Segment] {
        let wall = Times.clock(state.now) + "Z"
        guard state.timeScale != 1, let time = state.engine.data.engine?.engineTime else {
            return [Segment([Phrase(wall, .time)], isRight: true)]
        }
        let scale = state.timeScale
        let whole = scale == scale.rounded()
        return [
            Segment(
                [
                    Phrase("x" + Figures.fixed(scale, decimals: whole ? 0 : 1) + " ", .warning),
                    Phrase(Times.clock(time) + "Z", .time),
                ], isRight: true),
            Segment([.label("wall "), Phrase(wall, .time)], rank: 5, isRight: true),
        ]
    }

    /// Whether what is open is protected, by the exchange's own word.
    static func safety(_ state: CockpitState) -> [Segment] {
        guard let safety = state.engine.data.safety else {
            return [
                Segment([
                    Phrase("UNKNOWN", .alarm, .bold),
                    Phrase("  no word about stops and orders yet", .dim),
                ])
            ]
        }
        let isNaked = isNonzero(safety.nakedQuantity)
        let isFlat = safety.openPositions == 0
        let agreed: Segment
        if let age = safety.reconciledAgeMs {
            let words = isFlat ? "exchange agrees " : "reconciled "
            agreed = Segment(
                [.label(words), Phrase(Times.short(age) + " ago")], rank: isNaked ? 2 : 0)
        } else {
            agreed = Segment([Phrase("NOT RECONCILED", .warning, .bold)])
        }
        var segments = [Segment([safetyWord(state, safety)])]
        func count(_ label: String, _ number: Int, _ loud: Role, rank: Int) {
            segments.append(
                Segment(
                    [
                        Phrase(label + " ", number > 0 ? loud : .dim),
                        Phrase("\(number)", number > 0 ? loud : .text, number > 0 ? .bold : []),
                    ], rank: number > 0 ? 0 : rank))
        }
        if isFlat {
            segments.append(agreed)
            count("open orders", safety.openOrders, .text, rank: 1)
            count("orphan stops", safety.orphanStops, .warning, rank: 2)
            count("unknown", safety.unknownOrders, .alarm, rank: 1)
        } else {
            let isWhole = safety.confirmedStops >= safety.openPositions
            var stops = [
                Phrase.label("stops "),
                Phrase("\(safety.confirmedStops)/\(safety.openPositions)", isWhole ? .ok : .alarm),
                Phrase.label(" at exchange"),
            ]
            // What is wrong needs the room.
            if !isNaked, let age = safety.stopsSeenAgeMs {
                stops += [.label(", seen "), Phrase(Times.short(age) + " ago")]
            }
            segments.append(Segment(stops))
            segments.append(
                Segment(
                    [
                        Phrase("naked ", isNaked ? .alarm : .dim),
                        Phrase(
                            Figures.quantity(safety.nakedQuantity, columns: 10)
                                + (isNaked ? " for " + Times.long(safety.nakedMs) : ""),
                            isNaked ? .alarm : .text, isNaked ? .bold : []),
                    ], rank: isNaked ? 0 : 1))
            count("unknown", safety.unknownOrders, .alarm, rank: 1)
            segments.append(agreed)
            if safety.orphanStops > 0 {
                count("orphan stops", safety.orphanStops, .warning, rank: 2)
            }
        }
        if safety.foreignOrders > 0 || state.view.columns >= 120 {
            count("foreign orders", safety.foreignOrders, .warning, rank: 3)
        }
        if safety.storeState != "healthy" {
            let role: Role = safety.storeState == "slow" ? .warning : .alarm
            segments.append(
                Segment(
                    [
                        Phrase(
                            "STORE " + Words.safe(safety.storeState, columns: 12).uppercased(),
                            role, .bold)
                    ]))
        }
        return segments
    }

    private static func safetyWord(_ state: CockpitState, _ safety: SafetyTopic) -> Phrase {
        let isNaked =
            isNonzero(safety.nakedQuantity) || safety.confirmedStops < safety.openPositions
        var word: Phrase
        if isNaked, safety.openPositions > 0 {
            return Phrase("NAKED", .alarm, .bold)
        } else if safety.unknownOrders > 0 {
            return Phrase("ORDERS UNKNOWN", .alarm, .bold)
        } else if safety.openPositions == 0 {
            let isClean = safety.orphanStops == 0 && safety.foreignOrders == 0
            word = Phrase("FLAT", isClean ? .ok : .warning, .bold)
        } else {
            word = Phrase("SAFE", .ok, .bold)
        }
        if safety.reconciledAgeMs == nil {
            word = Phrase(word.text + "?", .warning, .bold)
        }
        // Old news is not safety.
        if !state.freshness.isTrusted { word = Phrase("was " + word.text, .warning, .bold) }
        return word
    }

    /// Anything but a plain zero, unreadable text included.
    static func isNonzero(_ text: String) -> Bool { Figures.sign(text, decimals: 16) != 0 }

    /// The day as a sum of its parts.
    static func day(_ state: CockpitState, columns: Int) -> [Segment] {
        guard let account = state.engine.data.account else {
            return [Segment([.label("DAY "), Phrase("no account yet", .dim)])]
        }
        // The parts keep the same decimals, so that the eye can add them.
        for decimals in [2, 1, 0] {
            let segments = day(account, decimals: decimals, isWide: columns >= 120)
            if segments.filter({ $0.rank == 0 }).width(gap: 2) <= columns - 2 { return segments }
        }
        return day(account, decimals: 0, isWide: false)
    }

    private static func day(_ account: AccountTopic, decimals: Int, isWide: Bool) -> [Segment] {
        let parts = Figures.adding(
            [account.dayClosed, account.dayOpen, account.dayFees, account.dayFunding],
            to: account.dayTotal,
            decimals: decimals)
        func part(_ label: String, _ index: Int) -> [Phrase] {
            [.label(label), .money(parts[index], decimals: decimals)]
        }
        var total = Phrase.money(account.dayTotal, decimals: decimals)
        total.style.attributes = .bold
        var segments = [
            Segment(
                [Phrase("DAY ", .emphasis), total, .label(" = ")]
                    + part("closed ", 0) + part(" open ", 1)
                    + part(" fees ", 2) + part(" fund ", 3)),
            Segment(
                [
                    .label(isWide ? "EQUITY " : "EQ "),
                    Phrase(Figures.plain(account.equity, decimals: 2), .emphasis, .bold),
                ], rank: 1, isRight: true),
        ]
        if isWide {
            segments.append(
                Segment(
                    [.label("cash "), Phrase(Figures.plain(account.walletBalance, decimals: 2))],
                    rank: 2,
                    isRight: true))
        }
        return segments
    }

    /// How far every limit is away.
    static func room(_ state: CockpitState, columns: Int) -> [Segment] {
        guard let account = state.engine.data.account else {
            return [Segment([.label("ROOM "), Phrase("no account yet", .dim)])]
        }
        var segments: [Segment] = []
        if let room = account.roomToDayHalt, let limit = account.dayHaltAt {
            let left = Figures.double(room) ?? 0
            let whole = (Figures.double(limit) ?? 0).magnitude
            let role: Role = left <= 0 ? .alarm : left < whole / 4 ? .warning : .emphasis
            segments.append(
                Segment([
                    Phrase("ROOM ", .emphasis),
                    Phrase(Figures.plain(room, decimals: 0), role, .bold),
                    .label(" to day halt at "), Phrase(Figures.plain(limit, decimals: 0)),
                ]))
        } else {
            segments.append(
                Segment([Phrase("ROOM ", .emphasis), Phrase("no day limit is set", .dim)]))
        }
        let run = account.losingStreak
        var runPhrases = [Phrase.label("loss run ")]
        if let limit = account.losingStreakLimit {
            let role: Role = run >= limit ? .alarm : run >= limit - 1 && run > 0 ? .warning : .text
            runPhrases.append(Phrase("\(run)/\(limit)", role))
        } else {
            runPhrases.append(Phrase("\(run)"))
        }
        segments.append(Segment(runPhrases, rank: 2))
        let isSpent = account.tradesToday >= account.tradesPerDayLimit
        segments.append(
            Segment(
                [
                    .label("trades "),
                    Phrase(
                        "\(account.tradesToday)/\(account.tradesPerDayLimit)",
                        isSpent ? .warning : .text),
                ], rank: 4))
        let depth = account.drawdown.magnitude
        let limit = account.drawdownLimit.magnitude
        let role: Role = depth >= limit ? .alarm : depth >= limit * 3 / 4 ? .warning : .text
        segments.append(
            Segment(
                [
                    .label("DD "),
                    Phrase(
                        Figures.fixed(depth == 0 ? 0 : -depth * 100, decimals: 1) + "/"
                            + Figures.fixed(-limit * 100, decimals: 0) + "%", role),
                ], rank: 1))
        segments.append(
            Segment(
                [.label("margin "), Phrase(Figures.percent(account.marginUsed, decimals: 0))],
                rank: 3))
        if columns >= 120 {
            if let worst = account.everyStopHit {
                segments.append(
                    Segment(
                        [.label("all stops hit "), .money(worst, decimals: 1)], rank: 5,
                        isRight: true))
            }
            if let close = account.closeAllNow {
                segments.append(
                    Segment(
                        [.label("close now "), .money(close, decimals: 1)], rank: 6, isRight: true))
            }
        }
        return segments
    }
}

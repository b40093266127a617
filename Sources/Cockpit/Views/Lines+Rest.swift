import CellGrid
import CockpitModel
import Wire

/// What one guard says about the two sides of a symbol.
struct GuardRow: Hashable {
    var label: String
    /// `block`, `nodata`, `scale` or `pass`: the strongest of both sides.
    var state: String
    /// The sides that are in that state, `L`, `S` or both.
    var sides: String
    var value: Double?
    var limit: Double?
    var blocks24h: Int

    var rank: Int {
        switch state {
        case "block": 0
        case "nodata": 1
        case "scale": 2
        default: 3
        }
    }

    var word: String {
        switch state {
        case "block": "BLOCK"
        case "nodata": "NO DATA"
        case "scale": "SCALE"
        case "pass": "pass"
        default: Words.safe(state, columns: 8)
        }
    }

    var role: Role {
        switch state {
        case "block": .block
        case "nodata": .warning
        case "scale": .held
        case "pass": .pass
        default: .unknown
        }
    }
}

extension Lines {
    // MARK: Flow

    /// A class of traders in one window.
    struct FlowClass {
        var name: String
        var role: Role
        var buy: String
        var sell: String

        var net: Double? {
            guard let bought = Figures.double(buy), let sold = Figures.double(sell) else {
                return nil
            }
            return bought - sold
        }

        /// |net| ÷ everything, 0...100.
        var oneSided: Int? {
            guard let bought = Figures.double(buy), let sold = Figures.double(sell),
                bought + sold > 0
            else {
                return nil
            }
            return Int(min(100, ((bought - sold) / (bought + sold) * 100).magnitude.rounded()))
        }
    }

    static func classes(of window: FlowWindowTopic) -> [FlowClass] {
        [
            FlowClass(name: "WHALE", role: .whale, buy: window.whaleBuy, sell: window.whaleSell),
            FlowClass(
                name: "RETAIL", role: .retail, buy: window.retailBuy, sell: window.retailSell),
        ]
    }

    /// Net and one-sidedness of a class.
    static func net(of one: FlowClass) -> [Phrase] {
        guard let net = one.net else { return [.label("net "), Phrase("-", .unknown)] }
        let text = Figures.compact(Figures.fixed(net, decimals: 2))
        return [
            .label("net "),
            Phrase(
                net > 0 ? "+" + text : text, net > 0 ? .buy : net < 0 ? .sell : .even),
        ]
    }

    static func oneSided(_ one: FlowClass) -> [Phrase] {
        [.label("one-sided "), Phrase(one.oneSided.map { "\($0)/100" } ?? "-")]
    }

    /// Whether whales and retail pull the same way.
    static func divergence(_ flow: FlowTopic, _ state: CockpitState) -> [Segment] {
        var segments: [Segment] = []
        if let since = flow.divergingSince, let time = engineTime(state) {
            let window = flow.windows.first { $0.window == "15m" }
            let nets = window.map { classes(of: $0).map(\.net) } ?? []
            var words = "whales against retail"
            if let whale = nets.first ?? nil {
                words = whale < 0 ? "whales sell, retail buys" : "whales buy, retail sells"
            }
            segments.append(
                Segment([
                    Phrase("DIVERGE ", .divergence, .bold), Phrase(words, .divergence),
                    Phrase(" " + Times.short(Times.between(since, time)), .time),
                ]))
        }
        return segments
    }

    static func taker(_ flow: FlowTopic) -> [Segment] {
        guard let ratio = flow.takerRatio5m else { return [] }
        return [
            Segment(
                [.label("taker buy/sell 5m "), Phrase(Figures.fixed(ratio, decimals: 2))], rank: 1)
        ]
    }

    static func flowTitle(_ flow: FlowTopic?, symbol: String, state: CockpitState) -> [Segment] {
        // An age below zero says that no print was ever seen.
        guard let flow, flow.lastSeenAgeMs >= 0 else {
            return [
                Segment([Phrase("FLOW " + symbol, .title, .bold)]),
                Segment("nothing seen yet", .dim),
            ]
        }
        let window = state.shownWindow(of: flow)?.window ?? ""
        return [
            Segment([Phrase("FLOW " + symbol + " " + Words.safe(window, columns: 6), .title, .bold)]
            ),
            Segment(
                [
                    .label("whale >= "),
                    Phrase(Figures.compact(flow.whaleThreshold, places: 2), .whale),
                ],
                rank: 1),
        ]
    }

    // MARK: Map

    static func mapTitle(_ map: MapTopic?) -> [Segment] {
        guard let map else {
            return [Segment([Phrase("MAP", .title, .bold)]), Segment("no prices yet", .dim)]
        }
        guard let nearest = map.nearest, map.clusters.indices.contains(nearest) else {
            return [
                Segment([Phrase("MAP", .title, .bold)]),
                Segment(map.clusters.isEmpty ? "no clusters known" : "no cluster near", .dim),
            ]
        }
        let cluster = map.clusters[nearest]
        return [
            Segment([
                Phrase("MAGNET ", .title, .bold),
                Phrase(Words.safe(cluster.liquidates, columns: 5) + " ", magnetRole(cluster)),
                Phrase(Figures.percent(cluster.distance, decimals: 1, isSigned: true), .emphasis),
                .label(" = "), Phrase(Figures.price(cluster.price, columns: 10), .emphasis),
                Phrase("*", .emphasis),
            ])
        ]
    }

    static func magnetRole(_ cluster: ClusterTopic) -> Role {
        cluster.liquidates == "SHORT" ? .magnetShort : .magnetLong
    }

    // MARK: Guards

    /// One row a guard for the selected symbol: what refuses first, then what lacks its data, then by name.
    static func guardRows(_ state: CockpitState) -> [GuardRow] {
        let symbol = state.selectedSymbol
        var rows: [GuardRow] = []
        for one in state.shown.guards ?? [] where one.symbol == symbol {
            let letter = Words.sideLetter(one.side)
            let row = GuardRow(
                label: Words.safe(one.label, columns: 18), state: one.state, sides: letter,
                value: one.value,
                limit: one.limit, blocks24h: one.blocks24h)
            guard let index = rows.firstIndex(where: { $0.label == row.label }) else {
                rows.append(row)
                continue
            }
            // A guard's count is of all sides and symbols, and is told with each of them.
            let blocks = max(rows[index].blocks24h, row.blocks24h)
            if row.rank < rows[index].rank {
                rows[index] = row
            } else if row.state == rows[index].state, !rows[index].sides.contains(letter) {
                rows[index].sides += letter
            }
            rows[index].blocks24h = blocks
        }
        return rows.sorted { ($0.rank, $0.label) < ($1.rank, $1.label) }
    }

    static func guards(_ state: CockpitState) -> [Segment] {
        let rows = guardRows(state)
        guard !rows.isEmpty else {
            return [Segment([.label("GUARDS "), Phrase("not asked yet", .dim)])]
        }
        let passing = rows.filter { $0.state == "pass" }.count
        var segments = [
            Segment([.label("GUARDS "), Phrase("\(passing) pass", passing > 0 ? .pass : .dim)])
        ]
        var seen: [String] = []
        for row in rows where row.state != "pass" {
            let head = seen.contains(row.state) ? "" : row.word + " "
            seen.append(row.state)
            let sides = row.state == "nodata" || row.sides.count > 1 ? "" : " " + row.sides
            segments.append(
                Segment(
                    [Phrase(head, row.role, .bold), Phrase(row.label + sides, row.role)],
                    rank: row.state == "block" ? 0 : row.rank + 1))
        }
        if let funnel = state.shown.funnel {
            segments.append(
                Segment(
                    [.label("24h "), Phrase("\(funnel.guardBlocks)"), .label(" refused")], rank: 1,
                    isRight: true))
        }
        return segments
    }

    // MARK: Session

    static func session(_ state: CockpitState) -> [Segment] {
        guard let session = state.shown.session else {
            return [Segment([.label("SESSION nothing counted yet")])]
        }
        var segments = [
            Segment([
                .label("SESSION "),
                Phrase(
                    engineTime(state).map { Times.long(Times.between(session.since, $0)) } ?? "-",
                    .time),
            ]),
            Segment(sessionTrades(session)),
        ]
        if let rate = winRate(session) { segments.append(Segment(rate, rank: 2)) }
        if let hold = session.meanHoldMs {
            segments.append(Segment([.label("hold "), Phrase(Times.short(hold))], rank: 4))
        }
        if session.trades > 0 {
            segments.append(
                Segment([Phrase("L\(session.longTrades) S\(session.shortTrades)")], rank: 5))
        }
        if let factor = session.profitFactor {
            segments.append(
                Segment([.label("PF "), Phrase(Figures.fixed(factor, decimals: 1))], rank: 3))
        }
        segments.append(Segment([.label("net "), .money(session.net)]))
        return segments
    }

    static func sessionTrades(_ session: SessionTopic) -> [Phrase] {
        var phrases = [
            Phrase("\(session.trades)", .emphasis),
            Phrase.label(session.trades == 1 ? " trade" : " trades"),
        ]
        if session.trades > 0 {
            phrases.append(Phrase(" \(session.wins)W \(session.losses)L"))
        }
        return phrases
    }

    static func winRate(_ session: SessionTopic) -> [Phrase]? {
        guard let rate = session.winRate else { return nil }
        var phrases = [Phrase.label("win "), Phrase(Figures.percent(rate, decimals: 0))]
        if let low = session.winRateLow, let high = session.winRateHigh {
            let range =
                Figures.fixed(low * 100, decimals: 0) + "-" + Figures.fixed(high * 100, decimals: 0)
            phrases.append(.label(" [" + range + "]"))
        }
        return phrases
    }

    // MARK: Log

    /// The events from the newest that is shown backwards, at most `count`.
    static func events(_ state: CockpitState, count: Int) -> [EventTopic] {
        let all = state.shown.events ?? []
        return Array(
            all.dropLast(min(state.view.logOffset, all.count)).suffix(max(0, count)).reversed())
    }

    static func event(_ event: EventTopic, columns: Int, glyphs: Glyphs) -> [Phrase] {
        let role: Role
        switch event.severity {
        case "alarm": role = .alarm
        case "warning": role = .warning
        default: role = .text
        }
        let tag = Words.safe(event.tag, columns: 16)
        let head = Times.clock(event.time) + " "
        let tagRole: Role = role == .text ? (tag == "NO" ? .block : .emphasis) : role
        let room = max(0, columns - DisplayWidth.of(head) - DisplayWidth.of(tag) - 1)
        return [
            Phrase(head, .time), Phrase(tag, tagRole, .bold),
            Phrase(" " + Words.safe(event.text, columns: room, glyphs: glyphs), role),
        ]
    }

    /// What happened while nobody looked.
    static func sinceLeft(_ left: SinceLeft) -> [Segment] {
        var phrases = [Phrase("SINCE YOU LEFT", .warning, .bold)]
        if let lost = left.lostAt {
            phrases.append(Phrase(" " + Times.long(left.backAt - lost), .time))
        }
        let count = (left.isWhole ? "" : "more than ") + Words.plural(left.events, "event")
        phrases.append(Phrase(": " + count, .emphasis))
        var segments = [Segment(phrases)]
        let tags = left.tags.prefix(6).map { "\($0.count) \(Words.safe($0.tag, columns: 8))" }
        if !tags.isEmpty { segments.append(Segment(tags.joined(separator: ", "), rank: 1)) }
        return segments
    }

    /// The last command of this cockpit in one line.
    static func lastCommand(_ state: CockpitState) -> [Segment] {
        guard let command = state.commands.last else { return [] }
        var segments = [
            Segment([
                Phrase("YOU ", .prompt, .bold),
                Phrase(command.request.verb.rawValue.uppercased(), .prompt),
                Phrase(" " + Times.clock(command.askedAt), .time),
            ])
        ]
        for rung in command.ladder.dropFirst() {
            if case .reached(let after, _) = rung.state {
                segments.append(
                    Segment(
                        [
                            Phrase(rung.title + " ", .rungDone),
                            Phrase("+" + Times.delay(after), .time),
                        ], rank: 1))
            }
        }
        if let refusal = command.progress?.refusal ?? command.refusal {
            segments.append(
                Segment([Phrase("REFUSED: " + Words.safe(refusal, columns: 60), .alarm)]))
        } else if command.isUndelivered(now: state.now) {
            segments.append(Segment([Phrase("NOT DELIVERED", .alarm, .bold)]))
        }
        return segments
    }
}

import DecisionCore
import Market
import Messages
import Models
import Risk
import Trading

/// One engine with one symbol and everything needed to bring it into a situation by hand.
struct Cockpit {
    static let start = Timestamp(milliseconds: 1_767_225_600_000)
    static let btc = InstrumentID(0)

    var engine: Engine
    var time: Timestamp
    var sequence: UInt64
    var tradeID: Int64 = 0
    /// Our latest fill at the venue.
    var fillID: Int64 = 0
    var venueOrderID: Int64 = 0
    /// Everything that was recorded, oldest first.
    var facts: [Fact] = []
    var wallet = Money(whole: 10_000)

    /// An engine that signals LONG, or SHORT, at every candle; `exit` is the probability of its exit model.
    init(
        exitProbabilityIsHigh: Bool = false, entersShort: Bool = false,
        recovered: RecoveredState? = nil,
        startTime: Timestamp = Cockpit.start,
        change: (inout EngineConfiguration) throws -> Void = { _ in }
    ) throws {
        let exit = exitProbabilityIsHigh ? 3.0 : -3.0
        let long = entersShort ? -3.0 : 3.0
        let json = """
            {"name": "test", "note": "For tests.", "thresholds": {"long": 0.6, "short": 0.6, "exit": 0.6},
             "expectedSignalRate": {"long": 0.05, "short": 0.05},
             "entryLong": {"intercept": \(long), "weights": {}},
             "entryShort": {"intercept": \(-long), "weights": {}},
             "exitLong": {"intercept": \(exit), "weights": {}},
             "exitShort": {"intercept": \(exit), "weights": {}}}
            """
        guard let symbol = SymbolName("BTCUSDT") else { preconditionFailure("a legal symbol") }
        var configuration = EngineConfiguration(
            engineName: "btc-1", mode: .paper, instruments: [.preset(symbol, id: Self.btc)],
            profile: .bracket, modelSet: try ModelSet(scorecard: Array(json.utf8)),
            startingBalance: Money(whole: 10_000), runTag: "test")
        try change(&configuration)
        engine = Engine(configuration: configuration, recovered: recovered, startTime: startTime)
        time = startTime
        sequence = 0
    }

    // MARK: Events

    @discardableResult
    mutating func send(_ body: Event.Body, after delay: Duration = .zero) -> [Action] {
        time = time + delay
        sequence += 1
        let actions = engine.process(Event(sequence: sequence, time: time, body: body))
        for case .record(let fact) in actions { facts.append(fact) }
        return actions
    }

    @discardableResult
    mutating func fire(_ timer: TimerID, after delay: Duration) -> [Action] {
        send(.timer(timer), after: delay)
    }

    @discardableResult
    mutating func report(
        _ kind: OrderReportKind, of order: OrderRequest, after delay: Duration = .milliseconds(20)
    ) -> [Action] {
        time = time + delay
        return send(
            .order(
                OrderReport(
                    clientOrderID: order.clientOrderID, instrument: order.instrument, kind: kind,
                    venueTime: time)))
    }

    @discardableResult
    mutating func accept(_ order: OrderRequest) -> [Action] {
        venueOrderID += 1
        return report(.accepted(VenueOrderID(venueOrderID)), of: order)
    }

    /// A fill of `order` for `quantity` (all of it by default) at `price` with one USD of commission.
    @discardableResult
    mutating func fill(
        _ order: OrderRequest, _ quantity: Quantity? = nil, at price: Price = Cockpit.price(60_000)
    ) -> [Action] {
        fillID += 1
        return report(.filled(makeFill(order, quantity, at: price, tradeID: fillID)), of: order)
    }

    func makeFill(
        _ order: OrderRequest, _ quantity: Quantity? = nil, at price: Price = Cockpit.price(60_000),
        tradeID: Int64
    ) -> Fill {
        Fill(
            tradeID: tradeID, price: price, quantity: quantity ?? order.quantity, side: order.side,
            commission: Money(whole: 1), isMaker: false, venueTime: time)
    }

    @discardableResult
    mutating func command(_ command: Command, id: String = "c-1") -> [Action] {
        guard let id = CommandID(id) else { preconditionFailure("a legal id") }
        return send(
            .command(
                CommandEnvelope(id: id, command: command, origin: .socket(uid: 1_000, pid: 1))),
            after: .milliseconds(10))
    }

    /// A complete reading that says what the engine books, unless told otherwise.
    @discardableResult
    mutating func read(
        positions: [VenuePosition]? = nil, orders: [VenueOrder]? = nil, wallet: Money? = nil,
        lastTrade: Int64? = nil, missing: [ClientOrderID] = [], foreign: [ForeignOrder] = [],
        after delay: Duration = .milliseconds(20)
    ) -> [Action] {
        time = time + delay
        let last = lastTrade ?? fillID
        return send(
            .account(
                .snapshot(
                    AccountSnapshot(
                        walletBalance: wallet ?? engine.account.walletBalance,
                        positions: positions ?? venuePositions, openOrders: orders ?? venueOrders,
                        lastTrades: last == 0
                            ? [] : [LastTrade(instrument: Self.btc, tradeID: last)],
                        missing: missing, foreignOrders: foreign, venueTime: time))))
    }

    /// The engine's position as the venue would list it.
    var venuePositions: [VenuePosition] {
        guard let position = position else { return [] }
        return [
            VenuePosition(
                instrument: Self.btc, direction: position.direction, quantity: position.quantity,
                entryPrice: position.entryPrice, liquidationPrice: nil, isolatedMargin: .zero,
                leverage: 3)
        ]
    }

    /// The engine's open orders as the venue would list them.
    var venueOrders: [VenueOrder] {
        liveOrders.filter { [.resting, .partiallyFilled, .canceling].contains($0.state) }.map {
            VenueOrder(
                request: $0.request, venueOrderID: $0.venueOrderID ?? VenueOrderID(1),
                filledQuantity: $0.filledQuantity)
        }
    }

    // MARK: The market

    static func price(_ usd: Int64) -> Price { Price(units: usd * 100_000_000) }

    /// A touch of one dime around `usd` and a print there, bought unless said otherwise; one that comes `late` was made
    /// that long ago.
    @discardableResult
    mutating func trade(
        at usd: Int64, after delay: Duration = .milliseconds(100), side: Side = .buy,
        late: Duration = .zero
    ) -> [Action] {
        time = time + delay
        tradeID += 1
        let bid = Price(units: usd * 100_000_000)
        let ask = Price(units: usd * 100_000_000 + 10_000_000)
        let touch = BookTicker(
            updateID: UInt64(tradeID), bidPrice: bid, bidQuantity: Quantity(units: 100_000_000),
            askPrice: ask, askQuantity: Quantity(units: 100_000_000), venueTime: time)
        let print = Print(
            tradeID: tradeID, price: bid, quantity: Quantity(units: 1_000_000_000), takerSide: side,
            venueTime: time - late)
        return send(.market(Self.btc, .bookTicker(touch)))
            + send(.market(Self.btc, .print(print)))
    }

    // MARK: Situations

    /// Reconciled and with one closed candle, so that the entry is decided; the order that it sent.
    mutating func orderEntry() throws -> OrderRequest {
        send(.account(.alive(venueTime: time)))
        read()
        for _ in 0..<3 { trade(at: 60_000, after: .seconds(15)) }
        send(.account(.alive(venueTime: time)))
        let actions = trade(at: 60_000, after: .seconds(20))
        guard let request = actions.submitted.first, !request.isReduceOnly else {
            throw Missing(what: "an entry; decisions: \(facts.decisions.map(\.outcome))")
        }
        return request
    }

    /// A LONG with its stop and target confirmed; the three orders.
    mutating func openPosition() throws -> (
        entry: OrderRequest, stop: OrderRequest, target: OrderRequest
    ) {
        let entry = try orderEntry()
        let sent = accept(entry).submitted + fill(entry).submitted
        guard let stop = sent.first(where: { $0.kind.isConditional }) else {
            throw Missing(what: "a stop")
        }
        var more = sent + accept(stop).submitted
        guard let target = more.first(where: { !$0.kind.isConditional }) else {
            throw Missing(what: "a target")
        }
        more += accept(target).submitted
        guard more.count == 2 else { throw Missing(what: "exactly two orders, not \(more.count)") }
        return (entry, stop, target)
    }

    // MARK: What is known

    var position: PositionRecord? { facts.lastPosition }

    var liveOrders: [OrderRecord] {
        var state = RecoveredState()
        for fact in facts { state.apply(fact) }
        return state.liveOrders
    }

    struct Missing: Error, CustomStringConvertible {
        var what: String
        var description: String { "missing: \(what)" }
    }
}

extension [Action] {
    var submitted: [OrderRequest] {
        compactMap { if case .submit(let order) = $0 { order.request } else { nil } }
    }
    var approved: [ApprovedOrder] {
        compactMap { if case .submit(let order) = $0 { order } else { nil } }
    }
    var canceled: [ClientOrderID] {
        compactMap { if case .cancel(let id, _, _) = $0 { id } else { nil } }
    }
    var facts: [Fact] { compactMap { if case .record(let fact) = $0 { fact } else { nil } } }
    var steps: [LadderStep] {
        facts.compactMap { if case .commandStep(_, let step, _) = $0 { step } else { nil } }
    }
    var alarms: [String] {
        compactMap {
            if case .notice(let notice) = $0, notice.severity == .alarm { notice.text } else { nil }
        }
    }
    var reads: Int { questions.count }
    /// What each reading asks for.
    var questions: [[OrderQuestion]] {
        compactMap { if case .readAccount(let asked) = $0 { asked } else { nil } }
    }
}

extension [Fact] {
    var decisions: [DecisionRecord] {
        compactMap { if case .decision(let record) = $0 { record } else { nil } }
    }
    var trips: [RoundTrip] {
        compactMap { if case .tradeClosed(let trip) = $0 { trip } else { nil } }
    }
    var lastPosition: PositionRecord? {
        var last: PositionRecord?
        for fact in self {
            switch fact {
            case .positionChanged(let record): last = record
            case .positionClosed: last = nil
            default: break
            }
        }
        return last
    }
    var states: [OrderState] {
        compactMap { if case .orderChanged(let record) = $0 { record.state } else { nil } }
    }
}

import Foundation
import Messages
import Risk
import Trading

@testable import Journal

/// A directory that goes when the test ends.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "narwhal-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("cannot remove \(path): \(error)")
        }
    }
}

/// Lets a test wait for a number that another thread reports, or hold that thread back.
final class Gate: @unchecked Sendable {
    private let condition = NSCondition()
    private var values: [UInt64] = []
    private var isOpen = false

    func report(_ value: UInt64) {
        condition.lock()
        values.append(value)
        condition.broadcast()
        condition.unlock()
    }

    /// True when `value` was reported; false after ten seconds.
    func wait(for value: UInt64) -> Bool { wait { $0.contains(value) } }
    func wait(until isDone: ([UInt64]) -> Bool) -> Bool {
        let deadline = Date().addingTimeInterval(10)
        condition.lock()
        defer { condition.unlock() }
        while !isDone(values) {
            if !condition.wait(until: deadline) { return isDone(values) }
        }
        return true
    }

    func open() {
        condition.lock()
        isOpen = true
        condition.broadcast()
        condition.unlock()
    }

    func waitUntilOpen() {
        condition.lock()
        while !isOpen { condition.wait() }
        condition.unlock()
    }
}

func at(_ seconds: Int64) -> Timestamp {
    Timestamp(nanoseconds: 1_790_000_000_000_000_000) + .seconds(seconds)
}
func price(_ whole: Int64) -> Price { Price(units: whole * 100_000_000) }
func quantity(_ thousandths: Int64) -> Quantity { Quantity(units: thousandths * 100_000) }

let btc = InstrumentID(0)

/// Hand-made values; the identifiers are known to be well formed.
enum Sample {
    static var instrument: Instrument { Instrument.preset(symbol("BTCUSDT"), id: btc) }

    static func symbol(_ text: String) -> SymbolName {
        guard let symbol = SymbolName(text) else { fatalError("\(text) is a symbol") }
        return symbol
    }

    static func orderID(_ text: String) -> ClientOrderID {
        guard let id = ClientOrderID(text) else { fatalError("\(text) is an order id") }
        return id
    }

    static func commandID(_ text: String) -> CommandID {
        guard let id = CommandID(text) else { fatalError("\(text) is a command id") }
        return id
    }

    static func order(
        _ id: String, state: OrderState, filled: Int64 = 0, kind: OrderKind = .market
    ) -> OrderRecord {
        OrderRecord(
            request: OrderRequest(
                clientOrderID: orderID(id), instrument: btc, side: .buy, kind: kind,
                quantity: quantity(20),
                isReduceOnly: false),
            purpose: .entry, state: state, venueOrderID: VenueOrderID(77),
            filledQuantity: quantity(filled),
            filledNotional: Money(quantity(filled), at: price(60_000)), createdTime: at(1),
            changedTime: at(2))
    }

    static func fill(_ tradeID: Int64) -> Fill {
        Fill(
            tradeID: tradeID, price: price(60_000), quantity: quantity(20), side: .buy,
            commission: Money(units: 6_000_000_000_000_000), isMaker: false, venueTime: at(3))
    }

    static func position(_ thousandths: Int64 = 20) -> PositionRecord {
        PositionRecord(
            instrument: btc, direction: .long, quantity: quantity(thousandths),
            cost: Money(quantity(thousandths), at: price(60_000)), openedTime: at(3),
            peakQuantity: quantity(thousandths), realizedPnL: .zero, commissions: .zero,
            funding: .zero,
            initialStop: price(59_400), stopPrice: price(59_400), targetPrice: price(61_200),
            maxHoldUntil: at(3600), entryProbability: 0.61, entryThreshold: 0.55,
            highestMark: price(60_000),
            lowestMark: price(60_000), leverage: 5)
    }

    static func trade(net: Int64, closed: Int64) -> RoundTrip {
        RoundTrip(
            instrument: btc, direction: .long, quantity: quantity(20), entryPrice: price(60_000),
            exitPrice: price(60_300), openedTime: at(closed - 60), closedTime: at(closed),
            grossPnL: Money(whole: net + 1), commissions: Money(whole: 1), funding: .zero,
            netPnL: Money(whole: net), multipleOfR: Double(net) / 12, exitReason: .target,
            entryProbability: 0.61, entryThreshold: 0.55, exitProbability: nil)
    }

    static func decision(_ outcome: DecisionOutcome) -> DecisionRecord {
        DecisionRecord(
            instrument: btc, candleOpenTime: at(0), direction: .long, longProbability: 0.5,
            shortProbability: 0.25, longThreshold: 0.75, shortThreshold: 0.5,
            verdicts: [
                GuardVerdict(.spread, .allow(value: 1, limit: 5)),
                GuardVerdict(.fearGreed, .noData),
            ],
            outcome: outcome, markPrice: price(60_000))
    }

    static func account(_ whole: Int64) -> AccountRecord {
        AccountRecord(
            walletBalance: Money(whole: whole), equity: Money(whole: whole + 5),
            peakEquity: Money(whole: whole + 9), dayStart: at(0).floor(to: .hours(24)),
            dayStartEquity: Money(whole: 10_000), dayClosedPnL: Money(whole: whole - 10_000),
            dayCommissions: Money(whole: 1), dayFunding: .zero, dayTrades: 1, losingStreak: 0)
    }

    static func envelope(_ id: String, _ command: Command) -> CommandEnvelope {
        CommandEnvelope(id: commandID(id), command: command, origin: .socket(uid: 1000, pid: 4242))
    }

    /// One fact of every kind.
    static var facts: [Fact] {
        [
            .intent(order("nwa-1", state: .intended)),
            .orderChanged(order("nwa-1", state: .filled, filled: 20)),
            .fill(btc, fill(9), orderID("nwa-1"), .entry),
            .funding(btc, amount: Money(units: -12_345), rate: Rate(units: 10_000)),
            .positionChanged(position()),
            .positionClosed(btc),
            .tradeClosed(trade(net: 5, closed: 90)),
            .decision(decision(.refusedByGuard(.spread))),
            .gateChanged(.paused, GateEpoch(3), by: commandID("c-1")),
            .symbolPaused(InstrumentID(0), true, by: commandID("c-2")),
            .commandReceived(envelope("c-1", .pause)),
            .commandStep(commandID("c-1"), .accepted, at(4)),
            .commandRefused(commandID("c-2"), .latched, at(5)),
            .breakerTripped(.dailyLoss, value: 0.051, limit: 0.05),
            .account(account(10_005)),
            .reconciled(differences: ["one stop is missing"]),
            .notice(Notice(.session, .warning, "a line for people")),
            .modelsChanged(
                ModelChangeRecord(
                    name: "eyes-2", digest: "ab", previousName: "eyes-1", previousDigest: "cd",
                    by: "uid 1000")),
        ]
    }

    static func run(_ first: UInt64 = 1, start: Timestamp = at(0)) -> RunDescription {
        RunDescription(
            engine: "test", build: "b1", mode: .paper, seed: .max, configuration: "d",
            instruments: [instrument],
            startTime: start, firstSequence: first)
    }
}

extension JournalStore {
    /// Recovers and begins a run after what is there.
    func beginAfterRecovery(
        limits: JournalLimits = JournalLimits(), hooks: JournalHooks = JournalHooks(),
        onCommit: @escaping @Sendable (JournalCommit) -> Void = { _ in },
        onStore: @escaping @Sendable (StoreReport, JournalError?) -> Void = { _, _ in }
    ) throws -> (JournalWriter, Recovery) {
        let recovery = try recover()
        let writer = try begin(
            Sample.run(recovery.lastSequence + 1), after: recovery, limits: limits, hooks: hooks,
            onCommit: onCommit, onStore: onStore)
        return (writer, recovery)
    }
}

extension JournalWriter {
    /// Appends `facts` as the answer to a timer.
    @discardableResult
    func append(_ sequence: UInt64, _ facts: [Fact], _ durability: Durability = .full)
        -> AppendOutcome
    {
        append(
            sequence: sequence, time: at(Int64(sequence)), event: .timer(.tick), facts: facts,
            actionsHash: sequence &* 0x9e37_79b9_7f4a_7c15, durability: durability)
    }
}

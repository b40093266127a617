import DecisionCore
import Matching
import Messages
import Models
import Playback
import Risk
import TestSupport
import Trading

/// A model set whose entries follow the taker flow, so that a seeded tape makes it trade.
enum TestModels {
    static let json = """
        {"name": "scorecard", "note": "For tests.",
         "thresholds": {"long": 0.60, "short": 0.60, "exit": 0.60},
         "expectedSignalRate": {"long": 0.05, "short": 0.05},
         "entryLong": {"intercept": 0.0, "weights": {"taker_imbalance_1m": 2.0}},
         "entryShort": {"intercept": 0.0, "weights": {"taker_imbalance_1m": -2.0}},
         "exitLong": {"intercept": -2.0, "weights": {"held_fraction": 1.5, "taker_against_1m": 3.0}},
         "exitShort": {"intercept": -2.0, "weights": {"held_fraction": 1.5, "taker_against_1m": 3.0}}}
        """

    /// One side signals at every candle.
    static func restless() throws -> ModelSet {
        let text = json.replacing("2.0", with: "20.0").replacing(": 0.0,", with: ": 1.5,")
        return try ModelSet(scorecard: Array(text.utf8))
    }

    /// The same under another name.
    static func named(_ name: String, restless: Bool) throws -> ModelSet {
        var text = json.replacing("\"scorecard\"", with: "\"\(name)\"")
        if restless {
            text = text.replacing("2.0", with: "20.0").replacing(": 0.0,", with: ": 1.5,")
        }
        return try ModelSet(scorecard: Array(text.utf8))
    }

    static func set() throws -> ModelSet { try ModelSet(scorecard: Array(json.utf8)) }
}

/// A seeded market: prints with persistent takers, a touch one tick around them.
struct SeededTape: Sequence, IteratorProtocol {
    struct Item {
        var data: MarketData
        var time: Timestamp
    }

    static let start = Timestamp(milliseconds: 1_767_225_600_000)

    private var random: Seeded
    private var price = 600_000
    private var isBuying = true
    private var time = SeededTape.start
    private var trade: Int64 = 0
    private var pending: [Item] = []
    private var left: Int
    private let hasBook: Bool

    init(seed: UInt64, prints: Int, hasBook: Bool = true) {
        random = Seeded(seed)
        left = prints
        self.hasBook = hasBook
    }

    mutating func next() -> Item? {
        if let item = pending.popLast() { return item }
        guard left > 0 else { return nil }
        left -= 1
        trade += 1
        time = time + .milliseconds(Int64.random(in: 20...400, using: &random))
        if Int.random(in: 0..<200, using: &random) == 0 { isBuying.toggle() }
        let buys = Int.random(in: 0..<100, using: &random) < (isBuying ? 72 : 28)
        price += Int.random(in: 0..<100, using: &random) < (buys ? 58 : 42) ? 3 : -3
        let ask = Price(units: Int64(price + 1) * 10_000_000)
        let bid = Price(units: Int64(price) * 10_000_000)
        let quantity = Quantity(units: Int64.random(in: 1...900, using: &random) * 100_000)
        let print = Item(
            data: .print(
                Print(
                    tradeID: trade, price: buys ? ask : bid, quantity: quantity,
                    takerSide: buys ? .buy : .sell, venueTime: time)), time: time)
        guard hasBook else { return print }
        pending.append(print)
        return Item(
            data: .bookTicker(
                BookTicker(
                    updateID: UInt64(trade), bidPrice: bid,
                    bidQuantity: Quantity(units: 500_000_000),
                    askPrice: ask, askQuantity: Quantity(units: 500_000_000), venueTime: time)),
            time: time)
    }
}

func makeSession(
    hasBook: Bool = true, recordsAudit: Bool = false,
    change: (inout EngineConfiguration) -> Void = { _ in }
) throws -> PlaybackSession {
    guard let symbol = SymbolName("BTCUSDT") else { preconditionFailure("a legal symbol") }
    var configuration = EngineConfiguration.replay(
        instruments: [.preset(symbol, id: InstrumentID(0))], modelSet: try TestModels.set())
    configuration.derivesTouch = !hasBook
    change(&configuration)
    return PlaybackSession(
        configuration: configuration, venue: PaperConfiguration(), startTime: SeededTape.start,
        recordsAudit: recordsAudit)
}

extension PlaybackSession {
    mutating func play(_ tape: SeededTape) {
        for item in tape { feed(item.data, instrument: InstrumentID(0), time: item.time) }
        finish()
    }
}

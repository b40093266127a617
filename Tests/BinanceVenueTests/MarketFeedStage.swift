import Foundation
import Market
import Messages
import Population
import Synchronization
import Testing
import Trading
import Transport

@testable import BinanceVenue
import ExchangeServer

/// What a session has told, and the engine's own view of the market made of it.
final class MarketEar: Sendable {
    struct Heard {
        var data: [(instrument: InstrumentID, data: MarketData)] = []
        var notes: [Notice] = []
        var markets: [MarketState] = []
        var calls = 0
        /// Batches that are refused for lack of room.
        var refusals = 0
        var refused = 0
    }

    private let heard: Mutex<Heard>
    private let now: @Sendable () -> Timestamp
    private let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation

    init(_ instruments: [Instrument], now: @escaping @Sendable () -> Timestamp) {
        self.now = now
        (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        heard = Mutex(Heard(markets: instruments.map { MarketState(instrument: $0) }))
    }

    func with<Result: Sendable>(_ body: (inout Heard) -> Result) -> Result {
        heard.withLock { body(&$0) }
    }

    var sink: VenueSink {
        VenueSink(
            market: { [self] items in
                defer { changed.yield() }
                return heard.withLock { heard in
                    heard.calls += 1
                    if heard.refusals > 0 {
                        heard.refusals -= 1
                        heard.refused += 1
                        return false
                    }
                    for item in items {
                        heard.data.append(item)
                        let place = Int(item.instrument.index)
                        _ = heard.markets[place].apply(item.data, at: now())
                    }
                    return true
                }
            }, order: { _ in }, account: { _ in },
            note: { [self] notice in
                heard.withLock { $0.notes.append(notice) }
                changed.yield()
            })
    }

    /// Waits until `isTrue` holds, which is looked at whenever something was told.
    func waits(_ isTrue: @Sendable (Heard) -> Bool) async {
        if heard.withLock({ isTrue($0) }) { return }
        for await _ in changes where heard.withLock({ isTrue($0) }) { return }
        Issue.record("the session ended before it came true")
    }

    /// Ids of the prints told of one instrument, in order.
    func tape(_ instrument: InstrumentID = InstrumentID(0)) -> [Int64] {
        heard.withLock { tradeIDs($0.data.filter { $0.instrument == instrument }.map(\.data)) }
    }
}

/// A local exchange and a session with it, over loopback sockets.
final class MarketStage {
    let server: ExchangeServer
    let thread = TransportThread()
    let rest: BinanceREST
    let feed: BinanceMarketFeed
    let ear: MarketEar

    /// `faults` is a schedule as the exchange reads it.
    init(
        _ symbols: [String] = ["BTCUSDT"], faults: String = "", history: Trading.Duration = .zero,
        _ change: (inout MarketFeedConfiguration) -> Void = { _ in }
    ) throws {
        var settings = ExchangeServerConfiguration()
        settings.symbols = try symbols.map { try #require(SymbolName($0)) }
        settings.history = history
        settings.population.warmUp = .minutes(1)
        settings.population.holders = 20
        settings.faults = try FaultSchedule.parse(faults)
        server = try ExchangeServer(settings)
        let now: @Sendable () -> Timestamp = {
            Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1e9))
        }
        rest = BinanceREST(
            base: try ServerURL(http: "http://127.0.0.1:\(server.port)"), trust: try TLSTrust(),
            credentials: nil, budget: VenueBudget(now: now), on: thread, now: now)
        var configuration = try feedConfiguration(
            symbols, stream: "ws://127.0.0.1:\(server.port)")
        // The machine may be busy with other tests.
        configuration.lineSilence = .seconds(20)
        configuration.markPriceSilence = .seconds(20)
        configuration.bookTickerSilence = .seconds(20)
        configuration.depthSilence = .seconds(20)
        change(&configuration)
        let presets = configuration.contracts.map {
            Instrument.preset($0.symbol, id: $0.instrument)
        }
        ear = MarketEar(presets, now: now)
        feed = BinanceMarketFeed(
            configuration, rest: rest, trust: try TLSTrust(), on: thread, now: now,
            sink: ear.sink)
    }

    func end() throws {
        feed.stop()
        rest.stop()
        try thread.stop()
        try server.stop()
    }

    /// Waits until everything is there.
    func warm() async {
        // The session is told first and asked then: its lock is not held while it tells.
        await ear.waits { [feed] _ in feed.isWarm }
    }

    /// Waits until so many more prints were told.
    func hears(prints count: Int) async {
        let wanted = ear.with { $0.markets[0].printCount } + count
        await ear.waits { $0.markets[0].printCount >= wanted }
    }
}

import BinanceVenue
import Messages
import Synchronization
import Trading
import Transport

/// The market with its thread and client; it begins once, whoever says so first.
final class MarketHalf: Sendable {
    private let thread = TransportThread()
    private let rest: BinanceREST
    private let feed: BinanceMarketFeed
    private let note: @Sendable (Notice) -> Void
    private let hasBegun = Atomic<Bool>(false)

    init(_ ground: BinanceGround, _ needs: VenueNeeds, _ budget: VenueBudget, _ sink: VenueSink) {
        let clock = needs.clock
        rest = BinanceREST(
            base: ground.rest, trust: ground.trust, credentials: nil, budget: budget,
            on: thread, timeScale: clock.scale, now: { clock.now() })
        note = sink.note
        var settings = MarketFeedConfiguration(
            stream: ground.stream, contracts: needs.instruments.map { ($0.symbol, $0.id) })
        // Models look back on five days of five-minute candles: as many as one request gives.
        settings.candles.append(
            MarketFeedConfiguration.Candles(
                interval: .minutes(5), spelling: "5m", history: 1_499))
        // Five minutes of prints belong to the candle that is forming.
        settings.maxWarmUpPages = 15
        // Candles close by engine time, and so open interest is counted and funding settled by it.
        settings.openInterestInterval = Self.wall(settings.openInterestInterval, clock.scale)
        settings.fundingInterval = Self.wall(settings.fundingInterval, clock.scale)
        feed = BinanceMarketFeed(
            settings, rest: rest, trust: ground.trust, on: thread, now: { clock.now() }, sink: sink)
    }

    /// The wall time of so much engine time, at least a quarter of a second where time runs fast.
    private static func wall(_ duration: Duration, _ scale: Double) -> Duration {
        guard scale > 1 else { return duration }
        return max(
            .milliseconds(250), Duration(nanoseconds: Int64(Double(duration.nanoseconds) / scale)))
    }

    var state: (counters: MarketFeedCounters, isWarm: Bool) { (feed.counters, feed.isWarm) }

    func start() {
        let (begins, _) = hasBegun.compareExchange(
            expected: false, desired: true, ordering: .acquiringAndReleasing)
        if begins { feed.start() }
    }

    func start(after delay: Duration) {
        guard delay > .zero else { return start() }
        _ = thread.run(after: delay) { [weak self] in self?.start() }
    }

    func stop() {
        feed.stop()
        rest.stop()
        do throws(TransportThread.StopError) { try thread.stop() } catch {
            note(Notice(.session, .warning, error.description))
        }
    }
}

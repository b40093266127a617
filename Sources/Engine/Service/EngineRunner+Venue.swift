import BinanceVenue
import Journal
import Matching
import Messages
import Population
import Trading
import Transport

/// What every venue is made from, whichever it is.
struct VenueNeeds {
    let instruments: [Instrument]
    let clock: EngineClock
    let lanes: Lanes
    let recovery: Recovery
    /// Of the state.
    let directory: String
    let start: Timestamp
    let logLine: @Sendable (String) -> Void
}

extension EngineRunner {
    /// What must be asked of Binance before the journal is read; `nil` on the simulated exchange.
    static func binanceGround(
        _ configuration: Configuration, _ directory: String, _ logLine: @Sendable (String) -> Void
    ) throws(StartError) -> BinanceGround? {
        guard let settings = configuration.binance else { return nil }
        return try BinanceGround.prepare(
            configuration, settings, directory: directory, logLine: logLine)
    }

    /// The venue of `configuration`, which has not begun to live.
    static func venue(
        _ configuration: Configuration, _ ground: BinanceGround?, _ needs: VenueNeeds
    ) throws(StartError) -> any Venue {
        guard let ground else {
            let (record, prices) = try paperRecord(configuration, needs)
            let market = simulatedMarket(
                configuration, record: record, run: UInt64(needs.recovery.lastRun), prices: prices,
                start: needs.start)
            return SimulatedVenue(
                market, clock: needs.clock, lanes: needs.lanes,
                latency: configuration.venueLatency, instruments: needs.instruments.count)
        }
        switch configuration.mode {
        case .testnet, .live:
            guard let credentials = ground.credentials else {
                throw StartError("mode \(configuration.mode.rawValue) needs venue.keyFile")
            }
            return BinanceSession(
                ground, needs, orders: .account(credentials, leverage: configuration.leverage))
        case .paper:
            let record = try paperRecord(configuration, needs).record
            var paper = PaperConfiguration()
            paper.startingBalance = configuration.startingBalance
            paper.leverage = configuration.leverage
            paper.latency = configuration.venueLatency
            paper.seed = configuration.venueSeed
            let venue = PaperVenue(restoring: record, configuration: paper, at: needs.start)
            return BinanceSession(
                ground, needs,
                orders: .paper(
                    SimulatedVenue(
                        PaperGround(venue, at: needs.start), clock: needs.clock, lanes: needs.lanes,
                        latency: configuration.venueLatency, instruments: needs.instruments.count)))
        case .shadow:
            return BinanceSession(
                ground, needs,
                orders: .shadow(
                    ShadowVenue(
                        clock: needs.clock, lanes: needs.lanes,
                        balance: configuration.startingBalance)))
        case .replay: throw StartError("mode REPLAY has no venue")
        }
    }
}

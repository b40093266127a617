package import DecisionCore
import Features
import Market
import Matching
import Playback
import Risk
package import Trading

/// The features at the decisions of a recorded market: a core runs over the tape, and its features are taken at each
/// close that it decides on, by the same code over the same state.
package struct TapeFeatures: Sendable {
    package private(set) var table: FeatureTable
    private var session: PlaybackSession
    private let instrument: Instrument
    private let needed: FeatureMask
    private let warmUp: Int
    private var decided = Timestamp.distantPast
    private var nextClose = Timestamp.distantPast

    private static let interval = Duration.minutes(5)

    /// - Parameters:
    ///   - configuration: of one instrument and five-minute decisions; `model` decides, which is of no importance here.
    ///   - warmUp: closed candles before the first row, those of the history included.
    package init(
        configuration: EngineConfiguration, startTime: Timestamp, warmUp: Int,
        features: [FeatureID] = FeatureID.marketFeatures
    ) {
        precondition(
            configuration.profile.decisionInterval == Self.interval,
            "features are taken at the close of five-minute candles")
        instrument = configuration.instruments[0]
        needed = FeatureMask(features)
        self.warmUp = warmUp
        table = FeatureTable(
            symbol: instrument.symbol, interval: Self.interval, features: features)
        session = PlaybackSession(
            configuration: configuration, venue: PaperConfiguration(), startTime: startTime)
    }

    /// Tells the candles that ended before the tape begins, as a back-fill does live; before the first datum.
    package mutating func begin(with history: CandleTable) {
        let start = session.engine.startTime
        for index in 0..<history.count where history.closeTime(index) <= start {
            session.feed(.kline(history.kline(index)), instrument: instrument.id, time: start)
        }
    }

    /// Takes one datum of the tape at the tape's time.
    package mutating func feed(_ data: MarketData, time: Timestamp) {
        // A close by the clock comes before the datum: its state must not have seen the datum.
        let grace = session.engine.configuration.market.candleGrace
        if nextClose == .distantPast { nextClose = time.floor(to: Self.interval) + Self.interval }
        while nextClose + grace <= time {
            session.advance(to: nextClose + grace)
            take()
            // Long silences are passed over at once: nothing closes in them.
            let next = nextClose + Self.interval
            nextClose = max(next, time.floor(to: Self.interval))
        }
        session.feed(data, instrument: instrument.id, time: time)
        take()
    }

    private mutating func take() {
        let state = session.engine.symbols[0]
        guard state.decidedCandle > decided else { return }
        decided = state.decidedCandle
        let known = state.market.candles5m.closedCount
        guard known > warmUp else { return }
        table.append(
            EntryFeatures.compute(state.market, at: session.engine.now, needed: needed),
            openTime: decided.milliseconds, candle: known - 1)
    }
}

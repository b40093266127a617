import Archive
import DecisionCore
import Market
import Matching
import Messages
import Models
import Playback
import Text
import Trading

/// A recorded market through the whole core on a paper account; writes nothing.
struct TapeReplay {
    /// Lines of the input, by kind.
    struct Counts {
        var lines = 0
        var bookTicker = 0
        var depth = 0
        var markPrice = 0
        var other = 0
        var rejected = 0
        var otherSymbol = 0
    }

    private(set) var session: PlaybackSession
    private(set) var counts = Counts()
    /// All closed and open candles, also those that have left the core's ring.
    private(set) var candles: [Candle] = []
    /// Digits after the point that the input's prices have at most.
    private(set) var priceDigits = 0
    private let instrument: Instrument

    init(
        instrument: Instrument, modelSet: ModelSet, whaleThreshold: Money, startTime: Timestamp, hasBook: Bool
    ) {
        self.instrument = instrument
        var market = MarketConfiguration()
        market.whaleThreshold = whaleThreshold
        var configuration = EngineConfiguration.replay(
            instruments: [instrument], modelSet: modelSet, market: market)
        configuration.derivesTouch = !hasBook
        session = PlaybackSession(
            configuration: configuration, venue: PaperConfiguration(), startTime: startTime)
    }
}

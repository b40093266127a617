import Matching
import Population
import Text
import Trading

/// The venue behind the sockets: the simulated market, what the public can ask of it, and our account at it.
///
/// A plain value: it is told the time and the requests, and answers with bytes and publications. What it keeps is
/// bounded: prints, candles, closed orders, trades and bookings are forgotten, oldest first.
struct VenueDesk: Sendable {
    /// What a name inside the exchange belongs to.
    enum Handle: Sendable {
        case order(Int64)
        case algo(Int64)
    }

    struct ListenKey: Sendable {
        let text: String
        var validUntil: Timestamp
    }

    static let maxClosedOrders = 2000
    static let marginAsset = "USDT"

    let configuration: ExchangeServerConfiguration
    let instruments: [Instrument]
    var market: SimulatedMarket
    var boards: [MarketBoard]
    /// Our account as of the last report that was processed; it ends every step equal to the exchange's own.
    var account: MarginAccount
    /// By order id.
    var orders: [OrderRecord] = []
    var algos: [AlgoRecord] = []
    var handles: [ClientOrderID: Handle] = [:]
    var trades = Ring<TradeRecord>(capacity: 5000)
    var income = Ring<IncomeRecord>(capacity: 5000)
    var countdowns: [Timestamp?]
    /// Booked since the position was opened: profit, commissions and funding; by instrument.
    var positionNet: [Money]
    /// Profit ever booked before commissions, by instrument.
    var accumulated: [Money]
    var positionTimes: [Timestamp]
    /// The forced order whose fills are coming in, by instrument.
    var liquidations: [Int64?]
    var listenKey: ListenKey?
    /// The matching here is one-way and isolated whatever is shown.
    var shownSettings = Fault.Settings()
    var clockStep = Duration.zero
    /// Orders that a schedule had another client place.
    var manualOrders = 0
    /// What is wrong now.
    var rules: [ActiveRule] = []
    /// What a forced close of our position is called, other than a liquidation, while it happens; by instrument.
    var forcedCloses: [ForcedClose?]
    /// Whether what is canceled now was knocked out by another order.
    var isKnockingOut = false
    /// What commissions are paid from as long as it lasts; `nil`: the wallet.
    var feeWallet: FeeWallet?
    /// The order that is being placed.
    var placing: ClientOrderID?
    /// Streams that somebody listens to; others are not written.
    var wanted: Set<StreamKey> = []
    var hasUserListener = false
    var publications: [Publication] = []
    /// How far the ids of best prices are ahead because some were told again.
    var tickerLead: UInt64 = 0
    /// What the exchange said to the order that is being placed.
    var rejection: RejectReason?
    var depthAnswer: DepthSnapshot?
    var lastOrderID: Int64
    var lastAlgoID: Int64
    var lastIncomeID: Int64 = 0

    /// A market that has lived for the configured history and stands at `start`.
    init(_ configuration: ExchangeServerConfiguration, start: Timestamp) {
        self.configuration = configuration
        instruments = configuration.symbols.enumerated().map {
            Instrument.preset($0.element, id: InstrumentID(UInt16($0.offset)))
        }
        let begin = start - configuration.history
        market = SimulatedMarket(
            seed: configuration.seed, instruments: instruments,
            startPrices: instruments.map { SimulatedMarket.startPrice(of: $0.symbol) },
            startTime: begin,
            configuration: configuration.population)
        boards = instruments.map { MarketBoard($0, start: begin) }
        account = market.exchange.account(.ours)
        countdowns = instruments.map { _ in nil }
        positionNet = instruments.map { _ in .zero }
        accumulated = instruments.map { _ in .zero }
        positionTimes = instruments.map { _ in start }
        liquidations = instruments.map { _ in nil }
        forcedCloses = instruments.map { _ in nil }
        // Ids rise over restarts, because they begin with the time.
        lastOrderID = max(0, start.milliseconds) * 8
        lastAlgoID = 1_000_000_000_000_000 + max(0, start.milliseconds)
        advance(to: start)
        publications.removeAll()
    }

    var now: Timestamp { market.time }
    /// What the venue's own clock says: a schedule may have let it step.
    var shownTime: Timestamp { now + clockStep }

    /// Lets everything happen up to `end`.
    mutating func advance(to end: Timestamp) {
        while let due = nextCountdown(until: end) {
            live(to: max(now, due.time))
            countdowns[due.place] = nil
            cancelAll(instruments[due.place].id)
        }
        live(to: max(now, end))
        finishStep()
    }

    /// Processes what the exchange says up to the present moment.
    mutating func settle() { live(to: now) }

    mutating func takePublications() -> [Publication] {
        defer { publications.removeAll(keepingCapacity: true) }
        return publications
    }

    func instrument(_ id: InstrumentID) -> Instrument { instruments[Int(id.index)] }
    func board(_ id: InstrumentID) -> MarketBoard { boards[Int(id.index)] }

    private func nextCountdown(until end: Timestamp) -> (time: Timestamp, place: Int)? {
        var found: (time: Timestamp, place: Int)?
        for (place, due) in countdowns.enumerated() {
            guard let due, due <= end, due < found?.time ?? .distantFuture else { continue }
            found = (due, place)
        }
        return found
    }

    private mutating func live(to end: Timestamp) {
        for output in market.advance(to: end) {
            switch output.content {
            case .market(let id, let data): process(data, id)
            case .order(let report): process(report)
            case .account(let report): process(report)
            }
        }
    }

    /// What happens by the clock of the venue and not by an output.
    private mutating func finishStep() {
        for place in boards.indices {
            boards[place].candles.advance(to: now)
            publishKlines(place)
            publishForced(place)
        }
        endRules()
        if let key = listenKey, key.validUntil <= now { endListenKey(key.text) }
    }
}

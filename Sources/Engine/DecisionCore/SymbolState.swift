import Exits
package import Market
import Messages
package import Models
package import Risk
package import Trading

/// An entry that is on its way, with what its position will need.
package struct PendingEntry: Hashable, Sendable {
    package var clientOrderID: ClientOrderID
    package var direction: Direction
    package var quantity: Quantity
    package var probability: Double
    package var threshold: Double
    /// Mark at the decision, for slippage.
    package var decisionPrice: Price
    /// How often it may still be sent again for the rest.
    package var chasesLeft: Int
    /// The gate's epoch at the decision; when the gate has closed since, it is not chased.
    package var epoch: GateEpoch
    /// When it was decided; it is not chased when that is long ago.
    package var decidedTime: Timestamp
}

/// The entry probabilities of the latest decision candle.
package struct EntryReading: Hashable, Sendable {
    package var time: Timestamp
    package var long: EnsembleReading
    package var short: EnsembleReading

    package subscript(_ direction: Direction) -> EnsembleReading {
        switch direction {
        case .long: long
        case .short: short
        }
    }
}

/// What the live look at a position goes by. The symbol holds it because the engine's configuration is large: given
/// to a method of the symbol it is copied whole.
struct ExitLook: Sendable {
    var models: ModelSet
    var threshold: Double
    /// What the exit models look at, and whether that is more than the position.
    var needed: FeatureMask
    var wantsMarket: Bool
    let exits: ExitConfiguration
    let stopGrace: Duration
}

/// Everything of one instrument that the core keeps.
package struct SymbolState: Sendable {
    /// As the venue told it last.
    package internal(set) var instrument: Instrument
    /// The lot grid for the exits of the open position, when it could not be closed on that of `instrument` any more.
    var exitLots: InstrumentFilters?
    /// Whether the venue takes orders here that open anything.
    package internal(set) var isTradable = true
    /// How long the model may not close a position after its entry.
    let minimumHold: Duration
    var look: ExitLook
    let decidesOn1m: Bool
    package internal(set) var market: MarketState
    package internal(set) var position: OpenPosition?
    /// Copies of the position's extremes and the moment of its next look, so that a print reads three numbers. When
    /// flat, no mark is beyond them and no moment late enough.
    var highestMark = Int64.max
    var lowestMark = Int64.min
    var nextLook = Timestamp.distantFuture
    package internal(set) var pendingEntry: PendingEntry?
    var fills = FillLog()
    package internal(set) var longThreshold: DynamicThreshold
    package internal(set) var shortThreshold: DynamicThreshold
    package internal(set) var entry: EntryReading?
    /// What the policy said at the latest decision candle; `nil` when it said nothing.
    package internal(set) var advice: PolicyAdvice?
    /// Open times of the last decision candle, so that none is decided twice.
    package internal(set) var decidedCandle = Timestamp.distantPast
    package internal(set) var decisionCandles = 0
    var spreads = SpreadMedian()
    var whaleOrdersByHour = HourlyCount()
    /// The venue said that it closes our position by force.
    package internal(set) var liquidationTime: Timestamp?
    /// The venue's time of the last funding that was booked.
    var fundingTime: Timestamp?
    /// Readings in a row that contradicted the position.
    package internal(set) var mismatches = 0
    /// A position too small for the venue was reported.
    package internal(set) var didReportDust = false
    /// The operator wants no new entries here.
    package internal(set) var isPaused = false
    /// The operator closes it: until that is through, whatever opens here is closed too.
    package internal(set) var isToBeFlat = false
    /// A complete reading agreed that nothing of ours is open here, and nothing was opened since.
    var isFlatAgreed = false
    /// The market features of the last closed decision candle, as far as the models want them.
    package internal(set) var closedRow = FeatureRow()
    /// Whether they have been computed for the set in force.
    var isPrimed = false
    /// What sequence models look back on; `nil` when the set has none.
    var sequence: SequenceRows?
    /// What was told of the models of each role, in the order of `ModelRole.index`.
    var conditions = SymbolState.unseenConditions
    var isLongToldStuck = false
    var isShortToldStuck = false

    init(instrument: Instrument, configuration: EngineConfiguration) {
        self.instrument = instrument
        market = MarketState(instrument: instrument, configuration: configuration.market)
        let models = configuration.modelSet
        let profile = configuration.profile
        decidesOn1m = profile.decisionInterval == .minutes(1)
        look = ExitLook(
            models: models, threshold: profile.exitThreshold ?? models.exitThreshold,
            needed: models.neededForExit,
            wantsMarket: models.neededForExit.intersects(.market), exits: configuration.exits,
            stopGrace: configuration.stopGrace)
        sequence = Self.sequence(of: models)
        switch profile.minimumHold {
        case .fixed(let hold): minimumHold = hold
        case .byRules:
            minimumHold = HoldTime.minimum(
                HoldTimeInput(symbol: instrument.symbol), configuration.holdTimes)
        }
        longThreshold = Self.threshold(.long, models, profile)
        shortThreshold = Self.threshold(.short, models, profile)
    }

    /// A threshold at its base, within the bounds of the set.
    static func threshold(
        _ direction: Direction, _ models: ModelSet, _ profile: Profile
    ) -> DynamicThreshold {
        let own = direction == .long ? profile.longThreshold : profile.shortThreshold
        let bounds = models.thresholdBounds
        // A profile's base may come from another kind of model.
        let base = min(
            max(own ?? models.entryThresholds[direction], bounds.lowest), bounds.highest)
        var configuration = DynamicThresholdConfiguration(
            base: base,
            expectedRate: models.expectedSignalRate[direction])
        configuration.lowest = bounds.lowest
        configuration.highest = bounds.highest
        configuration.maxOffset = bounds.maxOffset
        return DynamicThreshold(configuration)
    }

    func hash(into hasher: inout StateHasher, _ depth: HashDepth) {
        market.hashFacts(into: &hasher)
        hasher.combine(position != nil)
        position?.hash(into: &hasher, depth)
        hasher.combine(pendingEntry?.clientOrderID.description ?? "")
        fills.hash(into: &hasher)
        hasher.combine(decidedCandle)
        hasher.combine(decisionCandles)
        hasher.combine(isPaused)
        hasher.combine(isToBeFlat)
        hasher.combine(isTradable)
        hasher.combine(exitLots != nil)
        hasher.combine(instrument.filters.tickSize)
        hasher.combine(instrument.filters.stepSize)
        hasher.combine(instrument.filters.minQuantity)
        if depth == .everything {
            longThreshold.hash(into: &hasher)
            shortThreshold.hash(into: &hasher)
            hasher.combine(entry?.long.probability ?? .nan)
            hasher.combine(entry?.short.probability ?? .nan)
        }
    }
}

/// The median of the spread over the last hour, one value a minute.
struct SpreadMedian: Sendable {
    private var values: [Rate] = []
    private var next = 0
    private static let capacity = 60

    mutating func add(_ spread: Rate) {
        if values.count < Self.capacity {
            values.append(spread)
        } else {
            values[next] = spread
            next = (next + 1) % Self.capacity
        }
    }

    /// `nil` below 10 values: too few to say what is usual.
    var median: Rate? { values.count < 10 ? nil : values.sorted()[values.count / 2] }
}

/// What was counted in the last 24 hours, by the hour.
struct HourlyCount: Sendable {
    private var total = 0
    /// Total at the start of each of the last hours, oldest first.
    private var marks: [(hour: Timestamp, before: Int)] = []

    /// Takes the count since the start of the engine.
    mutating func see(total newTotal: Int, at time: Timestamp) {
        let hour = time.floor(to: .hours(1))
        if marks.last?.hour != hour {
            marks.append((hour, total))
            if marks.count > 25 { marks.removeFirst() }
        }
        total = newTotal
    }

    var last24Hours: Int { total - (marks.first?.before ?? 0) }
}

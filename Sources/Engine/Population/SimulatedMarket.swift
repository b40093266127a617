package import Matching
package import Trading

/// A living market in memory: the simulated exchange with its seeded people, and our account in it.
///
/// The same seed, instruments, prices, times and requests give the same outputs.
package struct SimulatedMarket: Sendable {
    package private(set) var exchange: Exchange
    private var crowds: [Crowd]
    private let configuration: PopulationConfiguration

    /// Where a market may begin: about the level of the symbol's real price, for the eye only.
    package static func startPrice(of symbol: SymbolName) -> Price {
        switch symbol.description {
        case "BTCUSDT": Price(units: 6_000_000_000_000)
        case "ETHUSDT": Price(units: 300_000_000_000)
        case "SOLUSDT": Price(units: 15_000_000_000)
        default: Price(units: 100_000_000)
        }
    }

    /// A market that opens to us at `startTime`, at about `startPrices` (by instrument id).
    package init(
        seed: UInt64, instruments: [Instrument], startPrices: [Price], startTime: Timestamp,
        configuration: PopulationConfiguration = PopulationConfiguration()
    ) {
        let record = PaperRecord(
            startingBalance: configuration.startingBalance, leverage: configuration.leverage,
            instruments: instruments)
        self.init(
            restoring: record, seed: seed, run: 0, lastPrices: startPrices, startTime: startTime,
            configuration: configuration)
    }

    /// The market after a restart of the engine: it goes on from `lastPrices` with other chances in each `run`, and
    /// our account is as the journal remembers it.
    package init(
        restoring record: PaperRecord, seed: UInt64, run: UInt64, lastPrices: [Price],
        startTime: Timestamp,
        configuration: PopulationConfiguration = PopulationConfiguration()
    ) {
        self.configuration = configuration
        let mixed = run == 0 ? seed : SplitMix64.mix(seed &+ SplitMix64.mix(run))
        let begin = startTime - configuration.warmUp
        var exchange = Exchange(
            instruments: record.instruments, prices: lastPrices,
            ourAccount: MarginAccount(
                balance: .zero, leverage: 1, instruments: record.instruments.count),
            configuration: configuration.exchange, start: begin)
        crowds = []
        for (place, instrument) in record.instruments.enumerated() {
            crowds.append(
                Crowd(
                    instrument, price: lastPrices[place],
                    seed: SplitMix64.mix(mixed &+ UInt64(place) &* 0x9e37_79b9_7f4a_7c15),
                    start: begin,
                    opening: startTime, configuration: configuration, in: &exchange))
        }
        self.exchange = exchange
        // What happens before the opening is nobody's business; the book then begins with a snapshot.
        live(until: startTime)
        _ = self.exchange.drain(upTo: startTime)
        self.exchange.restore(
            record, counterparty: crowds.isEmpty ? .insurance : crowds[0].firstMaker)
        for instrument in record.instruments { self.exchange.open(instrument.id) }
    }

    /// The moment up to which everything has happened.
    package var time: Timestamp { exchange.time }

    /// When something next happens by itself.
    package var nextDue: Timestamp {
        var next = exchange.nextDue
        for crowd in crowds { next = min(next, crowd.next) }
        return next
    }

    /// Lets the market live up to `end` and answers everything that reached us by then, oldest first.
    package mutating func advance(to end: Timestamp) -> [VenueOutput] {
        live(until: end)
        return exchange.drain(upTo: end)
    }

    /// Sends an order of ours at `time`; it arrives after the latency.
    package mutating func submit(_ request: OrderRequest, at time: Timestamp) {
        exchange.submit(request, at: time)
    }

    /// Sends a cancel at `time`.
    package mutating func cancel(_ id: ClientOrderID, instrument: InstrumentID, at time: Timestamp)
    {
        exchange.cancel(id, instrument: instrument, at: time)
    }

    /// Sends cash into the isolated margin of our position.
    package mutating func moveMargin(_ amount: Money, instrument: InstrumentID, at time: Timestamp)
    {
        exchange.moveMargin(amount, instrument: instrument, at: time)
    }

    /// Chooses the leverage of our next positions in an instrument, at once.
    package mutating func setLeverage(_ value: Int, of instrument: InstrumentID) {
        exchange.setLeverage(value, of: instrument)
    }

    /// Lets what an instrument is worth jump by `fraction` at once; the people bring the price there.
    package mutating func shock(_ id: InstrumentID, by fraction: Double) {
        crowds[Int(id.index)].shock(by: fraction)
    }

    /// What a fault does to the exchange itself: see `Exchange`'s own words.
    package mutating func impair(_ change: (inout Exchange) -> Void) { change(&exchange) }

    /// One complete reading of our account.
    package func snapshot(at time: Timestamp) -> AccountSnapshot { exchange.snapshot(at: time) }

    /// The reading together with what is known of the orders asked for.
    package func answer(_ questions: [OrderQuestion], at time: Timestamp) -> AccountAnswer {
        exchange.answer(questions, at: time)
    }

    /// Asks for the whole book; it comes as market data of the present moment.
    package mutating func requestDepthSnapshot(_ id: InstrumentID) { exchange.emitSnapshot(of: id) }

    /// Where the holders' positions would be closed by force, strongest first: the truth, which no real venue tells.
    package func clusters(of id: InstrumentID) -> [LiquidationCluster] {
        crowds[Int(id.index)].clusters(exchange)
    }

    /// Elements kept by the exchange and its people: what memory grows with.
    package var storedElements: Int {
        crowds.reduce(exchange.storedElements) { $0 + $1.storedElements }
    }

    private mutating func live(until end: Timestamp) {
        while true {
            var earliest = 0
            var next = Timestamp.distantFuture
            for (place, crowd) in crowds.enumerated() where crowd.next < next {
                next = crowd.next
                earliest = place
            }
            guard next <= end else { break }
            exchange.advance(to: next)
            crowds[earliest].act(at: next, in: &exchange)
        }
        exchange.advance(to: end)
    }
}

package import Trading

/// Fills our orders on an outside market, a tape or live data, that does not know of them.
///
/// Rules, chosen so that paper is not kinder than the venue:
/// - An order or cancel acts one latency after it was sent, on what was known then; its report takes another latency.
/// - With a book (best bid and ask, depth behind it), a taker takes the visible quantities, best first, and takes
///   them out of the picture until the next update; what a later print has traded through is not there any more. The rest of an IOC expires, the rest of a market order takes
///   what the next updates show.
/// - Without a book, a taker fills against the following prints whose aggressor is on its side, up to their
///   quantities, at their prices, within its limit. An IOC ends with the first such print beyond its limit or with
///   its patience.
/// - A resting limit fills when a print goes through its price, or at its price after the queue that was visible
///   ahead has traded, each time up to the quantity of the print, at its own price. A queue that was not visible is
///   taken as endless until the price becomes the best one.
/// - Fills come in whole lots: what a print or level offers beyond the last whole step is left, and a print of less
///   than a step fills nothing. Only an order that gets all it wants may end on a fraction, to close one.
/// - Conditional orders fire by the venue's mark (else by the middle of mid and last, else by last), or by last, and
///   then take like a market order; without a book not from the print that fired them.
package struct PaperVenue: Sendable {
    package let configuration: PaperConfiguration
    package internal(set) var account: MarginAccount
    var markets: [PaperMarket]
    var tapes: [Tape]
    var orders: [Working] = []
    var lastTradeIDs: [Int64]
    var lastVenueOrderID: Int64
    var requestCount: UInt64
    var inbox = Fifo<Inbound>()
    var outbox = Fifo<VenueOutput>()
    var memory = OrderMemory()
    var lastArrival = Timestamp.distantPast
    /// The moment up to which everything has happened.
    var time = Timestamp.distantPast
    /// Nothing happens by itself before this.
    var wake = Timestamp.distantFuture

    /// The few numbers that decide whether a price needs any work at all. A missing bid is the greatest and a missing
    /// ask the smallest number, so that they never disturb.
    struct Tape: Sendable {
        var last: Int64 = 0
        var bid: Int64 = .max
        var ask: Int64 = 0
        /// Prices strictly between touch nothing of ours; `low` is the greatest number when every price does.
        var low: Int64 = 0
        var high: Int64 = .max
        /// Whether the last price is younger than the book.
        var isLastNewer = false
    }

    /// An order of ours that the venue has accepted.
    struct Working: Hashable, Sendable {
        enum State: Hashable, Sendable {
            /// Conditional, not fired.
            case waiting
            /// In the queue with this quantity ahead; `nil` when the queue cannot be seen.
            case resting(ahead: Int64?)
            /// A taker that waits for quantity to take; its rest expires at the given time.
            case taking(until: Timestamp)
        }
        let request: OrderRequest
        let venueOrderID: Int64
        var filled: Quantity
        var state: State
        var isTriggered = false

        var rest: Quantity { request.quantity - filled }
    }

    struct Inbound: Sendable {
        enum Request: Sendable {
            case submit(OrderRequest)
            case cancel(ClientOrderID, InstrumentID)
            case moveMargin(InstrumentID, Money)
        }
        let time: Timestamp
        let request: Request
    }

    /// A fresh account; `instruments` by their ids.
    package init(instruments: [Instrument], configuration: PaperConfiguration) {
        self.init(
            restoring: PaperRecord(
                startingBalance: configuration.startingBalance, leverage: configuration.leverage,
                instruments: instruments), configuration: configuration)
    }

    /// The venue as the journal remembers it: wallet, positions, open orders and counters; the market is unknown
    /// until it is received, so queues begin anew as unseen. `time` is the moment of the restart.
    package init(
        restoring record: PaperRecord, configuration: PaperConfiguration,
        at time: Timestamp = .distantPast
    ) {
        self.configuration = configuration
        self.time = time
        account = record.account
        markets = record.instruments.map { PaperMarket(instrument: $0) }
        tapes = record.instruments.map { _ in Tape() }
        lastTradeIDs = record.lastTradeIDs
        lastVenueOrderID = record.lastVenueOrderID
        requestCount = record.requestCount
        for order in record.openOrders {
            orders.append(
                Working(
                    request: order.request, venueOrderID: order.venueOrderID, filled: order.filled,
                    state: Self.restoredState(order), isTriggered: order.isTriggered))
            memory.add(order.acceptance(at: time))
        }
        for place in markets.indices { refresh(place) }
    }

    private static func restoredState(_ order: PaperOrder) -> Working.State {
        switch order.request.kind {
        case .stopMarket, .takeProfitMarket:
            order.isTriggered ? .taking(until: .distantFuture) : .waiting
        case .market: .taking(until: .distantFuture)
        case .limit(_, .gtc), .limit(_, .postOnly): .resting(ahead: nil)
        // Its moment has passed: it expires as soon as time is known.
        case .limit(_, .ioc), .limit(_, .fok): .taking(until: .distantPast)
        }
    }

    /// What a restart needs to know of us; the same value that folding the reports gives once all have arrived.
    package var record: PaperRecord {
        PaperRecord(
            instruments: markets.map(\.instrument), account: account,
            openOrders: orders.map {
                PaperOrder(
                    request: $0.request, venueOrderID: $0.venueOrderID, filled: $0.filled,
                    isTriggered: $0.isTriggered)
            },
            lastTradeIDs: lastTradeIDs, lastVenueOrderID: lastVenueOrderID,
            requestCount: requestCount)
    }

    /// One complete reading of our account, as a query would answer it now.
    package func snapshot(at time: Timestamp) -> AccountSnapshot {
        AccountReading.snapshot(
            of: account, orders: orders.map { ($0.request, $0.venueOrderID, $0.filled) },
            lastTradeIDs: lastTradeIDs, at: time)
    }

    /// The reading together with what is known of the orders asked for; what has not arrived yet is not known.
    package func answer(_ questions: [OrderQuestion], at time: Timestamp) -> AccountAnswer {
        memory.answer(questions, snapshot(at: time))
    }

    /// The mark by which triggers and liquidation go; `nil` before any price.
    package func markPrice(_ id: InstrumentID) -> Price? { markPrice(Int(id.index)) }

    // MARK: Requests

    /// Sends an order at `time`; it arrives after the latency, never before an earlier request.
    package mutating func submit(_ request: OrderRequest, at time: Timestamp) {
        requestCount += 1
        post(.submit(request), at: time)
    }

    /// Sends a cancel at `time`.
    package mutating func cancel(_ id: ClientOrderID, instrument: InstrumentID, at time: Timestamp)
    {
        post(.cancel(id, instrument), at: time)
    }

    /// Sends cash into the isolated margin of a position; `.marginMoved` follows when it was there.
    package mutating func moveMargin(_ amount: Money, instrument: InstrumentID, at time: Timestamp)
    {
        post(.moveMargin(instrument, amount), at: time)
    }

    private mutating func post(_ request: Inbound.Request, at sent: Timestamp) {
        var delay = configuration.latency
        if configuration.latencyJitter > .zero {
            let word = SplitMix64.mix(configuration.seed &+ requestCount &* 0x9e37_79b9_7f4a_7c15)
            let part = word.multipliedFullWidth(by: UInt64(configuration.latencyJitter.nanoseconds))
                .high
            delay = delay + Duration(nanoseconds: Int64(part))
        }
        lastArrival = max(lastArrival, max(time, sent) + delay)
        inbox.append(Inbound(time: lastArrival, request: request))
        wake = min(wake, lastArrival)
    }

    // MARK: The outside market

    /// Takes one datum of the outside market, received at `time`. Everything due before it happens first.
    package mutating func receive(_ data: MarketData, instrument: InstrumentID, at time: Timestamp)
    {
        switch data {
        case .print(let print):
            receive(print, instrument: instrument, at: time)
        case .bookTicker(let ticker):
            receive(ticker, instrument: instrument, at: time)
        case .depth(let update):
            advance(to: time)
            markets[Int(instrument.index)].depth.apply(update)
            markets[Int(instrument.index)].depthTime = time
            tapes[Int(instrument.index)].isLastNewer = false
            bookMoved(Int(instrument.index))
        case .depthSnapshot(let snapshot):
            advance(to: time)
            markets[Int(instrument.index)].depth.apply(snapshot)
            markets[Int(instrument.index)].depthTime = time
            tapes[Int(instrument.index)].isLastNewer = false
            bookMoved(Int(instrument.index))
        case .markPrice(let update):
            advance(to: time)
            let place = Int(instrument.index)
            markets[place].venueMark = update.markPrice
            // More than the whole notional is nonsense, and would not fit the arithmetic.
            let one = FixedPoint.unitsPerOne
            markets[place].fundingRate = Rate(units: max(-one, min(one, update.fundingRate.units)))
            // A venue names the old moment for a little while after it has passed.
            markets[place].nextFundingTime = update.nextFundingTime.flatMap {
                $0 > markets[place].lastFundingTime ? $0 : nil
            }
            pricesMoved(place)
            refresh(place)
        case .lost:
            advance(to: time)
            markets[Int(instrument.index)].lose()
            tapes[Int(instrument.index)].bid = .max
            tapes[Int(instrument.index)].ask = 0
        case .kline, .forcedOrder, .clusters, .openInterest, .funding, .alive:
            break
        }
    }

    /// Takes one print. Nearly free while no order or liquidation of ours can be touched by it.
    package mutating func receive(_ print: Print, instrument: InstrumentID, at time: Timestamp) {
        let place = Int(instrument.index)
        let tape = tapes[place]
        let price = print.price.units
        if time < wake, price > tape.low, price < tape.high, tape.bid > tape.low,
            tape.ask < tape.high
        {
            tapes[place].last = price
            tapes[place].isLastNewer = true
            return
        }
        advance(to: time)
        tapes[place].last = price
        tapes[place].isLastNewer = true
        printed(print, place)
    }

    /// Takes best bid and ask. Nearly free while no order or liquidation of ours can be touched by it.
    package mutating func receive(
        _ ticker: BookTicker, instrument: InstrumentID, at time: Timestamp
    ) {
        let place = Int(instrument.index)
        if time >= wake { advance(to: time) }
        tapes[place].bid = ticker.bidPrice.units
        tapes[place].ask = ticker.askPrice.units
        tapes[place].isLastNewer = false
        markets[place].ticker = ticker
        markets[place].tickerTime = time
        let tape = tapes[place]
        if tape.bid > tape.low, tape.ask < tape.high,
            tape.last == 0 || (tape.last > tape.low && tape.last < tape.high)
        {
            return
        }
        advance(to: time)
        bookMoved(place)
    }

    // MARK: Time and reports

    /// When something next happens by itself or a report arrives; `nil` when never.
    package var nextDue: Timestamp? {
        // Nearly always there is nothing: a report is large to copy for its time.
        let due = outbox.isEmpty ? wake : min(wake, outbox.first?.time ?? .distantFuture)
        return due == .distantFuture ? nil : due
    }

    /// Reports that have reached us up to `end`, oldest first.
    package mutating func drain(upTo end: Timestamp) -> [VenueOutput] {
        if end >= wake { advance(to: end) }
        var outputs: [VenueOutput] = []
        while let first = outbox.first, first.time <= end, let output = outbox.popFirst() {
            outputs.append(output)
        }
        return outputs
    }

    /// Lets everything happen that is due up to `end`: arrivals, funding, the end of a taker's patience.
    mutating func advance(to end: Timestamp) {
        while wake <= end, wake < .distantFuture {
            time = max(time, wake)
            if let arrival = inbox.first, arrival.time <= time {
                _ = inbox.popFirst()
                receive(arrival.request)
            }
            for place in markets.indices { settleFunding(place) }
            expireImpatient()
            updateWake()
        }
        time = max(time, end)
    }

    mutating func updateWake() {
        var next = inbox.first?.time ?? .distantFuture
        for order in orders {
            if case .taking(let until) = order.state { next = min(next, until) }
        }
        for market in markets {
            if let funding = market.nextFundingTime { next = min(next, funding) }
        }
        wake = next
    }

    func report(_ kind: OrderReportKind, of id: ClientOrderID, _ instrument: InstrumentID)
        -> VenueOutput
    {
        VenueOutput(
            time: time + configuration.latency,
            content: .order(
                OrderReport(clientOrderID: id, instrument: instrument, kind: kind, venueTime: time))
        )
    }

    mutating func report(_ kind: OrderReportKind, of request: OrderRequest) {
        let output = report(kind, of: request.clientOrderID, request.instrument)
        if case .order(let report) = output.content { memory.add(report) }
        outbox.append(output)
    }

    mutating func report(_ report: AccountReport) {
        outbox.append(VenueOutput(time: time + configuration.latency, content: .account(report)))
    }
}

package import Trading

/// Names an account at the simulated exchange. Ours is 0, the insurance is 1.
package struct AccountID: Hashable, Comparable, Sendable {
    package let index: Int32
    package static let ours = AccountID(index: 0)
    package static let insurance = AccountID(index: 1)
    package static func < (left: AccountID, right: AccountID) -> Bool { left.index < right.index }
}

/// A simulated exchange in memory: books, accounts, marks, funding, liquidations.
///
/// Our account (0) speaks by `submit` and `cancel`: its orders arrive after the latency, and what the exchange says
/// reaches it after the latency. The people of the simulated market stand beside the book: they `place` and `remove`
/// at once. The user gives the index price and moves the time with `advance`; outputs are fetched with `drain`, in
/// order of time.
package struct Exchange: Sendable {
    package let configuration: ExchangeConfiguration
    /// The moment up to which everything has happened.
    package internal(set) var time: Timestamp
    var markets: [ExchangeMarket]
    var accounts: [MarginAccount]
    /// Commissions collected so far, liquidation clearance excluded.
    package internal(set) var feesCollected = Money.zero
    /// What the restored account brought along that has no counterpart among the people.
    private var restoredSum = Money.zero
    /// Our open orders by venue order id, lowest first.
    var orders: [RemoteOrder] = []
    var lastVenueOrderID: Int64 = 0
    /// Our latest fills, by instrument index.
    var ourTradeIDs: [Int64]
    var inbox = Fifo<Inbound>()
    private var lastArrival = Timestamp.distantPast
    var market = Fifo<VenueOutput>()
    var reports = Fifo<VenueOutput>()
    var memory = OrderMemory()
    var nextMark: Timestamp
    var nextDepth: Timestamp
    var nextSnapshot: Timestamp
    /// What is wrong with the matching of our orders, by instrument index.
    var impairments: [Impairment]

    /// An order of ours that is open at the venue.
    struct RemoteOrder: Hashable, Sendable {
        enum State: Hashable, Sendable {
            case resting(BookOrderID)
            case waiting
        }
        let request: OrderRequest
        let venueOrderID: Int64
        var filled: Quantity
        var state: State
        /// The part of what the book offers that it gets at a time; `nil`: all.
        var share: Rate? = nil
    }

    /// A request of ours on its way to the venue.
    struct Inbound: Sendable {
        enum Request: Sendable {
            case submit(OrderRequest)
            case cancel(ClientOrderID, InstrumentID)
            case moveMargin(InstrumentID, Money)
            /// An order that was open when the engine stopped, by venue order id.
            case resume(Int64)
        }
        let time: Timestamp
        let request: Request
    }

    /// Opens the exchange with our account and the insurance. `prices` are the first index prices, by instrument.
    package init(
        instruments: [Instrument], prices: [Price], ourAccount: MarginAccount,
        configuration: ExchangeConfiguration,
        start: Timestamp
    ) {
        precondition(instruments.count == prices.count, "every instrument has a price")
        for (place, instrument) in instruments.enumerated() {
            precondition(
                Int(instrument.id.index) == place, "instrument ids are places in the table")
        }
        self.configuration = configuration
        time = start
        markets = zip(instruments, prices).map {
            ExchangeMarket(instrument: $0, price: $1, start: start)
        }
        accounts = [
            ourAccount,
            MarginAccount(
                balance: configuration.insuranceBalance, leverage: 1, instruments: instruments.count
            ),
        ]
        nextMark = start.floor(to: configuration.markInterval) + configuration.markInterval
        nextDepth = start + configuration.depthInterval
        nextSnapshot = start
        ourTradeIDs = Array(repeating: 0, count: instruments.count)
        impairments = instruments.map { _ in Impairment() }
    }

    /// Opens one more account of the simulated people.
    package mutating func openAccount(balance: Money, leverage: Int) -> AccountID {
        accounts.append(
            MarginAccount(balance: balance, leverage: leverage, instruments: markets.count))
        return AccountID(index: Int32(accounts.count - 1))
    }

    package func account(_ id: AccountID) -> MarginAccount { accounts[Int(id.index)] }
    package var accountCount: Int { accounts.count }

    /// Cash from outside for an account of the simulated people.
    package mutating func deposit(_ amount: Money, to id: AccountID) {
        accounts[Int(id.index)].deposit(amount)
    }

    /// What no trade, fee, funding or liquidation can change: wallets of all accounts less what came in from outside,
    /// less the signed cost of what is open, plus the fees collected. Zero, exactly, always.
    package var conservedSum: Money { rawSum - restoredSum }

    private var rawSum: Money {
        var sum = feesCollected
        for account in accounts {
            sum += account.walletBalance - account.deposits
            for case .some(let position) in account.positions {
                if position.direction == .long {
                    sum -= position.cost
                } else {
                    sum += position.cost
                }
            }
        }
        return sum
    }

    /// Quantity of all long positions, which equals that of all short ones; in steps of 10⁻⁸ base.
    package func openInterest(_ id: InstrumentID) -> (long: Int64, short: Int64) {
        var sums = (long: Int64(0), short: Int64(0))
        for account in accounts {
            guard let position = account.position(id) else { continue }
            switch position.direction {
            case .long: sums.long += position.quantity.units
            case .short: sums.short += position.quantity.units
            }
        }
        return sums
    }

    /// Elements kept in books, accounts, orders and queues: what memory grows with. Outputs not yet drained count too.
    package var storedElements: Int {
        var count = accounts.count + orders.count + inbox.count + market.count + reports.count
        for market in markets { count += market.book.storedElements }
        return count
    }

    package func book(_ id: InstrumentID) -> OrderBook { markets[Int(id.index)].book }
    package func bestBid(_ id: InstrumentID) -> BookLevel? { markets[Int(id.index)].book.bestBid }
    package func bestAsk(_ id: InstrumentID) -> BookLevel? { markets[Int(id.index)].book.bestAsk }
    package func markPrice(_ id: InstrumentID) -> Price { markets[Int(id.index)].markPrice }
    package func lastPrice(_ id: InstrumentID) -> Price { markets[Int(id.index)].lastPrice }
    package func indexPrice(_ id: InstrumentID) -> Price { markets[Int(id.index)].indexPrice }
    package func instrument(_ id: InstrumentID) -> Instrument { markets[Int(id.index)].instrument }

    /// The spot basket's price, from outside.
    package mutating func setIndexPrice(_ price: Price, for id: InstrumentID) {
        markets[Int(id.index)].indexPrice = price
    }

    // MARK: Our account

    /// Sends an order of ours at `time`; it arrives after the latency.
    package mutating func submit(_ request: OrderRequest, at time: Timestamp) {
        post(.submit(request), at: time)
    }

    /// Sends a cancel at `time`; it arrives after the latency.
    package mutating func cancel(_ id: ClientOrderID, instrument: InstrumentID, at time: Timestamp)
    {
        post(.cancel(id, instrument), at: time)
    }

    /// Sends cash into the isolated margin of our position; `.marginMoved` follows when it was there.
    package mutating func moveMargin(_ amount: Money, instrument: InstrumentID, at time: Timestamp)
    {
        post(.moveMargin(instrument, amount), at: time)
    }

    /// Chooses the leverage of our next positions in an instrument, at once.
    package mutating func setLeverage(_ value: Int, of instrument: InstrumentID) {
        accounts[0].setLeverage(value, of: instrument)
    }

    private mutating func post(_ request: Inbound.Request, at sent: Timestamp) {
        // One link keeps the order of what is sent over it.
        lastArrival = max(lastArrival, max(time, sent) + configuration.latency)
        inbox.append(Inbound(time: lastArrival, request: request))
    }

    /// One complete reading of our account, as a query would answer it now.
    package func snapshot(at time: Timestamp) -> AccountSnapshot {
        AccountReading.snapshot(
            of: accounts[0], orders: orders.map { ($0.request, $0.venueOrderID, $0.filled) },
            lastTradeIDs: ourTradeIDs, at: time)
    }

    /// The reading together with what is known of the orders asked for; what has not arrived yet is not known.
    package func answer(_ questions: [OrderQuestion], at time: Timestamp) -> AccountAnswer {
        memory.answer(questions, snapshot(at: time))
    }

    /// Puts our account back as the journal remembers it. `counterparty` takes the other side of its positions, so
    /// that every contract has two owners again. Open orders are listed at once and act one latency from now.
    package mutating func restore(_ record: PaperRecord, counterparty: AccountID) {
        precondition(
            record.instruments.count == markets.count, "the record is of the same instruments")
        accounts[0] = record.account
        lastVenueOrderID = max(lastVenueOrderID, record.lastVenueOrderID)
        for place in markets.indices {
            ourTradeIDs[place] = record.lastTradeIDs[place]
            markets[place].lastTradeID = max(markets[place].lastTradeID, record.lastTradeIDs[place])
            guard let position = record.account.positions[place] else { continue }
            accounts[Int(counterparty.index)].apply(
                side: position.direction.exitSide, quantity: position.quantity,
                price: position.entryPrice,
                commission: .zero, instrument: markets[place].instrument)
        }
        restoredSum = rawSum
        for order in record.openOrders {
            orders.append(
                RemoteOrder(
                    request: order.request, venueOrderID: order.venueOrderID, filled: order.filled,
                    state: .waiting))
            memory.add(order.acceptance(at: time))
            if !order.request.kind.isConditional || order.isTriggered {
                post(.resume(order.venueOrderID), at: time)
            }
        }
    }

    /// Shows the market as a new listener needs it: the book, best prices and mark.
    package mutating func open(_ id: InstrumentID) {
        let place = Int(id.index)
        emitSnapshot(place)
        markets[place].sentBid = nil
        emitTicker(place)
        emit(.markPrice(markets[place].markUpdate(at: time)), place)
    }

    // MARK: Time

    /// The next moment at which something happens by itself: an arrival, a mark, a depth update.
    package var nextDue: Timestamp {
        min(inbox.first?.time ?? .distantFuture, nextMark, nextDepth, nextSnapshot)
    }

    /// Moves the time to `end`: arrivals, marks, funding and liquidations happen at their own moments.
    package mutating func advance(to end: Timestamp) {
        while nextDue <= end {
            let due = nextDue
            time = max(time, due)
            if let arrival = inbox.first, arrival.time <= due {
                _ = inbox.popFirst()
                receive(arrival.request)
            } else if nextMark <= due {
                nextMark = nextMark + configuration.markInterval
                for place in markets.indices { updateMark(place) }
            } else if nextDepth <= due {
                nextDepth = nextDepth + configuration.depthInterval
                for place in markets.indices {
                    guard let update = markets[place].takeDepthUpdate(at: time) else { continue }
                    emit(.depth(update), place)
                }
            } else {
                nextSnapshot = nextSnapshot + configuration.depthSnapshotInterval
                for place in markets.indices { emitSnapshot(place) }
            }
        }
        time = max(time, end)
    }

    /// Everything that has reached us up to `end`, oldest first; market data before reports of the same moment.
    package mutating func drain(upTo end: Timestamp) -> [VenueOutput] {
        var outputs: [VenueOutput] = []
        while true {
            let data = market.first.flatMap { $0.time <= end ? $0.time : nil }
            let report = reports.first.flatMap { $0.time <= end ? $0.time : nil }
            switch (data, report) {
            case (nil, nil):
                return outputs
            case (.some(let data), .some(let report)):
                if let output = data <= report ? market.popFirst() : reports.popFirst() {
                    outputs.append(output)
                }
            case (.some, nil):
                if let output = market.popFirst() { outputs.append(output) }
            case (nil, .some):
                if let output = reports.popFirst() { outputs.append(output) }
            }
        }
    }

    /// A fresh picture of the whole book, now.
    package mutating func emitSnapshot(of id: InstrumentID) { emitSnapshot(Int(id.index)) }

    private mutating func emitSnapshot(_ place: Int) {
        // The pending changes go first, so that the snapshot stands at the end of an update.
        if let update = markets[place].takeDepthUpdate(at: time) { emit(.depth(update), place) }
        emit(.depthSnapshot(markets[place].depthSnapshot(levels: configuration.depthLevels)), place)
    }

    /// Market data of the user's own making (clusters), at the present moment.
    package mutating func emit(_ data: MarketData, for id: InstrumentID) {
        emit(data, Int(id.index))
    }

    mutating func emit(_ data: MarketData, _ place: Int) {
        market.append(
            VenueOutput(time: time, content: .market(markets[place].instrument.id, data)))
    }

    mutating func emitTicker(_ place: Int) {
        guard let ticker = markets[place].takeTicker(at: time) else { return }
        emit(.bookTicker(ticker), place)
    }

    mutating func report(_ kind: OrderReportKind, of request: OrderRequest) {
        let report = OrderReport(
            clientOrderID: request.clientOrderID, instrument: request.instrument, kind: kind,
            venueTime: time)
        memory.add(report)
        reports.append(VenueOutput(time: time + configuration.latency, content: .order(report)))
    }

    mutating func report(_ report: AccountReport) {
        reports.append(VenueOutput(time: time + configuration.latency, content: .account(report)))
    }
}

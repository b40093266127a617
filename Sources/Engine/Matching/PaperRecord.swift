package import Trading

/// An open order of the paper venue.
package struct PaperOrder: Hashable, Sendable, Codable {
    package let request: OrderRequest
    /// Zero while the venue has not accepted it.
    package fileprivate(set) var venueOrderID: Int64
    package fileprivate(set) var filled: Quantity
    /// Whether a conditional order has fired and is being executed as a market order.
    package fileprivate(set) var isTriggered: Bool

    init(request: OrderRequest, venueOrderID: Int64, filled: Quantity, isTriggered: Bool) {
        self.request = request
        self.venueOrderID = venueOrderID
        self.filled = filled
        self.isTriggered = isTriggered
    }

    /// That the venue has it, as a venue that was restored says when it is asked.
    func acceptance(at time: Timestamp) -> OrderReport {
        OrderReport(
            clientOrderID: request.clientOrderID, instrument: request.instrument,
            kind: .accepted(VenueOrderID(venueOrderID)), venueTime: time)
    }
}

/// What a simulated venue must remember of our account, folded from the journal: requests sent and reports received.
///
/// What was on its way when the engine died was never received, so it never happened, for the engine and for the
/// rebuilt venue alike.
package struct PaperRecord: Hashable, Sendable, Codable {
    package let instruments: [Instrument]
    package private(set) var account: MarginAccount
    /// Accepted and not yet gone, in the order of acceptance.
    package private(set) var openOrders: [PaperOrder] = []
    /// Sent and not yet answered; at most `maxSent`, the oldest is forgotten first.
    package private(set) var sentRequests: [OrderRequest] = []
    /// The latest fill of ours, by instrument index.
    package private(set) var lastTradeIDs: [Int64]
    package private(set) var lastVenueOrderID: Int64 = 0
    /// Requests ever sent: the place in the sequence of random delays.
    package private(set) var requestCount: UInt64 = 0

    private static let maxSent = 1024

    /// A fresh account.
    package init(startingBalance: Money, leverage: Int, instruments: [Instrument]) {
        self.instruments = instruments
        account = MarginAccount(
            balance: startingBalance, leverage: leverage, instruments: instruments.count)
        lastTradeIDs = Array(repeating: 0, count: instruments.count)
    }

    init(
        instruments: [Instrument], account: MarginAccount, openOrders: [PaperOrder],
        lastTradeIDs: [Int64],
        lastVenueOrderID: Int64, requestCount: UInt64
    ) {
        self.instruments = instruments
        self.account = account
        self.openOrders = openOrders
        self.lastTradeIDs = lastTradeIDs
        self.lastVenueOrderID = lastVenueOrderID
        self.requestCount = requestCount
    }

    /// An order was sent to the venue.
    package mutating func apply(_ request: OrderRequest) {
        requestCount += 1
        sentRequests.append(request)
        if sentRequests.count > Self.maxSent { sentRequests.removeFirst() }
    }

    /// The venue said something about an order. Fills count once, by their trade id.
    package mutating func apply(_ report: OrderReport) {
        let id = report.clientOrderID
        switch report.kind {
        case .accepted(let venueOrderID):
            lastVenueOrderID = max(lastVenueOrderID, venueOrderID.value)
            guard let place = sentRequests.firstIndex(where: { $0.clientOrderID == id }) else {
                return
            }
            let request = sentRequests.remove(at: place)
            openOrders.append(
                PaperOrder(
                    request: request, venueOrderID: venueOrderID.value, filled: .zero,
                    isTriggered: false))
        case .filled(let fill):
            guard book(fill, report.instrument),
                let place = openOrders.firstIndex(where: { $0.request.clientOrderID == id })
            else { return }
            openOrders[place].filled += fill.quantity
            if openOrders[place].filled >= openOrders[place].request.quantity {
                openOrders.remove(at: place)
            }
        case .rejected(.duplicateClientOrderID):
            // Speaks of the second request of that name; the first lives on.
            if let place = sentRequests.lastIndex(where: { $0.clientOrderID == id }) {
                sentRequests.remove(at: place)
            }
        case .rejected, .canceled, .expired, .withheld:
            sentRequests.removeAll { $0.clientOrderID == id }
            openOrders.removeAll { $0.request.clientOrderID == id }
        case .triggered:
            guard let place = openOrders.firstIndex(where: { $0.request.clientOrderID == id })
            else { return }
            openOrders[place].isTriggered = true
        case .cancelRejected, .outcomeUnknown:
            break
        }
    }

    /// The venue said something about the account.
    package mutating func apply(_ report: AccountReport) {
        switch report {
        case .funding(let id, let amount, _, _):
            guard let instrument = instrument(id) else { return }
            account.apply(funding: amount, instrument: instrument)
        case .forcedFill(let id, let fill):
            _ = book(fill, id)
        case .marginMoved(let id, let amount, _):
            guard let instrument = instrument(id) else { return }
            _ = account.moveMargin(amount, instrument: instrument)
        case .transferred(let amount, _): account.deposit(amount)
        case .liquidation, .snapshot, .alive, .lost, .unsafeSettings, .trouble, .instrument,
            .instrumentStatus:
            // A snapshot of a simulated venue says what these facts already say.
            break
        }
    }

    private func instrument(_ id: InstrumentID) -> Instrument? {
        Int(id.index) < instruments.count ? instruments[Int(id.index)] : nil
    }

    /// Says whether it was new: what a query found is told again.
    private mutating func book(_ fill: Fill, _ id: InstrumentID) -> Bool {
        guard let instrument = instrument(id), fill.tradeID > lastTradeIDs[Int(id.index)] else {
            return false
        }
        lastTradeIDs[Int(id.index)] = fill.tradeID
        account.apply(
            side: fill.side, quantity: fill.quantity, price: fill.price,
            commission: fill.commission,
            instrument: instrument)
        return true
    }
}

/// Our idempotency key of one order: at most 36 characters `a-z 0-9 -`, never used twice.
package struct ClientOrderID: Hashable, Comparable, Sendable, CustomStringConvertible, Codable {
    package let description: String

    /// `nil` when empty, longer than 36 bytes, or made of anything but the venue's allowed characters
    /// (`. A-Z : / a-z 0-9 _ -`).
    package init?(_ text: String) {
        guard (1...36).contains(text.utf8.count) else { return nil }
        for byte in text.utf8 {
            switch byte {
            case 45...58, 65...90, 95, 97...122: continue
            default: return nil
            }
        }
        description = text
    }

    package static func < (left: ClientOrderID, right: ClientOrderID) -> Bool {
        left.description < right.description
    }
}

extension ClientOrderID {
    /// What every id of our making begins with, in this run or any other.
    package static let ownPrefix = "nw"

    /// Whether an engine of ours made it; anything else at the venue is foreign.
    package var isOurs: Bool { description.hasPrefix(Self.ownPrefix) }
}

/// Makes client order ids: `nw` + engine tag + base-32 start time + `-` + counter, so that no run repeats another's.
package struct ClientOrderIDs: Hashable, Sendable, Codable {
    private let prefix: String
    /// Ids given so far in this run.
    package private(set) var count: UInt64 = 0

    /// Takes the engine's tag (at most 8 characters a-z 0-9, others are dropped) and the start time of this run.
    package init(engineTag: String, start: Timestamp) {
        let tag = engineTag.lowercased().utf8.filter {
            (97...122).contains($0) || (48...57).contains($0)
        }.prefix(8)
        prefix =
            ClientOrderID.ownPrefix + String(decoding: tag, as: UTF8.self)
            + String(UInt64(max(0, start.milliseconds)), radix: 32)
    }

    package mutating func next() -> ClientOrderID {
        count += 1
        guard let id = ClientOrderID(prefix + "-" + String(count, radix: 32)) else {
            preconditionFailure("the prefix and a 64-bit counter fit in 36 allowed characters")
        }
        return id
    }
}

/// The venue's key of an order.
package struct VenueOrderID: Hashable, Comparable, Sendable, Codable {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (left: VenueOrderID, right: VenueOrderID) -> Bool {
        left.value < right.value
    }
}

/// How long an order may rest. `.ioc`: what does not fill at once is canceled; `.fok`: all at once or nothing.
package enum TimeInForce: UInt8, Hashable, Sendable, Codable { case gtc, ioc, fok, postOnly }

/// Which price fires a conditional order.
package enum TriggerSource: UInt8, Hashable, Sendable, Codable { case mark, last }

/// What kind of order, with just the prices that this kind has.
package enum OrderKind: Hashable, Sendable, Codable {
    case market
    case limit(Price, TimeInForce)
    /// Becomes a market order when the trigger source reaches the price against us.
    case stopMarket(trigger: Price, by: TriggerSource)
    /// Becomes a market order when the trigger source reaches the price in our favor.
    case takeProfitMarket(trigger: Price, by: TriggerSource)

    package var isConditional: Bool {
        switch self {
        case .market, .limit: false
        case .stopMarket, .takeProfitMarket: true
        }
    }

    /// The limit or trigger price; `nil` for a market order.
    package var price: Price? {
        switch self {
        case .market: nil
        case .limit(let price, _): price
        case .stopMarket(let trigger, _), .takeProfitMarket(let trigger, _): trigger
        }
    }
}

/// One order as a venue is asked for it; every price and quantity is already on the venue's grid.
package struct OrderRequest: Hashable, Sendable, Codable {
    package let clientOrderID: ClientOrderID
    package let instrument: InstrumentID
    package let side: Side
    package let kind: OrderKind
    package let quantity: Quantity
    /// The venue's flag: the order can only make the position smaller.
    package let isReduceOnly: Bool

    package init(
        clientOrderID: ClientOrderID, instrument: InstrumentID, side: Side, kind: OrderKind,
        quantity: Quantity,
        isReduceOnly: Bool
    ) {
        self.clientOrderID = clientOrderID
        self.instrument = instrument
        self.side = side
        self.kind = kind
        self.quantity = quantity
        self.isReduceOnly = isReduceOnly
    }
}

/// Why an order exists.
package enum OrderPurpose: Hashable, Sendable, Codable {
    case entry
    case protectiveStop
    case target
    case exit(ExitReason)

    /// Whether an order of this purpose raises risk, so that the gate and all limits stand before it.
    package var raisesRisk: Bool { self == .entry }
}

/// One execution of one of our orders.
package struct Fill: Hashable, Sendable, Codable {
    /// The venue's key of this fill, per instrument: what makes a fill count once.
    package var tradeID: Int64
    package var price: Price
    package var quantity: Quantity
    package var side: Side
    /// Paid when positive, in quote currency.
    package var commission: Money
    package var isMaker: Bool
    package var venueTime: Timestamp

    package init(
        tradeID: Int64, price: Price, quantity: Quantity, side: Side, commission: Money,
        isMaker: Bool,
        venueTime: Timestamp
    ) {
        self.tradeID = tradeID
        self.price = price
        self.quantity = quantity
        self.side = side
        self.commission = commission
        self.isMaker = isMaker
        self.venueTime = venueTime
    }
}

/// Why a venue refused an order.
package enum RejectReason: Hashable, Sendable, Codable {
    case insufficientMargin
    case filterViolation
    case priceOutsideBand
    case wouldTriggerImmediately
    case reduceOnlyConflict
    case duplicateClientOrderID
    case wouldTakeLiquidity
    case unknownOrder
    case throttled
    case tooManyOrders
    /// A code of the venue that maps to none of the above.
    case other(code: Int)
}

/// What a venue says about one of our orders. May come late, twice, or in another order than it happened.
package enum OrderReportKind: Hashable, Sendable, Codable {
    case accepted(VenueOrderID)
    case rejected(RejectReason)
    case filled(Fill)
    /// Gone from the book at our wish; fills before it keep counting.
    case canceled
    /// Gone by the venue's rules: IOC rest, self-trade, delisting, reduce-only without a position.
    case expired
    /// A conditional order fired; its market order follows under the same client order id.
    case triggered
    /// The cancel did not find the order: it is filled or gone; the truth follows from a query.
    case cancelRejected
    /// The request was sent and no answer came in time: it may or may not have executed.
    case outcomeUnknown
    /// Our own performer did not send it, because the gate closed after the approval.
    case withheld
}

/// A report with the order that it speaks of.
package struct OrderReport: Hashable, Sendable, Codable {
    package var clientOrderID: ClientOrderID
    package var instrument: InstrumentID
    package var kind: OrderReportKind
    package var venueTime: Timestamp

    package init(
        clientOrderID: ClientOrderID, instrument: InstrumentID, kind: OrderReportKind,
        venueTime: Timestamp
    ) {
        self.clientOrderID = clientOrderID
        self.instrument = instrument
        self.kind = kind
        self.venueTime = venueTime
    }
}

/// An open order as the venue lists it.
package struct VenueOrder: Hashable, Sendable, Codable {
    package var request: OrderRequest
    package var venueOrderID: VenueOrderID
    package var filledQuantity: Quantity

    package init(request: OrderRequest, venueOrderID: VenueOrderID, filledQuantity: Quantity) {
        self.request = request
        self.venueOrderID = venueOrderID
        self.filledQuantity = filledQuantity
    }
}

/// A position as the venue holds it.
package struct VenuePosition: Hashable, Sendable, Codable {
    package var instrument: InstrumentID
    package var direction: Direction
    package var quantity: Quantity
    package var entryPrice: Price
    /// `nil` when the venue names none.
    package var liquidationPrice: Price?
    package var isolatedMargin: Money
    package var leverage: Int

    package init(
        instrument: InstrumentID, direction: Direction, quantity: Quantity, entryPrice: Price,
        liquidationPrice: Price?, isolatedMargin: Money, leverage: Int
    ) {
        self.instrument = instrument
        self.direction = direction
        self.quantity = quantity
        self.entryPrice = entryPrice
        self.liquidationPrice = liquidationPrice
        self.isolatedMargin = isolatedMargin
        self.leverage = leverage
    }
}

/// The venue's id of our latest fill of one instrument.
package struct LastTrade: Hashable, Sendable, Codable {
    package var instrument: InstrumentID
    package var tradeID: Int64

    package init(instrument: InstrumentID, tradeID: Int64) {
        self.instrument = instrument
        self.tradeID = tradeID
    }
}

/// One complete reading of our account at the venue; positions by instrument, orders by venue order id.
package struct AccountSnapshot: Hashable, Sendable, Codable {
    package var walletBalance: Money
    package var positions: [VenuePosition]
    /// Only orders with ids of our making.
    package var openOrders: [VenueOrder]
    /// Our latest fill of each instrument, by instrument, so that the engine can see that it knows them all.
    package var lastTrades: [LastTrade]
    /// Of the orders that were asked for, those that the venue says it does not know, in the order of asking.
    package var missing: [ClientOrderID]
    /// Open orders that nobody here made, by venue order id.
    package var foreignOrders: [ForeignOrder]
    package var venueTime: Timestamp

    package init(
        walletBalance: Money, positions: [VenuePosition], openOrders: [VenueOrder],
        lastTrades: [LastTrade], missing: [ClientOrderID] = [],
        foreignOrders: [ForeignOrder] = [], venueTime: Timestamp
    ) {
        self.walletBalance = walletBalance
        self.positions = positions
        self.openOrders = openOrders
        self.lastTrades = lastTrades
        self.missing = missing
        self.foreignOrders = foreignOrders
        self.venueTime = venueTime
    }

    private enum CodingKeys: CodingKey {
        case walletBalance, positions, openOrders, lastTrades, missing, foreignOrders, venueTime
    }

    /// Journals of older builds have neither `missing` nor `foreignOrders`: there they are empty.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        walletBalance = try values.decode(Money.self, forKey: .walletBalance)
        positions = try values.decode([VenuePosition].self, forKey: .positions)
        openOrders = try values.decode([VenueOrder].self, forKey: .openOrders)
        lastTrades = try values.decode([LastTrade].self, forKey: .lastTrades)
        missing = try values.decodeIfPresent([ClientOrderID].self, forKey: .missing) ?? []
        foreignOrders =
            try values.decodeIfPresent([ForeignOrder].self, forKey: .foreignOrders) ?? []
        venueTime = try values.decode(Timestamp.self, forKey: .venueTime)
    }
}

/// What a venue says about our account other than about one order.
package enum AccountReport: Hashable, Sendable, Codable {
    /// Funding was booked: positive is received.
    case funding(InstrumentID, amount: Money, rate: Rate, venueTime: Timestamp)
    /// The venue closes our position by force; its fills follow as `forcedFill`.
    case liquidation(InstrumentID, venueTime: Timestamp)
    /// A fill of an order that is not ours: a liquidation, ADL, or a trade by hand.
    case forcedFill(InstrumentID, Fill)
    /// Margin was moved into (+) or out of (−) an isolated position.
    case marginMoved(InstrumentID, amount: Money, venueTime: Timestamp)
    case snapshot(AccountSnapshot)
    /// The order link was seen alive.
    case alive(venueTime: Timestamp)
    /// The order link was lost: what happens at the venue is unknown until the next snapshot.
    case lost
    /// The wallet changed by something that is not trading: a deposit (+), a withdrawal (−), a transfer.
    case transferred(amount: Money, venueTime: Timestamp)
    /// What is unsafe at the venue now, all of it; empty when all is well again.
    case unsafeSettings([UnsafeSetting], venueTime: Timestamp)
    /// The venue does not serve us; a later snapshot says that it does again.
    case trouble(VenueTrouble)
    /// Filters, margin tiers or fees as they are from now on.
    case instrument(Instrument)
    /// While it is not tradable, a position can only be made smaller.
    case instrumentStatus(InstrumentID, isTradable: Bool)
}

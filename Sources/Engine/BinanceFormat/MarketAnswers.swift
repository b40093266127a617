package import Trading

/// The contracts of the venue, with those that we cannot name left out and counted.
package struct ExchangeInfo: Hashable, Sendable {
    package var serverTime: Timestamp
    package var rateLimits: [RateLimit]
    package var symbols: [ContractInfo]
    /// Contracts whose name is outside our alphabet, or whose filters we cannot hold or are missing.
    package var skipped: [String]
}

/// One of the venue's budgets.
package struct RateLimit: Hashable, Sendable {
    /// Which budget; `REQUEST_WEIGHT` and `ORDERS` are the two that count.
    package enum Kind: String, VenueVocabulary {
        case requestWeight = "REQUEST_WEIGHT"
        case orders = "ORDERS"
        case rawRequests = "RAW_REQUESTS"
    }

    package var kind: VenueWord<Kind>
    /// `nil` when the venue names a unit that we do not know.
    package var interval: Duration?
    package var limit: Int
}

/// One contract of the venue.
package struct ContractInfo: Hashable, Sendable {
    package var symbol: SymbolName
    package var contractType: VenueWord<ContractType>
    package var status: VenueWord<ContractStatus>
    package var baseAsset: String
    package var quoteAsset: String
    package var marginAsset: String
    /// For display only; not the tick.
    package var pricePrecision: Int
    package var filters: InstrumentFilters
    /// A buy's price may be at most mark × this; `nil` when there is no such rule.
    package var multiplierUp: Rate?
    /// A sale's price must be at least mark × this.
    package var multiplierDown: Rate?
    /// Open orders allowed; `nil` when the venue does not say.
    package var maxOrders: Int?
    /// How far mark and last may be apart for protected conditional orders.
    package var triggerProtect: Rate?
    /// How far from the mark price a market order may trade.
    package var marketTakeBound: Rate?
    package var liquidationFee: Rate?

    /// How far a limit may be from the mark price; `nil` when there is no such rule.
    package var priceBand: PriceBand? {
        guard let multiplierUp, let multiplierDown else { return nil }
        return PriceBand(up: multiplierUp, down: multiplierDown)
    }

    /// Whether we may trade it: a plain perpetual that is open.
    package var isTradable: Bool {
        contractType == .known(.perpetual) && status == .known(.trading)
    }
}

/// The answer to premiumIndex.
package struct PremiumAnswer: Hashable, Sendable {
    package var symbol: String
    package var update: MarkPriceUpdate
}

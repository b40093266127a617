/// Where an instrument stands in the engine's table: 0...instruments − 1. Cheap to copy and to index with.
package struct InstrumentID: Hashable, Comparable, Sendable, Codable {
    package let index: UInt16
    package init(_ index: UInt16) { self.index = index }
    package static func < (left: InstrumentID, right: InstrumentID) -> Bool {
        left.index < right.index
    }
}

/// The venue's name of an instrument: 1...24 characters A-Z, 0-9 and `_`.
package struct SymbolName: Hashable, Comparable, Sendable, CustomStringConvertible, Codable {
    package let description: String

    /// `nil` when empty, longer than 24 characters, or made of anything but A-Z, 0-9 and `_`.
    package init?(_ text: String) {
        let bytes = text.utf8
        guard (1...24).contains(bytes.count) else { return nil }
        for byte in bytes {
            switch byte {
            case 65...90, 48...57, 95: continue
            default: return nil
            }
        }
        description = text
    }

    package static func < (left: SymbolName, right: SymbolName) -> Bool {
        left.description < right.description
    }
}

/// What the venue demands of prices and quantities of one instrument.
///
/// Grids start at the minimum: `(price − minPrice) mod tickSize = 0`.
/// - Source: Binance USDⓈ-M exchangeInfo filters, page read 2026-05.
package struct InstrumentFilters: Hashable, Sendable, Codable {
    package var minPrice: Price
    package var maxPrice: Price
    package var tickSize: Price
    package var minQuantity: Quantity
    package var maxQuantity: Quantity
    package var stepSize: Quantity
    /// The largest quantity of a MARKET or triggered market order.
    package var maxMarketQuantity: Quantity
    /// The smallest order value; reduce-only orders are exempt.
    package var minNotional: Money

    package init(
        minPrice: Price, maxPrice: Price, tickSize: Price, minQuantity: Quantity,
        maxQuantity: Quantity,
        stepSize: Quantity, maxMarketQuantity: Quantity, minNotional: Money
    ) {
        self.minPrice = minPrice
        self.maxPrice = maxPrice
        self.tickSize = tickSize
        self.minQuantity = minQuantity
        self.maxQuantity = maxQuantity
        self.stepSize = stepSize
        self.maxMarketQuantity = maxMarketQuantity
        self.minNotional = minNotional
    }
}

/// The venue's rule of how far a limit may be from the mark price: a buy at most mark × `up`, a sale at least mark × `down`.
/// - Source: Binance USDⓈ-M exchangeInfo, filter PERCENT_PRICE.
package struct PriceBand: Hashable, Sendable, Codable {
    /// 1.05 is five per cent above.
    package let up: Rate
    /// 0.95 is five per cent below.
    package let down: Rate

    /// `nil` for a band that does not hold the mark price itself, which no venue can mean.
    package init?(up: Rate, down: Rate) {
        let one = FixedPoint.unitsPerOne
        guard up.units >= one, (0...one).contains(down.units) else { return nil }
        self.up = up
        self.down = down
    }

    /// `price`, or the outermost limit of that side which the venue would take.
    package func nearest(to price: Price, side: Side, mark: Price) -> Price {
        let one = FixedPoint.unitsPerOne
        switch side {
        case .buy: return min(price, mark.moved(by: Rate(units: up.units - one)))
        case .sell: return max(price, mark.moved(by: Rate(units: down.units - one)))
        }
    }
}

/// One step of the venue's margin table: how much must be kept for notionals above `floor` up to `cap`.
///
/// Maintenance margin = notional × rate − deduction, continuous over the steps.
/// - Source: Binance USDⓈ-M leverageBracket.
package struct MarginTier: Hashable, Sendable, Codable {
    package var floor: Money
    package var cap: Money
    package var maxLeverage: Int
    package var maintenanceRate: Rate
    package var deduction: Money

    package init(
        floor: Money, cap: Money, maxLeverage: Int, maintenanceRate: Rate, deduction: Money
    ) {
        self.floor = floor
        self.cap = cap
        self.maxLeverage = maxLeverage
        self.maintenanceRate = maintenanceRate
        self.deduction = deduction
    }
}

/// A perpetual contract as the engine trades it.
package struct Instrument: Hashable, Sendable, Codable {
    package let id: InstrumentID
    package let symbol: SymbolName
    package var filters: InstrumentFilters
    /// Margin tiers, lowest notional first, without gaps.
    package var tiers: [MarginTier]
    package var makerFee: Rate
    package var takerFee: Rate
    package var fundingInterval: Duration
    /// Digits after the point that the venue prints in prices; for display only.
    package var priceDigits: Int
    /// How far from the mark price a limit may be; `nil` when the venue has no such rule, or it was not read.
    package var priceBand: PriceBand?

    package init(
        id: InstrumentID, symbol: SymbolName, filters: InstrumentFilters, tiers: [MarginTier],
        makerFee: Rate,
        takerFee: Rate, fundingInterval: Duration, priceDigits: Int
    ) {
        self.id = id
        self.symbol = symbol
        self.filters = filters
        self.tiers = tiers
        self.makerFee = makerFee
        self.takerFee = takerFee
        self.fundingInterval = fundingInterval
        self.priceDigits = priceDigits
    }
}

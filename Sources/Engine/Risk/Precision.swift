package import Trading

/// The last step before an order: prices and quantities on the venue's grid, or no order.
///
/// Prices go to the side that is never worse than what was decided: a limit never pays more and never sells for less,
/// a protective stop is never farther from the entry. Quantities go down.
package enum Precision {
    /// A limit of an order of `side`: a buy down, a sell up.
    package static func limit(_ price: Price, side: Side, _ filters: InstrumentFilters) -> Price {
        filters.onGrid(price, side == .buy ? .down : .up)
    }

    /// The same within the venue's band around the mark price; without band or mark, without that.
    package static func limit(
        _ price: Price, side: Side, _ instrument: Instrument, mark: Price?
    ) -> Price {
        guard let band = instrument.priceBand, let mark else {
            return limit(price, side: side, instrument.filters)
        }
        return limit(
            band.nearest(to: price, side: side, mark: mark), side: side, instrument.filters)
    }

    /// The trigger of the stop that protects a position of `direction`: a long's up, a short's down.
    package static func stop(
        _ price: Price, protecting direction: Direction, _ filters: InstrumentFilters
    ) -> Price {
        filters.onGrid(price, direction == .long ? .up : .down)
    }

    /// The limit at which a position of `direction` takes its profit: a long's up, a short's down.
    package static func target(
        _ price: Price, of direction: Direction, _ filters: InstrumentFilters
    ) -> Price {
        limit(price, side: direction.exitSide, filters)
    }

    /// The quantity of an entry at `price`, rounded down to the lot grid, or why it is too small to be one.
    package static func entryQuantity(
        _ quantity: Quantity, at price: Price, isMarket: Bool, _ filters: InstrumentFilters
    ) -> Result<Quantity, PrecisionRefusal> {
        let lot = isMarket ? filters.onMarketGrid(quantity) : filters.onGrid(quantity)
        guard !lot.isZero else {
            return .failure(.belowMinimum(quantity, minimum: filters.minQuantity))
        }
        let notional = Money(lot, at: price)
        guard notional >= filters.minNotional else {
            return .failure(.notionalBelowMinimum(notional, minimum: filters.minNotional))
        }
        return .success(lot)
    }

    /// The quantity of an exit: the whole position or a part of it, down to the lot grid, never zero unless the
    /// position itself is below the smallest order. At most the venue's largest order: the rest goes in the next one.
    package static func exitQuantity(
        _ quantity: Quantity, ofPosition position: Quantity, isMarket: Bool,
        _ filters: InstrumentFilters
    ) -> Quantity {
        let wanted = min(quantity, position)
        let lot = isMarket ? filters.onMarketGrid(wanted) : filters.onGrid(wanted)
        if !lot.isZero { return lot }
        // A part below the smallest order becomes the smallest order, if the position has as much.
        guard !wanted.isZero, position >= filters.minQuantity else { return .zero }
        return filters.minQuantity
    }
}

/// Why a quantity is too small to be an order.
package enum PrecisionRefusal: Error, Hashable, Sendable, Codable {
    case belowMinimum(Quantity, minimum: Quantity)
    case notionalBelowMinimum(Money, minimum: Money)
}

import Trading

/// Puts prices and quantities of an instrument on the venue's grid.
struct Grid: Hashable, Sendable {
    let tick: Int64
    let step: Int64
    let minQuantity: Int64
    let maxQuantity: Int64
    let minPrice: Int64
    let minNotional: Double

    init(_ filters: InstrumentFilters) {
        tick = filters.tickSize.units
        step = filters.stepSize.units
        minQuantity = filters.minQuantity.units
        maxQuantity = filters.maxMarketQuantity.units
        minPrice = filters.minPrice.units
        minNotional = filters.minNotional.double * 1.01
    }

    /// The tick at or below `value`, never below the smallest price.
    func priceBelow(_ value: Double) -> Price {
        let units = value.isFinite ? Int64(max(0, min(9e18, value * 1e8))) : 0
        return price(units / tick)
    }

    /// The tick above `value`.
    func priceAbove(_ value: Double) -> Price {
        let units = value.isFinite ? Int64(max(0, min(9e18, value * 1e8))) : 0
        return price(units / tick + 1)
    }

    func ticks(_ price: Price) -> Int64 { price.units / tick }

    /// The price of so many ticks.
    func price(_ ticks: Int64) -> Price {
        let lowest = (minPrice + tick - 1) / tick
        return Price(units: max(1, max(lowest, ticks)) * tick)
    }

    /// A quantity of about `notional`, at least the smallest order, at most the largest.
    func quantity(notional: Double, at price: Price) -> Quantity {
        let wanted = max(notional, minNotional) / price.double
        let steps =
            Int64(max(0, min(9e9, wanted * 1e8 / Double(step)))) + (notional < minNotional ? 1 : 0)
        return Quantity(units: min(maxQuantity / step * step, max(minQuantity, steps * step)))
    }
}

extension Instrument {
    /// Filters, tiers and fees of a well-known contract, for replay and the simulated exchange, where no venue can be
    /// asked; an unknown symbol gets a fine grid (tick 10⁻⁶, step 1) and the tiers of a small market. Where there are
    /// recorded prints, `inferred` knows better.
    package static func preset(_ symbol: SymbolName, id: InstrumentID) -> Instrument {
        known(symbol, id: id)
            ?? preset(
                symbol, id, tick: 100, step: 100_000_000, minPrice: 100, minNotional: 5,
                major: false, digits: 6)
    }

    /// The preset of a well-known contract; `nil` for any other.
    ///
    /// - Source: Binance exchangeInfo captured 2025-08-07 and leverage brackets of 2024-10; VIP 0 fees.
    package static func known(_ symbol: SymbolName, id: InstrumentID) -> Instrument? {
        switch symbol.description {
        case "BTCUSDT":
            preset(
                symbol, id, tick: 10_000_000, step: 100_000, minPrice: 55_680_000_000,
                minNotional: 50, major: true, digits: 1)
        case "ETHUSDT":
            preset(
                symbol, id, tick: 1_000_000, step: 100_000, minPrice: 3_986_000_000,
                minNotional: 20, major: true, digits: 2)
        case "SOLUSDT":
            preset(
                symbol, id, tick: 1_000_000, step: 1_000_000, minPrice: 1_000_000, minNotional: 5,
                major: false, digits: 2)
        default: nil
        }
    }

    /// An instrument that no preset knows, on the grid that its recorded prints show, with the tiers of a small
    /// market. The venue's largest order is not in the data: none is assumed below 10⁹ base units.
    package static func inferred(
        _ symbol: SymbolName, id: InstrumentID, from grid: GridInference
    ) -> Instrument {
        var instrument = preset(
            symbol, id, tick: grid.tickSize.units, step: grid.stepSize.units,
            minPrice: grid.tickSize.units, minNotional: 5, major: false, digits: grid.priceDigits)
        let largest = Quantity(units: 1_000_000_000 * FixedPoint.unitsPerOne)
        instrument.filters.maxQuantity = largest
        instrument.filters.maxMarketQuantity = largest
        return instrument
    }

    private static func preset(
        _ symbol: SymbolName, _ id: InstrumentID, tick: Int64, step: Int64, minPrice: Int64,
        minNotional: Int64,
        major: Bool, digits: Int
    ) -> Instrument {
        let thousand: Int64 = 1_000
        // Floor, cap (USD), leverage, rate (10⁻⁸), deduction (USD).
        let rows: [(Int64, Int64, Int, Int64, Int64)] =
            major
            ? [
                (0, 50 * thousand, 125, 400_000, 0),
                (50 * thousand, 600 * thousand, 100, 500_000, 50),
                (600 * thousand, 3_000 * thousand, 75, 650_000, 950),
                (3_000 * thousand, 12_000 * thousand, 50, 1_000_000, 11_450),
                (12_000 * thousand, 70_000 * thousand, 25, 2_000_000, 131_450),
                (70_000 * thousand, 100_000 * thousand, 20, 2_500_000, 481_450),
                (100_000 * thousand, 230_000 * thousand, 10, 5_000_000, 2_981_450),
            ]
            : [
                (0, 10 * thousand, 75, 500_000, 0),
                (10 * thousand, 20 * thousand, 50, 650_000, 15),
                (20 * thousand, 160 * thousand, 40, 1_000_000, 85),
                (160 * thousand, 800 * thousand, 25, 2_000_000, 1_685),
            ]
        return Instrument(
            id: id, symbol: symbol,
            filters: InstrumentFilters(
                minPrice: Price(units: minPrice), maxPrice: Price(units: 452_976_400_000_000),
                tickSize: Price(units: tick), minQuantity: Quantity(units: step),
                maxQuantity: Quantity(units: 1_000_000 * step), stepSize: Quantity(units: step),
                maxMarketQuantity: Quantity(units: 120_000 * step),
                minNotional: Money(whole: minNotional)),
            tiers: rows.map {
                MarginTier(
                    floor: Money(whole: $0.0), cap: Money(whole: $0.1), maxLeverage: $0.2,
                    maintenanceRate: Rate(units: $0.3), deduction: Money(whole: $0.4))
            },
            makerFee: Rate(units: 20_000), takerFee: Rate(units: 50_000),
            fundingInterval: .hours(8),
            priceDigits: digits)
    }
}

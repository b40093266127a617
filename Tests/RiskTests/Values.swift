import Risk
import Trading

// Short ways to write exact values in tests.

func units(_ text: String, digits: Int) -> Int128 {
    guard let units = FixedPoint.units(text, digits: digits) else {
        preconditionFailure("'\(text)' is not a decimal with at most \(digits) digits")
    }
    return units
}

func price(_ text: String) -> Price { Price(units: Int64(units(text, digits: 8))) }
func quantity(_ text: String) -> Quantity { Quantity(units: Int64(units(text, digits: 8))) }
func money(_ text: String) -> Money { Money(units: units(text, digits: 16)) }
func rate(_ text: String) -> Rate { Rate(units: Int64(units(text, digits: 8))) }

func symbol(_ text: String) -> SymbolName {
    guard let symbol = SymbolName(text) else { preconditionFailure("'\(text)' is no symbol") }
    return symbol
}

func orderID(_ text: String) -> ClientOrderID {
    guard let id = ClientOrderID(text) else { preconditionFailure("'\(text)' is no order id") }
    return id
}

let bitcoin = Instrument.preset(symbol("BTCUSDT"), id: InstrumentID(0))

func filters(
    minPrice: String = "0.1", maxPrice: String = "1000000", tick: String = "0.1",
    minQuantity: String = "0.001", step: String = "0.001", maxQuantity: String = "1000",
    maxMarketQuantity: String = "120", minNotional: String = "5"
) -> InstrumentFilters {
    InstrumentFilters(
        minPrice: price(minPrice), maxPrice: price(maxPrice), tickSize: price(tick),
        minQuantity: quantity(minQuantity), maxQuantity: quantity(maxQuantity),
        stepSize: quantity(step), maxMarketQuantity: quantity(maxMarketQuantity),
        minNotional: money(minNotional))
}

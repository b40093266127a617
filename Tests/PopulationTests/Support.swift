import Matching
import Population
import Testing
import Trading

let btc = InstrumentID(0)
let opening = Timestamp(milliseconds: 1_790_000_000_000)

let instrument: Instrument = {
    guard let symbol = SymbolName("BTCUSDT") else { preconditionFailure("a good name") }
    return Instrument.preset(symbol, id: btc)
}()

/// An id of our making.
func clientID(_ text: String) -> ClientOrderID {
    guard let id = ClientOrderID("nw-" + text) else { preconditionFailure(text) }
    return id
}

func newMarket(
    seed: UInt64, configuration: PopulationConfiguration = PopulationConfiguration()
) -> SimulatedMarket {
    SimulatedMarket(
        seed: seed, instruments: [instrument], startPrices: [Price(units: 6_000_000_000_000)],
        startTime: opening, configuration: configuration)
}

import Market
import TestSupport
import Testing
import Trading

/// 2026-01-01 00:00:00 UTC.
let start = Timestamp(milliseconds: 1_767_225_600_000)

func at(_ milliseconds: Int64) -> Timestamp { start + .milliseconds(milliseconds) }

func price(_ whole: Int64) -> Price { Price(units: whole * 100_000_000) }

func quantity(_ whole: Int64) -> Quantity { Quantity(units: whole * 100_000_000) }

func bitcoin() throws -> Instrument {
    Instrument.preset(try #require(SymbolName("BTCUSDT")), id: InstrumentID(0))
}

func market(_ configuration: MarketConfiguration = MarketConfiguration()) throws -> MarketState {
    MarketState(instrument: try bitcoin(), configuration: configuration)
}

func trade(
    _ id: Int64, _ whole: Int64, _ amount: Int64, _ side: Side, _ milliseconds: Int64
) -> Print {
    Print(
        tradeID: id, price: price(whole), quantity: quantity(amount), takerSide: side,
        venueTime: at(milliseconds))
}

extension MarketState {
    /// Applies a print at its own time.
    @discardableResult
    mutating func tape(_ print: Print) -> MarketChange { apply(print, at: print.venueTime) }
}

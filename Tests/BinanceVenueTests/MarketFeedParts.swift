import Testing
import Trading
import Transport

@testable import BinanceVenue

// Small values for the tests of a market session.

func millisecond(_ count: Int64) -> Timestamp { Timestamp(milliseconds: count) }

func print(_ id: Int64, at milliseconds: Int64 = 0) -> Print {
    Print(
        tradeID: id, price: Price(units: 100_00_000_000), quantity: Quantity(units: 1_00_000_000),
        takerSide: .buy, venueTime: millisecond(milliseconds))
}

func prints(_ ids: ClosedRange<Int64>) -> [Print] { ids.map { print($0) } }

/// A change of the book from `previous` to `last` that puts one bid.
func change(_ first: UInt64, _ last: UInt64, after previous: UInt64, bid: Int64 = 99) -> DepthUpdate
{
    DepthUpdate(
        firstID: first, lastID: last, previousLastID: previous,
        bids: [
            BookLevel(
                price: Price(units: bid * 100_000_000), quantity: Quantity(units: 1_00_000_000))
        ], asks: [], venueTime: millisecond(Int64(last)))
}

func snapshot(_ id: UInt64) -> DepthSnapshot {
    DepthSnapshot(
        lastUpdateID: id,
        bids: [
            BookLevel(
                price: Price(units: 98_00_000_000), quantity: Quantity(units: 1_00_000_000))
        ],
        asks: [
            BookLevel(
                price: Price(units: 102_00_000_000), quantity: Quantity(units: 1_00_000_000))
        ])
}

func kline(
    minute: Int64, isClosed: Bool = true, volume: Int64 = 1, interval: Duration = .minutes(1)
) -> Kline {
    let price = Price(units: 100_00_000_000)
    return Kline(
        openTime: millisecond(minute * 60_000), interval: interval, open: price, high: price,
        low: price, close: price, volume: Quantity(units: volume * 100_000_000),
        takerBuyVolume: .zero, isClosed: isClosed, venueTime: millisecond(minute * 60_000))
}

/// Ids of the prints among what is told.
func tradeIDs(_ told: [MarketData]) -> [Int64] {
    told.compactMap { if case .print(let print) = $0 { print.tradeID } else { nil } }
}

/// Always the largest number: waits are their whole step.
struct Unlucky: RandomNumberGenerator {
    mutating func next() -> UInt64 { .max }
}

func feedConfiguration(
    _ symbols: [String] = ["BTCUSDT"], stream: String = "ws://127.0.0.1:9"
) throws -> MarketFeedConfiguration {
    MarketFeedConfiguration(
        stream: try ServerURL(webSocket: stream),
        contracts: try symbols.enumerated().map {
            (try #require(SymbolName($0.element)), InstrumentID(UInt16($0.offset)))
        })
}

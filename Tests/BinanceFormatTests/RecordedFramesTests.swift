import BinanceFormat
import Glibc
import TestSupport
import Testing
import Trading

@Suite(.enabled(if: MarketDataFolder.path != nil, Comment(rawValue: MarketDataFolder.hint)))
struct `Recorded frames` {
    @Test
    func `every frame of a multi-symbol capture is decoded, with the counts of its event names`()
        throws
    {
        let path =
            try #require(MarketDataFolder.path) + "/fixtures/cryptofeed/BINANCE_FUTURES.ws.1.0"
        var decoder = BinanceMarketDecoder(instruments: [
            (try #require(SymbolName("SUSHIUSDT")), InstrumentID(0))
        ])
        var kinds: [DecodedFrame.Kind: Int] = [:]
        var names: [DecodedFrame.Kind: Int] = [:]
        for line in try Self.contents(path).split(separator: UInt8(ascii: "\n")) {
            guard line.first != UInt8(ascii: "w"),
                let colon = line.firstIndex(of: UInt8(ascii: " "))
            else { continue }
            let frame = Array(line[(colon + 1)...])
            let kind = try decoder.decode(frame.span).kind
            kinds[kind, default: 0] += 1
            let text = String(decoding: frame, as: UTF8.self)
            for (name, kind) in [
                (#""e":"aggTrade""#, .aggregateTrade), (#""e":"depthUpdate""#, .depthUpdate),
                (#""e":"kline""#, .kline), (#""e":"bookTicker""#, .bookTicker),
            ] as [(String, DecodedFrame.Kind)] where text.contains(name) {
                names[kind, default: 0] += 1
            }
        }
        #expect(kinds == names)
        #expect(kinds.values.reduce(0, +) > 1_000)
    }

    @Test(arguments: [
        ("agg_trade_stream", DecodedFrame.Kind.aggregateTrade), ("book_ticker_stream", .bookTicker),
        ("depth_update_stream", .depthUpdate), ("kline_stream_closed", .kline),
        ("kline_stream_open", .kline),
        ("liquidation_stream", .forcedOrder), ("mark_price_stream", .markPrice),
        ("trade_stream", .trade),
        ("ticker_stream", .other),
    ])
    func `the documentation's examples are decoded`(name: String, kind: DecodedFrame.Kind) throws {
        let path =
            try #require(MarketDataFolder.path)
            + "/fixtures/nautilus_trader/test_data/futures/market_data_json/\(name).json"
        var decoder = BinanceMarketDecoder(instruments: [])
        let bytes = try Self.contents(path)
        let frame = try decoder.decode(bytes.span)
        #expect(frame.kind == kind)
        #expect(frame.data == nil ? kind == .other : true)
    }

    private static func contents(_ path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"), "\(path)")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&block, 1, block.count, file)
            if count == 0 { return bytes }
            bytes += block[..<count]
        }
    }
}

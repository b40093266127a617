import ArgumentParser
import Features
import Foundation
import Market
import ModelStore
import Models
import Research
import Text
import Trading

/// How long the numbers that models look at take, and what a set of models makes of them.
struct BenchFeatures: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features",
        abstract: "Nanoseconds per row of features, per print, and per look of a model set.",
        discussion: """
            One thread, CPU time, sixteen markets in turn, because a repeated row flatters. Without --klines the candles are \
            made from a seed. Every market has as many candles as there are, at most 30 days. Flow windows stay empty but \
            for the prints of the last measurement.
            """)

    @Option(help: "Klines of five minutes, plain, gzip or zip; without it made ones.")
    var klines: String?

    @Option(help: "Which models look: a built-in set or the folder of one.")
    var models: String = BundledModels.shipped.names.first ?? "scorecard"

    @Option(help: "Repeat each measurement so often; the median counts, the spread is noise.")
    var repeats: Int = 15

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (3...1_000).contains(repeats) else {
            throw ValidationError("--repeats must be from 3 to 1000")
        }
    }

    func run() throws {
        #if DEBUG
            note("a debug build: the figures say nothing about the shipped binary")
        #endif
        let set = try ModelSets.load(models)
        let markets = try makeMarkets()
        let results = featureTimes(markets, set) + lookTimes(markets, set) + [printTime()]
        guard json else {
            say(
                "\(markets.count) markets of \(markets[0].market.candles5m.count) candles, set \(set.name); one thread, CPU time, "
                    + "median of \(repeats)")
            for result in results { say(result.line) }
            return
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("klines", klines ?? "made from a seed")
        writer.field("models", set.name)
        writer.field("candles", markets[0].market.candles5m.count)
        writer.field("repeats", repeats)
        BenchTime.write(results, to: &writer)
        writer.endObject()
        say(String(decoding: writer.bytes, as: UTF8.self))
    }

    private struct Moment {
        var market: MarketState
        var time: Timestamp
    }

    private func makeMarkets() throws -> [Moment] {
        let candles: CandleTable
        if let klines {
            do throws(ImportError) {
                candles = try KlineFile.read(klines, symbol: .bench)
            } catch { throw fail(error.description) }
        } else {
            candles = Self.madeCandles(10_000)
        }
        guard candles.count >= 1_500 else {
            throw fail("\(klines ?? "") has \(candles.count) candles, 1500 are needed")
        }
        var configuration = MarketConfiguration()
        configuration.candlesFromVenue = true
        var market = MarketState(
            instrument: .preset(candles.symbol, id: InstrumentID(0)), configuration: configuration)
        var moments: [Moment] = []
        for index in 0..<candles.count {
            let time = candles.closeTime(index)
            _ = market.apply(.kline(candles.kline(index)), at: time)
            if candles.count - index <= 16 { moments.append(Moment(market: market, time: time)) }
        }
        return moments
    }

    /// A walk with steps of a tenth of a per cent, the same in every run.
    private static func madeCandles(_ count: Int) -> CandleTable {
        var table = CandleTable(
            symbol: .bench, interval: .minutes(5), hasTakerVolume: true)
        var state: UInt64 = 20_261_121
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(1 << 53)
        }
        var price = 60_000.0
        for index in 0..<count {
            let open = price
            price *= 1 + (next() - 0.5) / 500
            let units = { (value: Double) in Int64((value * 10).rounded()) * 10_000_000 }
            let volume = 10 + 100 * next()
            table.append(
                CandleRow(
                    openTime: 1_767_225_600_000 + Int64(index) * 300_000, open: units(open),
                    high: units(max(open, price) * (1 + next() / 1_000)),
                    low: units(min(open, price) * (1 - next() / 1_000)), close: units(price),
                    volume: Int64(volume * 1e8), takerBuyVolume: Int64(volume * next() * 1e8)))
        }
        return table
    }

    private func featureTimes(_ moments: [Moment], _ set: ModelSet) -> [BenchTime] {
        func rows(_ name: String, _ needed: FeatureMask) -> BenchTime {
            BenchTime.measure(name, .nanoseconds, repeats: repeats) {
                var sum = 0.0
                for _ in 0..<20 {
                    for moment in moments {
                        let row = EntryFeatures.compute(
                            moment.market, at: moment.time, needed: needed)
                        sum += row[.return1]
                    }
                }
                return sum.isZero ? 1 : 20 * moments.count
            }
        }
        return [
            rows("market row, every feature", .market),
            rows("market row, what the set needs", set.neededForEntry.union(set.neededForExit)),
        ]
    }

    private func lookTimes(_ moments: [Moment], _ set: ModelSet) -> [BenchTime] {
        let rows = moments.map { moment -> FeatureRow in
            var row = EntryFeatures.compute(moment.market, at: moment.time)
            Self.addPosition(moment, to: &row)
            return row
        }
        return [
            BenchTime.measure("position features on a row", .nanoseconds, repeats: repeats) {
                var sum = 0.0
                for _ in 0..<200 {
                    for (moment, row) in zip(moments, rows) {
                        var row = row
                        Self.addPosition(moment, to: &row)
                        sum += row[.heldHours]
                    }
                }
                return sum.isZero ? 1 : 200 * moments.count
            },
            BenchTime.measure("exit probability of the set", .nanoseconds, repeats: repeats) {
                var sum = 0.0
                for _ in 0..<200 {
                    for row in rows { sum += set.exitProbability(.long, row: row) }
                }
                return sum.isZero ? 1 : 200 * rows.count
            },
            BenchTime.measure("its contributions", .microseconds, repeats: repeats) {
                var count = 0
                for row in rows {
                    count += set.contributions(.exitLong, row: row, limit: 12).count
                }
                return count == 0 ? 1 : rows.count
            },
            entryTime(moments, rows, set),
        ]
    }

    private func entryTime(
        _ moments: [Moment], _ rows: [FeatureRow], _ set: ModelSet
    ) -> BenchTime {
        var history: FeatureHistory?
        if set.historyLength > 0, let row = rows.first {
            var rows = FeatureHistory(features: set.historyFeatures, capacity: set.historyLength)
            for step in 0..<set.historyLength {
                rows.append(row, openTime: Timestamp(milliseconds: Int64(step) * 300_000))
            }
            history = rows
        }
        return BenchTime.measure("entry, both sides, all members", .microseconds, repeats: repeats)
        {
            var sum = 0.0
            for row in rows {
                sum += set.entry(.long, row: row, history: history).probability ?? 0
                sum += set.entry(.short, row: row, history: history).probability ?? 0
            }
            return sum.isZero ? 1 : rows.count
        }
    }

    private static func addPosition(_ moment: Moment, to row: inout FeatureRow) {
        guard let price = moment.market.candles5m.fromEnd(3)?.close,
            let stop = Price(exactly: price.units / 100 * 99)
        else { return }
        PositionFeatures.add(
            PositionInput(
                direction: .long, entryPrice: price, openedTime: moment.time - .minutes(15),
                maxHold: .hours(4), initialStop: stop, stop: stop, target: nil,
                highestMark: price, lowestMark: price),
            market: moment.market, at: moment.time, needed: .position, to: &row)
    }

    /// What one print costs the market state: the part that every event pays.
    private func printTime() -> BenchTime {
        var market = MarketState(instrument: .preset(.bench, id: InstrumentID(0)))
        var id: Int64 = 0
        return BenchTime.measure("a print taken by the market", .nanoseconds, repeats: repeats) {
            let count = 20_000
            for step in 0..<count {
                id += 1
                let time = Timestamp(milliseconds: 1_767_225_600_000 + id * 20)
                let print = Print(
                    tradeID: id,
                    price: Price(units: 6_000_000_000_000 + Int64(step % 7) * 10_000_000),
                    quantity: Quantity(units: 1_000_000 + Int64(step % 11)),
                    takerSide: step % 3 == 0 ? .sell : .buy, venueTime: time)
                _ = market.apply(print, at: time)
            }
            return market.printCount > 0 ? count : 1
        }
    }
}

extension SymbolName {
    /// The market of the measurements.
    fileprivate static let bench: SymbolName = {
        guard let name = SymbolName("BTCUSDT") else {
            preconditionFailure("BTCUSDT is a symbol's name")
        }
        return name
    }()
}

import ArgumentParser
import DecisionCore
import Foundation
import Market
import Models
import Research
import Risk
import Text
import Trading

/// `narwhald features`: what the models would have been given, as a table.
struct FeaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features",
        abstract: "Write the market features of every closed five-minute candle to a file.",
        discussion: """
            One line a candle after the warm-up: its open time in milliseconds, then every market feature by name, \
            computed by the code that runs live. A missing value is empty. --klines takes the exchange's kline dumps \
            of 1 or 5 minutes, or files of open, high, low, close and volume; --data takes a raw capture or a dump of \
            trades; with both, the candles that end before the tape begins are its history. All may be csv, gzip or \
            zip. The output is csv; Parquet is not written.
            """)

    @Option(help: "Candles: csv, .gz or .zip.")
    var klines: String?

    @Option(help: "A raw capture, or the exchange's aggTrades or trades dump.")
    var data: String?

    @Option(help: "Settled funding: csv with a time, a rate, and perhaps a symbol.")
    var funding: String?

    @Option(help: "What the data are of; else taken from the beginning of the file's name.")
    var symbol: String?

    @Option(help: "Five-minute candles before the first line.")
    var warmUp: Int = FeatureTable.usualWarmUp

    @Option(help: "The file to write.")
    var out: String

    func validate() throws {
        guard klines != nil || data != nil else {
            throw ValidationError("name --klines FILE, --data FILE, or both")
        }
        guard warmUp >= 0 else { throw ValidationError("--warm-up must be 0 or more") }
    }

    func run() throws {
        let name = try DataFiles.symbol(symbol, file: klines ?? data ?? "")
        let table: FeatureTable
        do throws(ImportError) {
            let candles = try klines.map { path throws(ImportError) in
                try KlineFile.read(path, symbol: name)
            }
            for line in candles?.report.lines ?? [] { note("narwhal: \(klines ?? ""): \(line)") }
            let settled =
                try funding.map { path throws(ImportError) in
                    try FundingFile.read(path, symbol: name)
                } ?? []
            if let data {
                table = try ofTape(data, name, history: candles)
            } else if let candles {
                table = try ofCandles(candles, settled)
            } else {
                return
            }
        } catch { throw fail(error.description) }
        try write(table)
        note("narwhal: \(table.count) lines of \(table.features.count) features in \(out)")
    }

    private func ofCandles(
        _ candles: CandleTable, _ funding: [FundingRow]
    ) throws(ImportError) -> FeatureTable {
        guard let fives = candles.aggregated(to: .minutes(5)) else {
            throw .unknownInterval(
                path: klines ?? "", milliseconds: candles.interval.milliseconds)
        }
        var bar = ProgressBar("features")
        defer { bar.clear() }
        return FeatureTable.make(
            candles: fives, minutes: candles.interval == .minutes(1) ? candles : nil,
            funding: funding, warmUp: warmUp, progress: { bar.show($0) })
    }

    private func ofTape(
        _ path: String, _ name: SymbolName, history: CandleTable?
    ) throws(ImportError) -> FeatureTable {
        let tape = try MarketTape(path: path, symbol: name)
        var profile = Profile.bracket
        profile.decisionInterval = .minutes(5)
        var configuration = EngineConfiguration.replay(
            instruments: [tape.instrument], profile: profile, modelSet: DataFiles.scorecard)
        configuration.derivesTouch = !tape.hasBook
        let start = tape.startTime
        var features = TapeFeatures(
            configuration: configuration, startTime: start, warmUp: warmUp)
        if let history {
            if history.interval == .minutes(1) { features.begin(with: history) }
            if let fives = history.aggregated(to: .minutes(5)) { features.begin(with: fives) }
        }
        var bar = ProgressBar("features")
        defer { bar.clear() }
        while let (datum, time) = try tape.next() {
            features.feed(datum, time: time)
            bar.show(0)
        }
        for line in tape.reportLines { note("narwhal: \(path): \(line)") }
        return features.table
    }

    private func write(_ table: FeatureTable) throws {
        guard FileManager.default.createFile(atPath: out, contents: nil),
            let file = FileHandle(forWritingAtPath: out)
        else { throw fail("\(out): cannot be written; is its folder there, and may you write it?") }
        var bytes = table.csvHeader
        do {
            for row in 0..<table.count {
                table.appendCSV(row: row, to: &bytes)
                if bytes.count >= 1 << 20 {
                    try file.write(contentsOf: Data(bytes))
                    bytes.removeAll(keepingCapacity: true)
                }
            }
            try file.write(contentsOf: Data(bytes))
            try file.close()
        } catch { throw fail("\(out): could not be written to its end: \(error)") }
    }
}

/// What the commands over data files share.
enum DataFiles {
    /// The symbol that was named, else the one that the file's name begins with.
    static func symbol(_ named: String?, file: String) throws -> SymbolName {
        if let named {
            guard let symbol = SymbolName(named) else {
                throw fail(
                    "--symbol \(SafeText.clean(named, maxLength: 40)) is not a symbol: 1 to 24 of A-Z, 0-9 and _"
                )
            }
            return symbol
        }
        guard let symbol = SymbolName.guessed(fromPath: file) else {
            throw fail("\(file): its name begins with no symbol; name it with --symbol")
        }
        return symbol
    }

    /// The built-in scorecard.
    static var scorecard: ModelSet {
        do throws(ModelError) { return try ModelSet.scorecard() } catch {
            preconditionFailure("the built-in scorecard is valid: \(error)")
        }
    }
}

import Foundation
import Testing

/// Runs the built `narwhald` over small data files, as somebody who checks it would.
@Suite(.serialized) struct DataCommandTests {
    private static let program = CockpitProcessTests.program.deletingLastPathComponent()
        .appending(path: "narwhald")

    /// A folder of the test's own.
    private final class Folder {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "narwhal-data-\(UUID().uuidString)")

        init() throws {
            try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        }

        func file(_ name: String, _ text: String) throws -> String {
            let file = path.appending(path: name)
            try Data(text.utf8).write(to: file)
            return file.path
        }

        deinit {
            do { try FileManager.default.removeItem(at: path) } catch { print("not removed") }
        }
    }

    private func run(_ arguments: [String]) throws -> (exit: Int32, output: Data, errors: String) {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        let output = Pipe()
        let errors = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, said, String(decoding: complaint, as: UTF8.self))
    }

    /// Candles that wander, as the exchange dumps them.
    private static func candles(_ count: Int) -> String {
        var text =
            "open_time,open,high,low,close,volume,close_time,quote_volume,count,"
            + "taker_buy_volume,taker_buy_quote_volume,ignore\n"
        var price = 50_000
        for index in 0..<count {
            let next = price + (index * 7_919) % 401 - 200
            let open = 1_735_689_600_000 + index * 300_000
            text += "\(open),\(price),\(max(price, next) + 30),\(min(price, next) - 30),\(next),2,"
            text += "\(open + 299_999),\(price + next),9,0.75,40000,0\n"
            price = next
        }
        return text
    }

    @Test func `features are written for every candle after the warm-up, twice the same`() throws {
        let folder = try Folder()
        let klines = try folder.file("BTCUSDT-5m.csv", Self.candles(120))
        var tables: [Data] = []
        for name in ["one.csv", "two.csv"] {
            let out = folder.path.appending(path: name)
            let outcome = try run([
                "features", "--klines", klines, "--warm-up", "100", "--out", out.path,
            ])
            #expect(outcome.exit == 0, "\(outcome.errors)")
            tables.append(try Data(contentsOf: out))
        }
        #expect(tables[0] == tables[1])
        let lines = String(decoding: tables[0], as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 21)
        #expect(lines[0].hasPrefix("open_time,"))
        #expect(lines[0].contains(",rsi_14,"))
        #expect(lines[1].hasPrefix("\(1_735_689_600_000 + 100 * 300_000),"))
        let columns = lines[0].split(separator: ",").count
        #expect(
            lines.allSatisfy {
                $0.split(separator: ",", omittingEmptySubsequences: false).count == columns
            })
    }

    @Test func `a back-test prints one JSON object`() throws {
        let folder = try Folder()
        let klines = try folder.file("BTCUSDT-5m.csv", Self.candles(300))
        let outcome = try run([
            "backtest", "--klines", klines, "--models", "scorecard", "--warm-up", "50", "--json",
        ])
        #expect(outcome.exit == 0, "\(outcome.errors)")
        let json = try #require(
            try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
        #expect(json["symbol"] as? String == "BTCUSDT")
        let statistics = try #require(json["statistics"] as? [String: Any])
        let funnel = try #require(statistics["funnel"] as? [String: Any])
        #expect(funnel["candles"] as? Int == 300)
    }

    @Test func `bad files are refused in one plain line with its place`() throws {
        let folder = try Folder()
        let good = Self.candles(40)
        var rows = good.split(separator: "\n").map(String.init)
        rows[20] = rows[20].replacing(",2,", with: ",-2,")
        let bad = try folder.file("BTCUSDT-bad.csv", rows.joined(separator: "\n"))
        let other = try folder.file("BTCUSDT-other.csv", "a,b\n1,2\n")
        let cut = try folder.file("BTCUSDT-cut.csv.gz", "\u{1f}")
        let out = folder.path.appending(path: "out.csv").path
        let fine = try folder.file("BTCUSDT-fine.csv", good)
        let cases: [([String], Int32, String)] = [
            (["features", "--klines", bad, "--out", out], 1, "line 21: volume is below zero"),
            (
                ["features", "--klines", other, "--out", out], 1,
                "line 1 is not that of candles of the exchange"
            ),
            (
                ["features", "--klines", cut, "--out", out], 1,
                "line 1 is not that of candles of the exchange"
            ),
            (
                ["features", "--klines", "/none.csv", "--symbol", "BTCUSDT", "--out", out], 1,
                "there is no such file"
            ),
            (["features", "--klines", fine, "--symbol", "!", "--out", out], 1, "is not a symbol"),
            (["features", "--klines", fine, "--out", "/none/out.csv"], 1, "cannot be written"),
            (["features", "--out", out], 64, "--klines FILE"),
            (["backtest", "--klines", bad], 1, "line 21: volume is below zero"),
            (["backtest", "--klines", fine], 1, "40 candles are too few: 1440 are the warm-up"),
            (["backtest", "--klines", fine, "--profile", "x"], 1, "is not known: research"),
            (["backtest", "--klines", fine, "--from", "soon"], 1, "must be a day"),
            (["backtest", "--klines", fine, "--models", "/none"], 1, "/none"),
            (["backtest", "--tape", other], 1, "is no aggTrades or trades dump"),
            (["backtest", "--klines", fine, "--tape", fine], 64, "exactly one"),
        ]
        for (arguments, exit, words) in cases {
            let outcome = try run(arguments)
            #expect(outcome.exit == exit, "\(arguments)")
            #expect(outcome.output.isEmpty, "\(arguments)")
            #expect(outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
            if exit == 1 {
                #expect(outcome.errors.hasPrefix("narwhal: "))
                #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
            }
        }
    }
}

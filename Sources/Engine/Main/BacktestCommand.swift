import ArgumentParser
import Foundation
import ModelStore
import Models
import Research
import Risk
import Text
import Trading

/// `narwhald backtest`: a history through the core, with trades and statistics.
struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Trade a recorded market on paper and say what came of it.",
        discussion: """
            --klines plays candles: while a position is open the extreme that hurts it comes first, stops and targets \
            fill at their prices on the way, takers pay half the spread and the slippage. --tape plays a raw capture \
            or a dump of trades, where orders fill on the tape. Profile research takes thresholds, stop, target and \
            longest hold of the models (1 %, 1.5 % and 4 h where they name none), and leaves out the rules that end \
            a test early; the other profiles are those of the engine, whose pauses are ended at 00:00 UTC in the \
            operator's place.
            """)

    @Option(help: "Candles of 1 or 5 minutes: csv, .gz or .zip.")
    var klines: String?

    @Option(help: "A raw capture, or the exchange's aggTrades or trades dump.")
    var tape: String?

    @Option(help: "The folder of a model set, a set that is built in, or 'scorecard'.")
    var models: String = "scorecard"

    @Option(help: "research, bracket, guarded or optimised.")
    var profile: String = "research"

    @Option(help: "Settled funding: csv with a time, a rate, and perhaps a symbol.")
    var funding: String?

    @Option(help: "What the data are of; else taken from the beginning of the file's name.")
    var symbol: String?

    @Option(help: "First day of decisions, such as 2025-09-01, UTC.")
    var from: String?

    @Option(help: "The day before which decisions end, such as 2025-11-01, UTC.")
    var to: String?

    @Option(
        help: "Decision candles before the first decision; else 1440, with --tape the profile's.")
    var warmUp: Int?

    @Option(help: "Starting equity in USD.")
    var equity: String = "10000"

    @Option(help: "With --klines: distance of bid and ask, basis points; at least one tick.")
    var spread: String = "0"

    @Option(help: "With --klines: what takers pay beyond the touch, basis points.")
    var slippage: String = "0.5"

    @Option(help: "Stop of the research profile, per cent.")
    var stop: String?

    @Option(help: "Target of the research profile, per cent.")
    var target: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (klines == nil) != (tape == nil) else {
            throw ValidationError("name exactly one of --klines FILE and --tape FILE")
        }
        guard (0...100_000).contains(warmUp ?? 0) else {
            throw ValidationError("--warm-up must be from 0 to 100000")
        }
    }

    func run() throws {
        let name = try DataFiles.symbol(symbol, file: klines ?? tape ?? "")
        var settings = BacktestSettings(
            profile: try chosenProfile(), models: try ModelSets.load(models))
        if profile == Profile.research.name, let bracket = settings.models.bracket {
            settings.profile.setBracket(bracket)
        }
        settings.warmUp = warmUp
        settings.from = try day(from, "--from")
        settings.to = try day(to, "--to")
        let hundredth = Rate(units: FixedPoint.unitsPerOne / 100)
        let basisPoint = Rate.basisPoints(1)
        settings.costs.spread = try fraction(spread, "--spread", of: basisPoint, atMost: 100)
        settings.costs.slippage = try fraction(slippage, "--slippage", of: basisPoint, atMost: 100)
        if let stop {
            settings.profile.setBracket(
                stop: try fraction(stop, "--stop", of: hundredth, atMost: 50), target: nil)
        }
        if let target {
            settings.profile.setBracket(
                stop: nil, target: try fraction(target, "--target", of: hundredth, atMost: 50))
        }
        do throws(DecimalError) { settings.startingBalance = try Money.parse(equity) } catch {
            throw fail("--equity must be a plain decimal in USD, such as 10000")
        }
        guard settings.startingBalance > .zero else { throw fail("--equity must be above zero") }
        let result: BacktestResult
        do throws(BacktestError) {
            result = try run(name, settings)
        } catch { throw fail(error.description) }
        if json {
            say(String(decoding: result.json(), as: UTF8.self))
        } else {
            say((result.tradeLines + [""] + result.summaryLines).joined(separator: "\n"))
        }
    }

    private func run(
        _ name: SymbolName, _ settings: BacktestSettings
    ) throws(BacktestError) -> BacktestResult {
        var candles: CandleTable?
        var recorded: MarketTape?
        var settled: [FundingRow] = []
        do throws(ImportError) {
            if let klines {
                let table = try KlineFile.read(klines, symbol: name)
                for line in table.report.lines { note("narwhal: \(klines): \(line)") }
                candles = table
            }
            if let tape { recorded = try MarketTape(path: tape, symbol: name) }
            if let funding { settled = try FundingFile.read(funding, symbol: name) }
        } catch { throw .imported(error) }
        if let recorded {
            let result = try Backtest.run(tape: recorded, settings: settings)
            for line in recorded.reportLines { note("narwhal: \(tape ?? ""): \(line)") }
            return result
        }
        guard let candles else { preconditionFailure("one of the two was named") }
        var bar = ProgressBar("backtest")
        defer { bar.clear() }
        return try Backtest.run(
            candles: candles, funding: settled, settings: settings, progress: { bar.show($0) })
    }

    private func chosenProfile() throws -> Profile {
        guard let found = Profile.researchNamed(profile) else {
            throw fail(
                "--profile \(SafeText.clean(profile, maxLength: 40)) is not known: research, "
                    + Profile.all.map(\.name).joined(separator: ", "))
        }
        if profile != Profile.research.name && (stop != nil || target != nil) {
            throw fail("--stop and --target belong to --profile research")
        }
        return found
    }

    private func day(_ text: String?, _ option: String) throws -> Timestamp? {
        guard let text else { return nil }
        guard let time = CalendarDay.parse(text) else {
            throw fail("\(option) must be a day such as 2025-09-01")
        }
        return time
    }

    /// A number of `unit`s as a fraction, from 0 to `most` of them.
    private func fraction(
        _ text: String, _ option: String, of unit: Rate, atMost most: Int64
    ) throws -> Rate {
        do throws(DecimalError) {
            let count = try Rate.parse(text)
            guard count >= .zero, count.units <= most * FixedPoint.unitsPerOne else {
                throw .outOfRange
            }
            // At most 100 times 10⁸ times a hundredth of 10⁸: below 2⁶³.
            return Rate(units: count.units / 10_000 * (unit.units / 10_000))
        } catch { throw fail("\(option) must be a plain decimal from 0 to \(most)") }
    }
}

/// Where model sets come from: the one place that loads them for commands over data files.
enum ModelSets {
    /// The set of `name`: `scorecard`, one that is built in, or the folder of a set.
    static func load(_ name: String) throws -> ModelSet {
        if name == "scorecard" { return DataFiles.scorecard }
        do throws(ModelStoreError) {
            let shipped = BundledModels.shipped
            let files =
                shipped.names.contains(name)
                ? try shipped.files(named: name) : try ModelFiles(folder: name)
            return try files.makeSet()
        } catch { throw fail(error.text) }
    }
}

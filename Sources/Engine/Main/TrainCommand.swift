import ArgumentParser
import Foundation
import Trading
import Training

/// `narwhald train`: makes models from candles.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train models on market data; the same data and seed give the same files.",
        discussion: """
            --data names a folder with candles-5m/SYMBOL-….csv[.gz|.zip].
            Boosted trees are grown by libxgboost, which is loaded when needed (Debian: apt install libxgboost0).
            A run that was stopped goes on where it was: finished stages are kept in OUT/stages.
            """,
        subcommands: [
            TrainEntry.self, TrainExit.self, TrainLSTM.self, TrainPolicy.self, TrainSet.self,
        ])
}

/// What all kinds of training are told.
struct TrainOptions: ParsableArguments {
    @Option(help: "Folder of market data.")
    var data: String

    @Option(help: "Folder that models, cards and kept stages are written to.")
    var out: String

    @Option(help: "First day that is learned from, UTC.")
    var from: String = "2025-01-01"

    @Option(help: "Last day that is learned from, UTC.")
    var to: String = "2025-08-31"

    @Option(help: "First day of the held-out stretch, UTC.")
    var validateFrom: String = "2025-09-01"

    @Option(help: "Last day of the held-out stretch, UTC.")
    var validateTo: String = "2025-10-31"

    @Option(help: "Distance of the stop, a fraction of the entry.")
    var stop: Double = 0.015

    @Option(help: "Distance of the target, a fraction of the entry.")
    var target: Double = 0.02

    @Option(help: "Candles after which a trade is over.")
    var horizon: Int = 48

    @Option(help: "Fees and slippage of a round trip, a fraction of the entry.")
    var costs: Double = 0.0011

    @Option(help: "Parts of the training window that are judged one after the other.")
    var folds: Int = 5

    @Option(help: "Trees at most.")
    var rounds: Int = 200

    @Option(help: "Depth of the trees.")
    var depth: Int = 3

    @Option(help: "Seed of all chances.")
    var seed: UInt64 = 20_251_101

    @Option(help: "The library file of XGBoost; its usual names when absent.")
    var xgboost: String?

    @Option(help: "A sentence that stands in the set's card.")
    var remark: String = ""

    func plan() throws -> TrainingPlan {
        func day(_ text: String, _ option: String) throws -> Timestamp {
            guard let day = Timestamp(day: text) else {
                throw ValidationError("\(option) must be a day such as 2025-01-31")
            }
            return day
        }
        var plan = TrainingPlan()
        plan.from = try day(from, "--from")
        plan.to = try day(to, "--to") + .hours(24)
        plan.validateFrom = try day(validateFrom, "--validate-from")
        plan.validateTo = try day(validateTo, "--validate-to") + .hours(24)
        guard plan.from < plan.to, plan.to <= plan.validateFrom,
            plan.validateFrom < plan.validateTo
        else {
            throw ValidationError(
                "the days must rise: --from, --to, --validate-from, --validate-to")
        }
        guard (0.0001...0.5).contains(stop), (0.0001...5).contains(target),
            (1...10_000).contains(horizon), (0...0.1).contains(costs)
        else {
            throw ValidationError(
                "--stop 0.0001 to 0.5, --target 0.0001 to 5, --horizon 1 to 10000, --costs 0 to 0.1"
            )
        }
        guard (2...20).contains(folds), (1...2_000).contains(rounds), (1...12).contains(depth)
        else { throw ValidationError("--folds 2 to 20, --rounds 1 to 2000, --depth 1 to 12") }
        plan.bracket = Bracket(stop: stop, target: target, horizon: horizon, costs: costs)
        plan.folds = folds
        plan.trees.maxRounds = rounds
        plan.trees.maxDepth = depth
        plan.seed = seed
        return plan
    }

    func run(_ part: TrainingRun.Part) throws {
        let plan = try plan()
        let progress = Progress(isTerminal: isatty(STDERR_FILENO) == 1)
        do throws(TrainingError) {
            let run = try TrainingRun(
                data: data, out: out, plan: plan, xgboost: xgboost, remark: remark,
                progress: progress)
            try run.make(part)
        } catch {
            progress.finish()
            throw fail(error.text)
        }
    }
}

struct TrainEntry: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "entry", abstract: "Train the entry models: does the bracket win after costs?")

    @OptionGroup var options: TrainOptions

    func validate() throws { _ = try options.plan() }
    func run() throws { try options.run(.entry) }
}

struct TrainExit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exit",
        abstract: "Train the exit models: is leaving now better than holding?")

    @OptionGroup var options: TrainOptions

    func validate() throws { _ = try options.plan() }
    func run() throws { try options.run(.exit) }
}

struct TrainLSTM: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lstm", abstract: "Train the LSTM that looks back on 64 candles.")

    @OptionGroup var options: TrainOptions

    func validate() throws { _ = try options.plan() }
    func run() throws { try options.run(.lstm) }
}

struct TrainPolicy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Train the policy in past markets.")

    @OptionGroup var options: TrainOptions

    func validate() throws { _ = try options.plan() }
    func run() throws { try options.run(.policy) }
}

struct TrainSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Train everything, and write the model set with its cards.")

    @OptionGroup var options: TrainOptions

    func validate() throws { _ = try options.plan() }
    func run() throws { try options.run(.set) }
}

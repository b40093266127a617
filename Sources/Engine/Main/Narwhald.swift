import ArgumentParser

/// The engine's program; each subcommand has its own file.
@main
struct Narwhald: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "narwhald",
        abstract: "narwhal's engine: decides, guards, keeps the record.",
        discussion: """
            Exit codes: 0 done, 1 the work failed and standard error says why, 64 the command line is wrong.
            """,
        version: Build.text,
        subcommands: [
            Run.self, Replay.self, FeaturesCommand.self, BacktestCommand.self, Train.self,
            ModelsCommand.self, Simulate.self, Bench.self, Exchange.self, DemoReport.self,
            Config.self, DoctorCommand.self, Kill.self,
        ])
}

/// What this binary is.
enum Build {
    #if DEBUG
        static let text = "0.1.0-debug"
    #else
        static let text = "0.1.0"
    #endif
}

import ArgumentParser
import Glibc

/// The program `narwhal`: the cockpit, one-shot commands, and the way to `narwhald`.
@main
struct Narwhal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "narwhal",
        abstract: "Watch a narwhal engine trade, and stop it.",
        discussion: """
            Without a command it attaches to the only engine that runs. Leaving the cockpit never stops the engine.

            run, serve, replay, bench, exchange, config and the other commands of the engine are passed on to narwhald.

            Exit codes: 0 done, 1 refused by the engine, 3 no such engine or not running, 4 not allowed, 5 not
            delivered, 6 accepted but not finished in time, 7 several engines run, 8 system error, 64 wrong options.
            """,
        subcommands: [
            AttachCommand.self, StatusCommand.self, PauseCommand.self, ResumeCommand.self,
            CloseCommand.self, ReduceCommand.self, BreakEvenCommand.self,
            FlattenCommand.self, KillCommand.self, HaltCommand.self, ArmCommand.self,
            SnapshotCommand.self, ModelsCommands.self,
            ThemesCommand.self, DemoCommand.self,
        ],
        defaultSubcommand: AttachCommand.self)

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if EngineProgram.takes(arguments) {
            let failure = EngineProgram.become(arguments)
            complain(failure.message)
            Glibc.exit(failure.exit.rawValue)
        }
        // Only now: what is ignored here would be ignored by the engine's program too.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot(arguments)
            try command.run()
        } catch {
            // Wrong options are one line like every other error; help and our own exit codes go their way.
            if exitCode(for: error) == .validationFailure {
                complain(message(for: error) + "; see 'narwhal --help'")
                Glibc.exit(ExitCode.validationFailure.rawValue)
            }
            exit(withError: error)
        }
    }
}

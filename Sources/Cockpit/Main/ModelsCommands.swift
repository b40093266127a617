import ArgumentParser
import CockpitModel
import Glibc
import Wire

/// `narwhal models`: the model sets of a running engine, asked over its socket.
struct ModelsCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List, check and change the model sets of a running engine; score rows.",
        discussion: """
            A set that is promoted or rolled back to decides from the next decision candle on, without a restart. A set \
            is named by 6 or more digits of its digest, or by its name. 'models score' and everything about a state \
            directory without an engine is narwhald's.
            """,
        subcommands: [
            ModelsListCommand.self, ModelsShowCommand.self, ModelsVerifyCommand.self,
            ModelsAddCommand.self, ModelsShadowCommand.self, ModelsPromoteCommand.self,
            ModelsRollbackCommand.self,
        ])
}

/// What all questions and orders about models have.
struct ModelsOptions: ParsableArguments {
    @OptionGroup var engine: EngineOptions

    @Option(help: ArgumentHelp("How long to wait for the answer.", valueName: "seconds"))
    var timeout = 60.0

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if !(timeout > 0 && timeout <= 86_400) {
            throw ValidationError("--timeout must be above 0, at most 86400")
        }
    }

    func run(_ request: ModelsRequest) throws {
        var hasProblems = false
        try reporting { () throws(Failure) in
            let report = try ask(request)
            say(json ? try jsonText(report) : report.lines.joined(separator: "\n"))
            hasProblems = report.hasProblems || !(report.inForce?.problems ?? []).isEmpty
        }
        if hasProblems { throw ExitCode(Exit.refused.rawValue) }
    }

    /// Asks until the engine has answered; the id makes it harmless to ask again.
    private func ask(_ request: ModelsRequest) throws(Failure) -> ModelsReport {
        var request = request
        let endpoint = try engine.find()
        var shot: OneShot
        do throws(Failure) {
            shot = try OneShot(
                endpoint, usesControl: request.verb.needsControl, seconds: timeout)
        } catch {
            guard error.exit == .noEngine, let folder = endpoint.stateDirectory else { throw error }
            throw Failure(
                .noEngine,
                error.message
                    + "; without an engine: narwhald models \(request.verb.rawValue) --state \(folder)"
            )
        }
        if request.verb.changes {
            request.id = commandPrefix(clock: SteadyClock()) + "-m"
            // What changes decisions must not act on an engine that finds it much later.
            if case .hello(let hello) = try shot.ask(
                .hello(HelloRequest(client: "narwhal models")))
            {
                let scale =
                    hello.timeScale.isFinite ? min(max(hello.timeScale, 0.001), 1_000_000) : 1
                request.notAfter = hello.engineTime &+ Int64(timeout * 1_000 * scale)
            }
        }
        if let problem = request.problem { throw Failure(.refused, problem) }
        while true {
            do throws(Failure) {
                guard case .models(let report) = try shot.ask(.models(request)) else {
                    throw Failure(.refused, "the engine does not answer questions about models")
                }
                return report
            } catch {
                guard error.exit == .notDelivered, !shot.isLate else { throw error }
                shot.reconnect()
            }
        }
    }
}

/// `narwhal models list`
struct ModelsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the sets, and which one decides.")
    @OptionGroup var options: ModelsOptions
    func run() throws { try options.run(ModelsRequest(verb: .list)) }
}

/// `narwhal models show SET`
struct ModelsShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one set: its models, its history, its card.")
    @OptionGroup var options: ModelsOptions
    @Argument(help: "The set: digits of its digest, or its name.")
    var set: String
    func run() throws { try options.run(ModelsRequest(verb: .show, set: set)) }
}

/// `narwhal models verify [SET]`
struct ModelsVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare every file with its digest; a damaged set raises an alarm.")
    @OptionGroup var options: ModelsOptions
    @Argument(help: "Only this set; all, and the one in force, when absent.")
    var set: String?
    func run() throws { try options.run(ModelsRequest(verb: .verify, set: set)) }
}

/// `narwhal models add FOLDER`
struct ModelsAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Copy a set into the engine's registry, as a candidate.")
    @OptionGroup var options: ModelsOptions
    @Argument(help: "The set's folder on the engine's machine, or built-in:NAME.")
    var folder: String
    @Option(help: ArgumentHelp("Why; kept with the change.", valueName: "text"))
    var note: String?

    func run() throws {
        var path = folder
        if !path.hasPrefix("/"), !path.hasPrefix("built-in:") {
            var buffer = [CChar](repeating: 0, count: 4_096)
            if let found = getcwd(&buffer, buffer.count) {
                path = String(cString: found) + "/" + path
            }
        }
        try options.run(ModelsRequest(verb: .add, path: path, note: note))
    }
}

/// `narwhal models shadow SET`
struct ModelsShadowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shadow", abstract: "Mark a set as one to be watched beside production.")
    @OptionGroup var options: ModelsOptions
    @Argument(help: "The set: digits of its digest, or its name.")
    var set: String
    @Option(help: ArgumentHelp("Why; kept with the change.", valueName: "text"))
    var note: String?
    func run() throws { try options.run(ModelsRequest(verb: .shadow, set: set, note: note)) }
}

/// `narwhal models promote SET`
struct ModelsPromoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Let a set decide from the next decision on; the one before is retired.")
    @OptionGroup var options: ModelsOptions
    @Argument(help: "The set: digits of its digest, or its name.")
    var set: String
    @Option(help: ArgumentHelp("Why; kept with the change.", valueName: "text"))
    var note: String?
    @Option(help: ArgumentHelp("In mode LIVE: the engine's name, in full.", valueName: "name"))
    var name: String?
    func run() throws {
        try options.run(ModelsRequest(verb: .promote, set: set, note: note, name: name))
    }
}

/// `narwhal models rollback`
struct ModelsRollbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Let the set before decide again, from the next decision on.")
    @OptionGroup var options: ModelsOptions
    @Option(help: ArgumentHelp("Why; kept with the change.", valueName: "text"))
    var note: String?
    func run() throws { try options.run(ModelsRequest(verb: .rollback, note: note)) }
}

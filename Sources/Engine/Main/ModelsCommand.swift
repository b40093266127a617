import ArgumentParser
import CPosix
import Foundation
import Journal
import Service
import Text
import Trading
import Wire

/// `narwhald models`: the model sets of a state directory, without an engine.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List, check and change the model sets of a state directory; score rows.",
        discussion: """
            Sets lie in STATE/models, with every change in registry.jsonl. While an engine runs on the state directory \
            only 'narwhal models' changes them. A set is named by 6 or more digits of its digest, or by its name.

            Exit codes: 0 done, 1 refused or damaged and standard error says why, 64 the command line is wrong.
            """,
        subcommands: [
            ModelsList.self, ModelsShow.self, ModelsVerify.self, ModelsAdd.self, ModelsShadow.self,
            ModelsPromote.self, ModelsRollback.self, ModelsScore.self,
        ])
}

/// Which state directory is meant, and how the answer is printed.
struct ModelsOptions: ParsableArguments {
    @Option(help: "State directory.")
    var state: String?

    @Option(help: "Name of the engine whose state directory is meant.")
    var engine: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (state == nil) != (engine == nil) else {
            throw ValidationError("name one of --state DIR and --engine NAME")
        }
    }

    /// Answers `request` and prints it; orders hold the lock of the state directory meanwhile.
    func run(_ request: ModelsRequest) throws {
        var request = request
        let directory = try path()
        var lock: StateDirectory?
        if request.verb.changes {
            lock = try self.lock(directory, request.verb)
            request.id = "cli-\(getpid())-\(narwhal_wall_nanoseconds())"
        } else if !FileManager.default.fileExists(atPath: directory) {
            throw fail("there is no state directory \(SafeText.clean(directory))")
        }
        if let problem = request.problem { throw fail(problem) }
        let report: ModelsReport
        do throws(ModelKeeper.Refusal) {
            report = try ModelKeeper(folder: StateDirectory.modelsPath(in: directory)).answer(
                request, by: "uid \(getuid()) at the command line", canEmpty: true,
                at: Timestamp(nanoseconds: narwhal_wall_nanoseconds())
            ).report
        } catch { throw fail(error.text) }
        withExtendedLifetime(lock) {}
        say(json ? try text(report) : report.lines.joined(separator: "\n"))
        if report.hasProblems { throw ExitCode.failure }
    }

    private func path() throws -> String {
        if let state {
            return URL(fileURLWithPath: state).standardizedFileURL.path
        }
        do throws(JournalError) {
            return try StateDirectory.path(
                engine: engine ?? "", environment: ProcessInfo.processInfo.environment)
        } catch { throw fail(error.text) }
    }

    private func lock(_ directory: String, _ verb: ModelsVerb) throws -> StateDirectory {
        do throws(JournalError) {
            return try StateDirectory(path: directory)
        } catch {
            if case .engineRunning = error {
                throw fail(
                    "an engine runs on \(SafeText.clean(directory)): use narwhal models \(verb.rawValue) --state \(SafeText.clean(directory)), which asks the engine"
                )
            }
            throw fail(error.text)
        }
    }

    private func text(_ report: ModelsReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(report), as: UTF8.self)
        } catch { throw fail("the answer cannot be written as JSON") }
    }
}

struct ModelsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the sets and what became of them.")
    @OptionGroup var options: ModelsOptions
    func run() throws { try options.run(ModelsRequest(verb: .list)) }
}

struct ModelsShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one set: its models, its history, its card.")
    @OptionGroup var options: ModelsOptions
    @Argument(help: "The set: digits of its digest, or its name.")
    var set: String
    func run() throws { try options.run(ModelsRequest(verb: .show, set: set)) }
}

struct ModelsVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Compare every file with its digest and read it.")
    @OptionGroup var options: ModelsOptions
    @Argument(help: "Only this set; all when absent.")
    var set: String?
    func run() throws { try options.run(ModelsRequest(verb: .verify, set: set)) }
}

struct ModelsAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Copy a set into the registry, as a candidate.")
    @OptionGroup var options: ModelsOptions
    @Argument(help: "The set's folder, or built-in:NAME.")
    var folder: String
    @Option(help: "Why; kept with the change.")
    var note: String?
    func run() throws {
        let path =
            folder.hasPrefix(ModelKeeper.bundledPrefix)
            ? folder : URL(fileURLWithPath: folder).standardizedFileURL.path
        try options.run(ModelsRequest(verb: .add, path: path, note: note))
    }
}

struct ModelsShadow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shadow", abstract: "Mark a set as one to be watched beside production.")
    @OptionGroup var options: ModelsOptions
    @Argument(help: "The set: digits of its digest, or its name.")
    var set: String
    @Option(help: "Why; kept with the change.")
    var note: String?
    func run() throws { try options.run(ModelsRequest(verb: .shadow, set: set, note: note)) }
}

struct ModelsPromote: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Put a set in production; the one before is retired.")
    @OptionGroup var options: ModelsOptions
    @Argument(help: "The set: digits of its digest, or its name.")
    var set: String
    @Option(help: "Why; kept with the change.")
    var note: String?
    func run() throws { try options.run(ModelsRequest(verb: .promote, set: set, note: note)) }
}

struct ModelsRollback: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Put the set before in production again.")
    @OptionGroup var options: ModelsOptions
    @Option(help: "Why; kept with the change.")
    var note: String?
    func run() throws { try options.run(ModelsRequest(verb: .rollback, note: note)) }
}

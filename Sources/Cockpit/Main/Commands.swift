import ArgumentParser
import CellGrid
import CockpitModel
import CockpitTheme
import CockpitViews
import Glibc
import Trading
import Wire

/// What all one-shot commands have.
struct CommandOptions: ParsableArguments {
    @OptionGroup var engine: EngineOptions

    @Option(
        help: ArgumentHelp("How long to wait for the end of the command.", valueName: "seconds"))
    var timeout = 60.0

    @Flag(help: "Print the finished command as one JSON object.")
    var json = false

    func validate() throws {
        if !(timeout > 0 && timeout <= 86_400) {
            throw ValidationError("--timeout must be above 0, at most 86400")
        }
    }

    func run(
        _ verb: CommandVerb, name: String? = nil, symbol: SymbolArgument? = nil,
        percent: Int? = nil
    ) throws {
        try reporting { () throws(Failure) in
            let endpoint = try engine.find()
            try CommandRun(
                verb: verb, name: name, symbol: symbol?.text, percent: percent, seconds: timeout,
                isJSON: json
            ).run(endpoint)
        }
    }
}

/// A symbol as it is typed: small letters will do.
struct SymbolArgument: ExpressibleByArgument {
    let text: String

    init?(argument: String) {
        guard let symbol = SymbolName(argument.uppercased()) else { return nil }
        text = symbol.description
    }
}

/// `narwhal status`
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Print what the engine holds and whether it trades.")

    @OptionGroup var engine: EngineOptions

    @Flag(help: "Print one JSON object whose names do not change.")
    var json = false

    func run() throws {
        try reporting { () throws(Failure) in
            let endpoint = try engine.find()
            var shot = try OneShot(endpoint, usesControl: false, seconds: 5)
            guard case .status(let report) = try shot.ask(.status) else {
                throw Failure(.refused, "the engine does not answer the question for its status")
            }
            say(json ? try jsonText(report) : text(report))
        }
    }

    private func text(_ report: StatusReport) -> String {
        var lines = [
            "\(report.engine) \(report.mode) \(report.state)\(report.latched ? " LATCHED" : "")",
            "equity \(report.equity ?? "not known yet"), open orders \(number(report.openOrders?.count)), unknown orders "
                + number(report.unknownOrders),
        ]
        if let age = report.lastReconciledAgeMs {
            lines.append("reconciled \(age / 1_000) s ago")
        } else {
            lines.append("not reconciled yet")
        }
        if let paused = report.pausedSymbols, !paused.isEmpty {
            lines.append("paused: " + paused.joined(separator: ", "))
        }
        if report.positions.isEmpty { lines.append("no positions") }
        for position in report.positions {
            var line =
                "\(position.symbol) \(position.side) \(position.quantity) entry \(position.entryPrice) mark "
                + "\(position.markPrice ?? "not known yet") PnL \(position.unrealizedPnL ?? "not known yet")"
            line += position.protection.stopPrice.map { " stop \($0)" } ?? " NO STOP"
            if position.protection.confirmedBy == nil { line += " NOT CONFIRMED" }
            lines.append(line)
        }
        return lines.map { SafeText.clean($0) }.joined(separator: "\n")
    }

    private func number(_ value: Int?) -> String { value.map(String.init) ?? "not known yet" }
}

/// `narwhal pause`
struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "No new entries; positions and exits run on.")
    @OptionGroup var options: CommandOptions

    @Argument(help: "Only this symbol; all when absent.")
    var symbol: SymbolArgument?

    func run() throws { try options.run(.pause, symbol: symbol) }
}

/// `narwhal resume`
struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Allow entries again after a pause.")
    @OptionGroup var options: CommandOptions

    @Argument(help: "Only this symbol; a pause of all is ended without it.")
    var symbol: SymbolArgument?

    func run() throws { try options.run(.resume, symbol: symbol) }
}

/// `narwhal close SYMBOL`
struct CloseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Close the position of one symbol at market; trade on.")
    @OptionGroup var options: CommandOptions

    @Argument(help: "The symbol, like BTCUSDT.")
    var symbol: SymbolArgument

    func run() throws { try options.run(.close, symbol: symbol) }
}

/// `narwhal reduce SYMBOL --percent N`
struct ReduceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reduce", abstract: "Close a part of one position at market.")
    @OptionGroup var options: CommandOptions

    @Argument(help: "The symbol, like BTCUSDT.")
    var symbol: SymbolArgument

    @Option(help: ArgumentHelp("How much of the position, 1 to 99.", valueName: "number"))
    var percent: Int

    func validate() throws {
        if !(1...99).contains(percent) {
            throw ValidationError("--percent must be from 1 to 99; 'narwhal close' closes all")
        }
    }

    func run() throws { try options.run(.reduce, symbol: symbol, percent: percent) }
}

/// `narwhal break-even SYMBOL`
struct BreakEvenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "break-even",
        abstract: "Move the stop of one position to its entry price and costs.")
    @OptionGroup var options: CommandOptions

    @Argument(help: "The symbol, like BTCUSDT.")
    var symbol: SymbolArgument

    func run() throws { try options.run(.breakEven, symbol: symbol) }
}

/// `narwhal flatten`
struct FlattenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flatten", abstract: "Close everything at market and stay paused.")
    @OptionGroup var options: CommandOptions
    func run() throws { try options.run(.flatten) }
}

/// `narwhal kill --yes`
struct KillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill",
        abstract: "Close everything at market and lock the engine until it is armed.",
        discussion: """
            With --direct --config FILE the engine program closes the positions at the venue itself, whether an engine \
            runs or not; this program holds no keys.
            """)
    @OptionGroup var options: CommandOptions

    @Flag(help: "Really do it.")
    var yes = false

    @Flag(help: "Without the engine: narwhald closes at the venue. Needs --config.")
    var direct = false

    @Option(help: "With --direct: the engine's configuration file.")
    var config: String?

    @Flag(help: "With --direct: only say what would be done.")
    var dryRun = false

    @Flag(help: "With --direct: every symbol of the account.")
    var allSymbols = false

    func validate() throws {
        if direct {
            if config == nil { throw ValidationError("kill --direct needs --config FILE") }
            if yes == dryRun {
                throw ValidationError(
                    "kill --direct closes positions at market; say --yes to do it, or --dry-run to see the plan"
                )
            }
            return
        }
        if config != nil || dryRun || allSymbols {
            throw ValidationError("--config, --dry-run and --all-symbols need --direct")
        }
        if !yes {
            throw ValidationError(
                "kill closes every position at market and locks the engine; say 'narwhal kill --yes' to do it"
            )
        }
    }

    func run() throws {
        guard direct, let config else { return try options.run(.kill) }
        var words = ["kill", "--direct", "--config", config]
        if yes { words.append("--yes") }
        if dryRun { words.append("--dry-run") }
        if allSymbols { words.append("--all-symbols") }
        if options.json { words.append("--json") }
        try reporting { () throws(Failure) in throw EngineProgram.become(words) }
    }
}

/// `narwhal halt`
struct HaltCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "halt",
        abstract: "Cancel entries and lock the engine; positions keep their stops.")
    @OptionGroup var options: CommandOptions
    func run() throws { try options.run(.halt) }
}

/// `narwhal arm NAME`
struct ArmCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "arm",
        abstract: "Unlock an engine after a kill or halt; 'resume' then starts it.")
    @OptionGroup var options: CommandOptions

    @Argument(help: "The engine's name, in full.")
    var name: String

    func run() throws { try options.run(.arm, name: name) }
}

/// `narwhal themes`
struct ThemesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "themes", abstract: "List the themes, or check and show one.")

    @Argument(help: "Theme to show.")
    var name: String?

    func run() throws {
        try reporting { () throws(Failure) in
            let shelf = ThemeShelf()
            guard let name else {
                say(shelf.names.joined(separator: "\n"))
                return
            }
            let theme = try shelf.load(name)
            var grid = CellGrid(columns: 64, rows: (Role.allCases.count + 3) / 4)
            for (index, role) in Role.allCases.enumerated() {
                grid.put(role.name, row: index / 4, column: index % 4 * 16, Style(role))
            }
            say(theme.ansi(grid, depth: ColorDepth(colors: 256)))
        }
    }
}

/// `narwhal snapshot`
struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Draw one frame of the cockpit without a terminal.")

    enum Format: String, ExpressibleByArgument { case text, svg, ansi }

    @OptionGroup var engine: EngineOptions
    @OptionGroup var look: LookOptions

    @Option(help: ArgumentHelp("Which view: 1 is Flight, 3 is Exit.", valueName: "number"))
    var view = 1

    @Option(help: ArgumentHelp("Columns and rows, like 120x40.", valueName: "size"))
    var size = "120x40"

    @Option(help: ArgumentHelp("text, svg or ansi.", valueName: "format"))
    var format = Format.text

    @Option(help: ArgumentHelp("Where to write it; standard output otherwise.", valueName: "file"))
    var output: String?

    private var sides: (columns: Int, rows: Int)? {
        let parts = size.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let columns = parts[0], let rows = parts[1],
            (1...CellGrid.maxSide).contains(columns), (1...CellGrid.maxSide).contains(rows)
        else { return nil }
        return (columns, rows)
    }

    func validate() throws {
        if sides == nil {
            throw ValidationError(
                "--size must be like 120x40, each side from 1 to \(CellGrid.maxSide)")
        }
        if view != 1, view != 3 {
            throw ValidationError("there are views 1, Flight, and 3, Exit; no other so far")
        }
    }

    func run() throws {
        try reporting { () throws(Failure) in
            guard let sides else { return }
            let theme = try ThemeShelf().load(look.theme)
            var state = try firstSnapshot(
                of: try engine.find(), theme: theme.name, columns: sides.columns, rows: sides.rows,
                measures: true)
            if view == 3 { _ = state.apply(.key(.character("3"))) }
            let grid = CockpitScreen.draw(state, glyphs: look.glyphs ?? .braille)
            let picture =
                switch format {
                case .text: grid.text + "\n"
                case .svg: theme.svg(grid)
                case .ansi: theme.ansi(grid, depth: .colors256)
                }
            try write(picture)
        }
    }

    private func write(_ picture: String) throws(Failure) {
        guard let output else {
            writeAll(Array(picture.utf8), to: STDOUT_FILENO)
            return
        }
        let descriptor = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure(.system, "\(output) cannot be written: \(errorText(errno))")
        }
        writeAll(Array(picture.utf8), to: descriptor)
        guard close(descriptor) == 0 else {
            throw Failure(.system, "\(output) cannot be written: \(errorText(errno))")
        }
    }
}

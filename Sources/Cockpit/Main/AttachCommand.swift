import ArgumentParser
import CellGrid
import CockpitModel
import CockpitTerminal
import CockpitTheme
import FoundationEssentials
import Glibc
import Wire

/// How things look, for commands that draw.
struct LookOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Theme to begin with; 'narwhal themes' lists them.", valueName: "name"))
    var theme = "default"

    @Option(
        help: ArgumentHelp(
            "braille, block or ascii; by default what the locale can show.", valueName: "set"))
    var glyphs: Glyphs?
}

extension Glyphs: ExpressibleByArgument {}

/// `narwhal`, `narwhal attach`: the cockpit.
struct AttachCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach",
        abstract: "Attach the cockpit to an engine (what narwhal does without a command).")

    @OptionGroup var engine: EngineOptions
    @OptionGroup var look: LookOptions

    @Flag(help: "Look only: uses the view socket and sends no command.")
    var readOnly = false

    @Flag(help: "Print lines instead of a full screen, and take commands as lines.")
    var plain = false

    @Flag(help: "Print the engine's state once and end.")
    var once = false

    @Flag(help: "With --once: as one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("Most frames a second, 1 to 30.", valueName: "number"))
    var fps = 10

    @Flag(inversion: .prefixedNo, help: "Wrap frames as synchronized updates (DEC mode 2026).")
    var sync = true

    func validate() throws {
        if json, !once { throw ValidationError("--json goes with --once") }
        if !(1...30).contains(fps) { throw ValidationError("--fps must be between 1 and 30") }
    }

    func run() throws {
        try reporting { () throws(Failure) in
            let endpoint = try engine.find()
            let shelf = ThemeShelf()
            let theme = try shelf.load(look.theme)
            if once {
                try printOnce(endpoint)
                return
            }
            try attach(
                Attachment(
                    options: engine, endpoint: endpoint, isReadOnly: readOnly, isPlain: plain,
                    settings: ScreenSettings(
                        theme: theme.name, glyphs: look.glyphs, framesPerSecond: fps,
                        synchronizes: sync),
                    shelf: shelf, theme: theme))
        }
    }

    private func printOnce(_ endpoint: EngineEndpoint) throws(Failure) {
        let state = try firstSnapshot(of: endpoint, theme: look.theme, columns: 80, rows: 24)
        if json {
            say(try jsonText(state.engine.data))
        } else {
            say(PlainReport.lines(state).joined(separator: "\n"))
        }
    }
}

/// Everything that an interactive cockpit starts with.
struct Attachment {
    let options: EngineOptions
    let endpoint: EngineEndpoint
    let isReadOnly: Bool
    let isPlain: Bool
    let settings: ScreenSettings
    let shelf: ThemeShelf
    let theme: Theme
    /// Said at the end instead of what the state says; `nil` for the state's words.
    var farewell: String?
}

/// Runs the cockpit on the terminal, or in lines where there is none.
func attach(_ attachment: Attachment) throws(Failure) {
    let path =
        attachment.isReadOnly ? attachment.endpoint.viewSocket : attachment.endpoint.controlSocket
    if case .failure(let problem) = UnixSocket.connect(to: path), problem.isPermission {
        // An engine that is down may come back; a door that is closed to us stays closed.
        guard !attachment.isReadOnly,
            case .success(let view) = UnixSocket.connect(to: attachment.endpoint.viewSocket)
        else { throw problem.failure }
        close(view)
    }
    let clock = SteadyClock()
    let seen = SeenEvents(endpoint: attachment.endpoint)
    let setup = Setup(
        commandPrefix: commandPrefix(clock: clock), endpoint: path,
        isReadOnly: attachment.isReadOnly,
        client: "narwhal", themes: attachment.shelf.names, theme: attachment.theme.name,
        lastSeenEvent: seen.read(), rateHz: 4)
    func shell(columns: Int, rows: Int) -> CockpitShell {
        CockpitShell(
            options: attachment.options, isReadOnly: attachment.isReadOnly, setup: setup,
            endpoint: attachment.endpoint, clock: clock, columns: columns, rows: rows)
    }
    var plain: PlainMode
    if attachment.isPlain {
        plain = PlainMode(shell: shell(columns: 80, rows: 24))
        plain.run()
        return
    }
    do throws(TerminalError) {
        let terminal = try Terminal(
            type: Environment.value("TERM"), colorTerm: Environment.value("COLORTERM"),
            synchronizes: attachment.settings.synchronizes
        ) { _ in TerminalLook(foreground: -1, background: -1, attributes: []) }
        terminal.changeLooks(attachment.theme.resolver(ColorDepth(colors: terminal.colors)))
        var screen = FullScreen(
            shell: shell(columns: terminal.columns, rows: terminal.rows), terminal: terminal,
            settings: attachment.settings, shelf: attachment.shelf)
        let farewell = screen.run()
        terminal.close(saying: attachment.farewell ?? farewell)
        seen.write(screen.lastSeenEvent)
    } catch {
        complain("\(error.description): printing lines instead, as with --plain")
        plain = PlainMode(shell: shell(columns: 80, rows: 24))
        plain.run()
    }
}

/// Values as JSON in one line, keys sorted.
func jsonText(_ value: some Encodable) throws(Failure) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
        throw Failure(.system, "the answer cannot be written as JSON")
    }
}

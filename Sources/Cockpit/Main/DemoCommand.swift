import ArgumentParser
import CockpitTheme
import FoundationEssentials
import Glibc

/// `narwhal demo`: a simulated market, an engine that trades on it, and the cockpit.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Start an engine on a simulated market and attach to it; leaving ends both.",
        discussion: """
            Without a terminal it runs for a minute and prints a summary instead. Further words are passed on to \
            'narwhald run --demo'.
            """)

    @OptionGroup var look: LookOptions

    @Argument(parsing: .captureForPassthrough, help: .hidden)
    var rest: [String] = []

    func run() throws {
        try reporting { () throws(Failure) in
            guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
                throw EngineProgram.become(["demo-report"] + rest)
            }
            let shelf = ThemeShelf()
            let theme = try shelf.load(look.theme)
            let engine = try DemoEngine(arguments: rest)
            defer { engine.end() }
            var options = EngineOptions()
            options.socket = engine.controlSocket
            options.state = nil
            options.engine = nil
            try attach(
                Attachment(
                    options: options, endpoint: try options.find(), isReadOnly: false,
                    isPlain: false,
                    settings: ScreenSettings(theme: theme.name, glyphs: look.glyphs), shelf: shelf,
                    theme: theme, farewell: "The demo has ended, and its engine with it."))
        }
    }
}

/// The engine of a demo: a child process that ends with us.
private struct DemoEngine {
    let process: pid_t
    let controlSocket: String
    /// Kept open: an engine that prints into a closed pipe would end.
    private let output: Int32

    /// What the engine prints when it is ready.
    private struct ReadyLine: Decodable {
        /// The path of the control socket.
        var control: String
    }

    init(arguments: [String]) throws(Failure) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw Failure(.system, "no pipe can be made: \(errorText(errno))")
        }
        // What it logs must not appear on the screen, and is what to read when it does not start.
        let logPath = Environment.cockpitFolder + "/demo.log"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The engine has neither our keyboard nor our screen.
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_addopen(
            &actions, STDERR_FILENO, logPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        posix_spawn_file_actions_addclose(&actions, ends[1])

        // A session of its own: Ctrl-C here is a key, and must never be a signal there.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What is ignored or blocked here must not be so there.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | spawnInNewSession
        posix_spawnattr_setflags(&attributes, flags)
        let path = EngineProgram.path
        var words: [UnsafeMutablePointer<CChar>?] = ([path, "run", "--demo"] + arguments).map {
            strdup($0)
        }
        words.append(nil)
        defer { for word in words { free(word) } }
        var process = pid_t()
        let problem = posix_spawn(&process, path, &actions, &attributes, words, environ)
        close(ends[1])
        guard problem == 0 else {
            close(ends[0])
            throw EngineProgram.missing(problem)
        }
        self.process = process
        output = ends[0]
        do throws(Failure) {
            controlSocket = try DemoEngine.waitUntilReady(ends[0])
        } catch {
            DemoEngine.end(process)
            throw Failure(error.exit, error.message + DemoEngine.lastWord(logPath))
        }
    }

    /// Reads the ready line; an engine that says nothing for 20 s does not come.
    private static func waitUntilReady(_ descriptor: Int32) throws(Failure) -> String {
        let clock = SteadyClock()
        let deadline = clock.now + 20_000
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while clock.now < deadline, text.count < 65_536 {
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&request, 1, Int32(max(0, deadline - clock.now))) > 0 else { continue }
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count <= 0 { break }
            text += buffer[..<count]
            guard let end = text.firstIndex(of: 0x0A) else { continue }
            do {
                return try JSONDecoder().decode(ReadyLine.self, from: Data(text[..<end])).control
            } catch {
                throw Failure(
                    .system,
                    "the engine's ready line is not understood; are narwhal and narwhald of one build?"
                )
            }
        }
        throw Failure(.system, "the demo engine did not start")
    }

    /// What the engine said last before it ended, to be added to an error.
    private static func lastWord(_ path: String) -> String {
        guard let bytes = Files.read(path, limit: 1 << 20) else { return "" }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.last.map { "; it said: \($0)" } ?? ""
    }

    func end() {
        DemoEngine.end(process)
        close(output)
    }

    /// Asks it to end cleanly; one that has not after ten seconds is ended, since its money is play money.
    private static func end(_ process: pid_t) {
        kill(process, SIGTERM)
        for _ in 0..<100 {
            if waitpid(process, nil, WNOHANG) != 0 { return }
            poll(nil, 0, 100)
        }
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }
}

/// `POSIX_SPAWN_SETSID` of glibc, which Swift does not import.
private let spawnInNewSession: Int16 = 0x80

import Foundation
import Testing

/// Runs the built `narwhal` as a process, without any engine.
@Suite(.serialized) struct CockpitProcessTests {
    /// Beside the test bundle, where SwiftPM puts every product.
    static let program =
        Bundle.allBundles.map(\.bundleURL)
        .map { $0.deletingLastPathComponent().appending(path: "narwhal") }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        ?? URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
            path: "narwhal")

    struct Outcome: Equatable {
        var exit: Int32
        var output: String
        var errors: String
    }

    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "narwhal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = Self.program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["XDG_STATE_HOME": folder.path, "XDG_CONFIG_HOME": folder.path]
        ) { $1 }.merging(environment) { $1 }
        let output = Pipe()
        let errors = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let outputText = output.fileHandleForReading.readDataToEndOfFile()
        let errorText = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            exit: process.terminationStatus, output: String(decoding: outputText, as: UTF8.self),
            errors: String(decoding: errorText, as: UTF8.self))
    }

    @Test(arguments: [
        (["status"], Int32(3), "no engine is running"),
        (["kill", "--yes"], 3, "no engine is running"),
        ([], 3, "no engine is running"),
        (["status", "--engine", "btc-1"], 3, "there is no state directory"),
        (["status", "--engine", "../x"], 3, "is not an engine's name"),
        (["status", "--socket", "/nonexistent/control.sock"], 3, "there is no socket"),
        (["status", "--socket", "/" + String(repeating: "a", count: 107)], 3, "at most 107"),
        (["pause", "--socket", "/dev/null"], 3, "nobody listens"),
        (["kill"], 64, "kill --yes"),
        (["arm"], 64, "name"),
        (["pause", "--timeout", "nan"], 64, "--timeout"),
        (["status", "--state", "a", "--engine", "b"], 64, "only one of"),
        (["--bogus"], 64, "Unknown option '--bogus'"),
        (["snapshot", "--size", "80"], 64, "--size must be like 120x40"),
        (["snapshot", "--size", "99999999999999999999x1"], 64, "--size must be like 120x40"),
        (["snapshot", "--view", "9"], 64, "view"),
        (["themes", "nonsense"], 8, "there is no theme 'nonsense'"),
    ]) func `what cannot be done is one plain line and an exit code`(
        arguments: [String], exit: Int32, part: String
    ) throws {
        let outcome = try run(arguments)
        #expect(outcome.exit == exit)
        #expect(outcome.output == "")
        #expect(outcome.errors.hasPrefix("narwhal: "))
        #expect(outcome.errors.contains(part))
        #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
    }

    @Test func `themes are listed and shown`() throws {
        #expect(try run(["themes"]).output.hasPrefix("default\nred-green\n"))
        #expect(try run(["themes", "nord"]).output.contains("\u{1B}[0;"))
    }

    @Test func `a broken theme of one's own is named with its line`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "narwhal-\(UUID().uuidString)")
        let themes = folder.appending(path: "narwhal/themes")
        try FileManager.default.createDirectory(at: themes, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try "text = white\nloss = purplish\n".write(
            to: themes.appending(path: "mine.theme"), atomically: true, encoding: .utf8)
        let outcome = try run(["themes", "mine"], environment: ["XDG_CONFIG_HOME": folder.path])
        #expect(outcome.exit == 8)
        #expect(outcome.errors.contains("mine.theme, line 2: 'purplish' is no color"))
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGSEGV, SIGABRT, SIGILL, SIGTRAP])
    func `the terminal is restored when the cockpit is ended by a signal`(number: Int32) throws {
        let screen = try PseudoTerminal()
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "narwhal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let before = screen.modes()
        let process = Process()
        process.executableURL = Self.program
        process.arguments = ["--state", folder.path]
        process.environment = ProcessInfo.processInfo.environment.merging([
            "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "XDG_STATE_HOME": folder.path,
            "SWIFT_BACKTRACE": "enable=no",
        ]) { $1 }
        process.standardInput = screen.slave
        process.standardOutput = screen.slave
        process.standardError = screen.slave
        try process.run()
        let drawn = screen.read(until: "NO LINK")
        #expect(drawn.contains("\u{1B}[?1049h"))
        #expect(screen.modes() != before)
        kill(process.processIdentifier, number)
        let rest = screen.read(until: "\u{1B}[?1049l")
        let end = Date(timeIntervalSinceNow: 10)
        while process.isRunning, Date() < end { usleep(10_000) }
        #expect(!process.isRunning)
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        #expect(rest.contains("\u{1B}[?1049l"))
        #expect(screen.modes() == before)
    }
}

/// A terminal that a test holds the other end of.
final class PseudoTerminal {
    let master: Int32
    let slave: FileHandle

    struct Failure: Error {}

    init() throws {
        // posix_openpt and its friends are not imported; these two requests are what they do on Linux.
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var unlock: Int32 = 0
        var number: Int32 = 0
        guard master >= 0, ioctl(master, 0x4004_5431, &unlock) == 0,
            ioctl(master, 0x8004_5430, &number) == 0
        else { throw Failure() }
        let descriptor = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        guard descriptor >= 0 else { throw Failure() }
        slave = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        guard ioctl(descriptor, UInt(TIOCSWINSZ), &size) == 0 else { throw Failure() }
    }

    deinit { close(master) }

    func modes() -> [UInt32] {
        var modes = termios()
        tcgetattr(slave.fileDescriptor, &modes)
        return [modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag]
    }

    /// What comes until `mark`, at most for 10 s.
    func read(until mark: String) -> String {
        var bytes: [UInt8] = []
        let end = Date(timeIntervalSinceNow: 10)
        while Date() < end, !String(decoding: bytes, as: UTF8.self).contains(mark) {
            var request = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&request, 1, 100) > 0 else { continue }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = Foundation.read(master, &buffer, buffer.count)
            if count <= 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

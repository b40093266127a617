import CellGrid
import CockpitModel
import Glibc
import Wire

/// The cockpit without a screen: prints what changes, takes commands line by line from standard input.
struct PlainMode {
    private var shell: CockpitShell
    private var typed: [UInt8] = []
    private var inputIsOpen = true
    private var lastReport: Int64 = 0
    private var lastReportLines: [String] = []
    private var lastLink = ""
    private var lastEvent: UInt64?
    private var lastNotice = ""
    private var commandLines: [String: String] = [:]
    private let reportPeriod: Int64 = 10_000

    init(shell: CockpitShell) { self.shell = shell }

    static let help =
        "commands: pause [SYMBOL], flatten, halt, kill ENGINE, resume [SYMBOL], arm ENGINE, "
        + "close SYMBOL, reduce SYMBOL PERCENT, break-even SYMBOL, status, help, quit"

    /// Runs until `quit`, or until nobody reads what it prints.
    mutating func run() {
        say(PlainMode.help)
        while true {
            var requests = [
                pollfd(fd: inputIsOpen ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
                pollfd(
                    fd: shell.attempts.link?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            if shell.attempts.link?.hasBacklog ?? false { requests[1].events |= Int16(POLLOUT) }
            poll(&requests, nfds_t(requests.count), Int32(shell.patience))
            var effects = shell.passTime()
            if requests[0].revents != 0 {
                for line in readLines() {
                    guard let more = obey(line) else { return }
                    effects += more
                }
            }
            if requests[1].revents & Int16(POLLOUT) != 0 { effects += shell.flushEngine() }
            if requests[1].revents & ~Int16(POLLOUT) != 0 { effects += shell.readEngine() }
            for effect in effects {
                switch effect {
                case .quit(let farewell):
                    say(SafeText.clean(farewell))
                    return
                case .repaint, .bell, .useTheme: break
                }
            }
            tell()
        }
    }

    private mutating func readLines() -> [String] {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = buffer.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
        if count == 0 { inputIsOpen = false }
        guard count > 0 else { return [] }
        typed += buffer[..<count]
        var lines: [String] = []
        while let end = typed.firstIndex(of: 0x0A) {
            lines.append(String(decoding: typed[..<end], as: UTF8.self))
            typed.removeFirst(end + 1)
        }
        if typed.count > 1_024 { typed = [] }
        return lines
    }

    /// Does what a typed line says, through the same keys as the full screen; `nil` ends the program.
    private mutating func obey(_ line: String) -> [CockpitShell.ScreenEffect]? {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        switch (words.first, words.count) {
        case (nil, _): return []
        case ("quit", 1): return shell.apply(.key(.control("c")))
        case ("status", 1):
            lastReport = 0
            lastReportLines = []
            return []
        case ("pause", 1): return shell.apply(.key(.character("p")))
        case ("flatten", 1): return keys("KF")
        case ("halt", 1): return keys("KC")
        case ("kill", 2) where words[1] == shell.state.engineName: return keys("KX")
        case ("kill", _):
            say(
                "type the engine's name after kill: kill \(SafeText.clean(shell.state.engineName ?? "NAME"))"
            )
            return []
        case ("resume", 1), ("arm", 2), ("pause", 2), ("resume", 2), ("close", 2),
            ("break-even", 2), ("reduce", 3):
            return keys(":" + words.joined(separator: " ")) + shell.apply(.key(.enter))
        default:
            say(PlainMode.help)
            return []
        }
    }

    private mutating func keys(_ text: String) -> [CockpitShell.ScreenEffect] {
        text.unicodeScalars.flatMap { shell.apply(.key(.character($0))) }
    }

    /// Prints what is new.
    private mutating func tell() {
        let state = shell.state
        let link = String(PlainReport.link(state).prefix { !$0.isNumber })
        if link != lastLink {
            lastLink = link
            say(SafeText.clean(PlainReport.link(state)))
        }
        for event in state.engine.data.events ?? [] where event.number > lastEvent ?? 0 {
            if lastEvent != nil || event.severity == "alarm" { say(PlainReport.line(event)) }
        }
        if let newest = state.engine.data.events?.last {
            lastEvent = max(lastEvent ?? 0, newest.number)
        }
        for command in state.commands {
            let line = PlainReport.line(command, now: state.now)
            if commandLines[command.request.id] != line {
                commandLines[command.request.id] = line
                say(line)
            }
        }
        if let notice = state.notice?.text, notice != lastNotice { say(SafeText.clean(notice)) }
        lastNotice = state.notice?.text ?? ""
        if state.now - lastReport >= reportPeriod, state.engine.lastDataAt != nil {
            lastReport = state.now
            let lines = PlainReport.lines(state)
            if lines != lastReportLines {
                lastReportLines = lines
                say(lines.joined(separator: "\n"))
            }
        }
    }
}

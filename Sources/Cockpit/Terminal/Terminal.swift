internal import CNcurses
package import CellGrid
internal import Glibc

/// How one style looks on this terminal: palette colors (-1 is the terminal's own) and attributes.
package struct TerminalLook: Hashable, Sendable {
    package let foreground: Int
    package let background: Int
    package let attributes: Style.Attributes

    package init(foreground: Int, background: Int, attributes: Style.Attributes) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }
}

/// Something that happened to the program from outside.
package enum TerminalSignal: Hashable, Sendable {
    case resized
    /// Asked to stop for a while, as by Ctrl-Z in a shell.
    case suspend
    /// Runs again after it was stopped.
    case continued
    /// Asked to end.
    case end(Int32)
}

/// A full screen on the controlling terminal.
///
/// Keys never wait for it. ncurses draws into a file in memory, whose bytes are passed on without blocking; as long as
/// some of them are not taken ("backlog") nothing new is drawn. Bytes are never dropped, since ncurses believes them
/// shown. The owner polls ``descriptor`` (for input, and for output while ``hasBacklog``) and ``signalDescriptor``.
///
/// There is one at a time: ncurses and signal handlers are global. Not for use from several threads.
package final class Terminal {
    /// The terminal, non-blocking; a description of our own, so that the shell's is left as it was.
    package let descriptor: Int32
    package let signalDescriptor: Int32
    /// Colors the terminal has: 0, 8, 16, 88, 256 or more.
    package let colors: Int
    package private(set) var rows: Int
    package private(set) var columns: Int

    private let memory: Int32
    private let original: termios
    private let synchronizes: Bool
    private var looks: [Look?] = []
    private var resolve: (Style) -> TerminalLook
    private var pairs: [Int: Int32] = [:]
    private var shown: CellGrid?
    private var pending: [UInt8] = []
    private var pendingStart = 0
    private var isOpen = true
    private var decoder = KeyDecoder()

    private struct Look {
        let pair: Int32
        let attributes: Int32
    }

    /// Whether the characters of the locale are UTF-8; otherwise only ASCII can be shown.
    package static func localeIsUTF8() -> Bool { narwhal_locale_is_utf8() == 1 }

    /// Takes the terminal over.
    ///
    /// - Parameters:
    ///   - type: the value of `TERM`, and `colorTerm` that of `COLORTERM`.
    ///   - synchronizes: whether frames are wrapped as synchronized updates (DEC mode 2026).
    ///   - resolve: how a style looks, before ``changeLooks(_:)`` is called.
    package init(
        type: String?, colorTerm: String?, synchronizes: Bool,
        resolve: @escaping (Style) -> TerminalLook
    ) throws(TerminalError) {
        guard let type, !type.isEmpty, type != "dumb" else { throw .dumb }
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { throw .notATerminal }
        let descriptor = try openTerminal()
        var original = termios()
        guard tcgetattr(descriptor, &original) == 0 else {
            let number = errno
            Glibc.close(descriptor)
            throw .system("reading the terminal's modes", number)
        }
        let memory = narwhal_memory_file()
        guard memory >= 0 else {
            let number = errno
            Glibc.close(descriptor)
            throw .system("memfd_create", number)
        }
        let (rows, columns) = terminalSize(descriptor)
        do {
            try startScreen(
                type: type, colorTerm: colorTerm, memory: memory, descriptor: descriptor,
                rows: rows,
                columns: columns)
        } catch {
            Glibc.close(descriptor)
            Glibc.close(memory)
            throw error
        }
        let signals = narwhal_signals_open()
        guard signals >= 0 else { throw .system("opening a pipe for signals", errno) }

        self.descriptor = descriptor
        self.memory = memory
        self.original = original
        self.rows = rows
        self.columns = columns
        self.synchronizes = synchronizes
        self.resolve = resolve
        colors = Int(narwhal_screen_colors())
        signalDescriptor = signals
        enter()
    }

    deinit { close() }

    // MARK: Drawing

    /// Whether the terminal has not yet taken all that was written; nothing new is drawn meanwhile.
    package var hasBacklog: Bool { pendingStart < pending.count }
    /// How many bytes the terminal has not taken.
    package var backlog: Int { pending.count - pendingStart }

    /// Draws what differs from the last grid. `false` if nothing was drawn because of a backlog.
    @discardableResult
    package func show(_ grid: CellGrid) -> Bool {
        guard isOpen else { return false }
        flush()
        if hasBacklog { return false }
        let runs =
            shown.map { grid.changes(from: $0) }
            ?? grid.changes(from: CellGrid(columns: 0, rows: 0))
        for run in runs where run.row < rows {
            var column = run.column
            for cell in run.cells {
                if cell.width > 0, column + Int(cell.width) <= columns {
                    put(cell, row: run.row, column: column)
                }
                column += 1
            }
        }
        let cursor = grid.cursor.flatMap { $0.row < rows && $0.column < columns ? $0 : nil }
        if runs.isEmpty, grid.cursor == shown?.cursor, shown != nil { return true }
        narwhal_screen_set_cursor(Int32(cursor?.row ?? -1), Int32(cursor?.column ?? 0))
        narwhal_screen_flush()
        shown = grid
        passOn(isFrame: true)
        return true
    }

    /// Draws everything anew with the next grid: the screen was disturbed.
    package func redraw() {
        shown = nil
        narwhal_screen_forget()
    }

    /// Takes other looks, as after a change of theme.
    package func changeLooks(_ resolve: @escaping (Style) -> TerminalLook) {
        self.resolve = resolve
        looks = []
        pairs = [:]
        shown = nil
    }

    /// Asks the terminal for its size and takes it. `true` if it changed.
    @discardableResult
    package func measure() -> Bool {
        let (newRows, newColumns) = terminalSize(descriptor)
        if (newRows, newColumns) == (rows, columns) { return false }
        (rows, columns) = (newRows, newColumns)
        narwhal_screen_resize(Int32(rows), Int32(columns))
        redraw()
        return true
    }

    /// Passes on what the terminal takes now, without waiting.
    package func flush() {
        while hasBacklog {
            let written = pending[pendingStart...].withUnsafeBytes {
                write(descriptor, $0.baseAddress, $0.count)
            }
            if written > 0 {
                pendingStart += written
            } else if written < 0, errno == EINTR {
                continue
            } else {
                return
            }
        }
        pending.removeAll(keepingCapacity: pending.capacity < 1 << 18)
        pendingStart = 0
    }

    /// Rings the bell once.
    package func ring() { send([0x07]) }

    /// Sets the title of the window; only printable ASCII is kept, at most 120 characters.
    package func setTitle(_ title: String) {
        let harmless = title.utf8.filter { $0 >= 0x20 && $0 < 0x7F }.prefix(120)
        send(Array("\u{1B}]2;".utf8) + harmless + [0x07])
    }

    // MARK: Keys and signals

    package enum Input: Hashable, Sendable {
        case keys([Key])
        /// The terminal is gone.
        case closed
    }

    /// Reads what was typed, without waiting; at most 4 KiB at a time.
    package func readKeys() -> Input {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        if count > 0 { return .keys(decoder.decode(Array(bytes[..<count]))) }
        if count < 0, errno == EAGAIN || errno == EINTR { return .keys([]) }
        return .closed
    }

    /// How long to wait for the rest of what was begun to be typed; `nil` when nothing was.
    package var keyDelayMilliseconds: Int? {
        guard decoder.isWaiting else { return nil }
        return decoder.isPasting ? KeyDecoder.pasteMilliseconds : KeyDecoder.escapeMilliseconds
    }

    /// The delay has passed without another byte.
    package func expireKeys() -> [Key] { decoder.expire() }

    /// What happened from outside since the last call.
    package func takeSignals() -> [TerminalSignal] {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = bytes.withUnsafeMutableBytes {
            read(signalDescriptor, $0.baseAddress, $0.count)
        }
        narwhal_signals_taken()
        return bytes.prefix(max(0, count)).map { byte in
            switch Int32(byte) {
            case SIGWINCH: .resized
            case SIGTSTP: .suspend
            case SIGCONT: .continued
            default: .end(Int32(byte))
            }
        }
    }

    // MARK: Coming and going

    /// Gives the terminal back, stops the process until it is continued, and takes the terminal again.
    package func suspend() {
        leave()
        raise(SIGSTOP)
        resume()
    }

    /// Takes the terminal again after the process was stopped from outside.
    package func resume() {
        guard isOpen else { return }
        enter()
        measure()
        redraw()
    }

    /// Gives the terminal back as it was; waits at most a quarter of a second for it to take the last bytes.
    ///
    /// - Parameter farewell: a line left on the screen. It must go this way: an ordinary write to a terminal that is
    ///   stuck would never return.
    package func close(saying farewell: String? = nil) {
        guard isOpen else { return }
        leave()
        if let farewell, !hasBacklog {
            send(Array((SafeText.clean(farewell) + "\r\n").utf8))
            wait(milliseconds: 250)
        }
        isOpen = false
        narwhal_screen_close()
        Glibc.close(memory)
        Glibc.close(descriptor)
    }

    private func enter() {
        var modes = original
        modes.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT | PARMRK | INPCK)
        modes.c_oflag &= ~tcflag_t(OPOST)
        modes.c_lflag &= ~tcflag_t(ICANON | ECHO | ECHONL | ISIG | IEXTEN)
        withUnsafeMutableBytes(of: &modes.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
        tcsetattr(descriptor, TCSANOW, &modes)
        var restored = original
        let reset = Array(crashReset.utf8)
        narwhal_guard_arm(descriptor, &restored, reset, Int32(reset.count))
        send(Array(pasteOn.utf8))
    }

    private func leave() {
        guard isOpen else { return }
        wait(milliseconds: 250)
        if hasBacklog {
            // The terminal is stuck within a sequence that nobody will see the end of: cut it short.
            pending = Array(crashReset.utf8)
            pendingStart = 0
            flush()
            pending = []
            pendingStart = 0
        } else {
            narwhal_screen_leave()
            passOn(isFrame: false)
            send(Array(pasteOff.utf8))
            wait(milliseconds: 250)
        }
        var restored = original
        tcsetattr(descriptor, TCSANOW, &restored)
        narwhal_guard_disarm()
        shown = nil
    }

    /// Passes on what is pending for at most so long.
    private func wait(milliseconds: Int) {
        let start = monotonicMilliseconds()
        flush()
        while hasBacklog {
            let rest = milliseconds - Int(monotonicMilliseconds() - start)
            if rest <= 0 { return }
            var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let ready = poll(&request, 1, Int32(rest))
            if ready < 0, errno != EINTR { return }
            if request.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { return }
            flush()
        }
    }

    private func send(_ bytes: [UInt8]) {
        pending += bytes
        flush()
    }

    /// Moves what ncurses wrote from the memory file to the terminal.
    private func passOn(isFrame: Bool) {
        let size = lseek(memory, 0, SEEK_END)
        guard size > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: size)
        let count = bytes.withUnsafeMutableBytes { pread(memory, $0.baseAddress, $0.count, 0) }
        ftruncate(memory, 0)
        lseek(memory, 0, SEEK_SET)
        guard count > 0 else { return }
        let isWrapped = isFrame && synchronizes
        if isWrapped { pending += Array(synchronizedBegin.utf8) }
        pending += bytes[..<count]
        if isWrapped { pending += Array(synchronizedEnd.utf8) }
        flush()
    }

    private func put(_ cell: Cell, row: Int, column: Int) {
        let look = look(of: cell.style)
        narwhal_screen_put(
            Int32(row), Int32(column), cell.base.value, cell.firstMark?.value ?? 0,
            cell.secondMark?.value ?? 0, Int32(cell.width), look.attributes, look.pair)
    }

    private func look(of style: Style) -> Look {
        let index = Int(style.role.rawValue) << 4 | Int(style.attributes.rawValue & 15)
        if index < looks.count, let look = looks[index] { return look }
        while looks.count <= index { looks.append(nil) }
        let look = makeLook(resolve(style))
        looks[index] = look
        return look
    }

    private func makeLook(_ wanted: TerminalLook) -> Look {
        var attributes: Int32 = 0
        if wanted.attributes.contains(.bold) { attributes |= Int32(NARWHAL_BOLD) }
        if wanted.attributes.contains(.dim) { attributes |= Int32(NARWHAL_DIM) }
        if wanted.attributes.contains(.reverse) { attributes |= Int32(NARWHAL_REVERSE) }
        if wanted.attributes.contains(.underline) { attributes |= Int32(NARWHAL_UNDERLINE) }
        guard colors >= 8 else { return Look(pair: 0, attributes: attributes) }
        var foreground = wanted.foreground
        var background = wanted.background
        if colors < 16 {
            // Eight colors: the bright ones are the same with bold.
            if foreground >= 8 {
                foreground -= 8
                attributes |= Int32(NARWHAL_BOLD)
            }
            if background >= 8 { background -= 8 }
        }
        if foreground >= colors { foreground = -1 }
        if background >= colors { background = -1 }
        if foreground < 0, background < 0 { return Look(pair: 0, attributes: attributes) }
        let key = (foreground + 1) << 16 | (background + 1)
        if let pair = pairs[key] { return Look(pair: pair, attributes: attributes) }
        let pair = Int32(pairs.count + 1)
        guard narwhal_screen_set_pair(pair, Int32(foreground), Int32(background)) == 0 else {
            return Look(pair: 0, attributes: attributes)
        }
        pairs[key] = pair
        return Look(pair: pair, attributes: attributes)
    }
}

private let pasteOn = "\u{1B}[?2004h"
private let pasteOff = "\u{1B}[?2004l"
private let synchronizedBegin = "\u{1B}[?2026h"
private let synchronizedEnd = "\u{1B}[?2026l"
/// Ends any sequence that was cut short, and undoes all that ncurses and we may have set.
private let crashReset =
    "\u{18}\u{1B}\\" + synchronizedEnd + pasteOff
    + "\u{1B}[?1l\u{1B}>\u{1B}[r\u{1B}(B\u{1B}[0m\u{1B}[?7h\u{1B}[?25h"
    + "\u{1B}[?1049l\r\n"

/// Opens the terminal of standard output anew, so that non-blocking concerns nobody else.
private func openTerminal() throws(TerminalError) -> Int32 {
    var name = [CChar](repeating: 0, count: 256)
    let flags = O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    if ttyname_r(STDOUT_FILENO, &name, name.count) == 0 {
        let descriptor = open(name, flags)
        if descriptor >= 0 { return descriptor }
    }
    let descriptor = open("/dev/tty", flags)
    if descriptor >= 0 { return descriptor }
    throw .system("opening the terminal", errno)
}

/// Starts ncurses, with the 256-color variant of the type if the environment says that there are that many.
private func startScreen(
    type: String, colorTerm: String?, memory: Int32, descriptor: Int32, rows: Int, columns: Int
) throws(TerminalError) {
    _ = narwhal_locale_is_utf8()
    var types = [type]
    let manyColors = ["truecolor", "24bit", "256color"].contains(colorTerm ?? "")
    if manyColors, !type.contains("256"), !type.contains("direct") {
        types.insert(type + "-256color", at: 0)
    }
    for type in types {
        let result = narwhal_screen_open(type, memory, descriptor, Int32(rows), Int32(columns))
        if result == 0 { return }
        narwhal_screen_close()
    }
    throw .unknownType(SafeText.clean(type, maxScalars: 40))
}

private func terminalSize(_ descriptor: Int32) -> (rows: Int, columns: Int) {
    var rows: Int32 = 0
    var columns: Int32 = 0
    guard narwhal_terminal_size(descriptor, &rows, &columns) == 0 else { return (24, 80) }
    return (min(Int(rows), CellGrid.maxSide), min(Int(columns), CellGrid.maxSide))
}

private func monotonicMilliseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
}

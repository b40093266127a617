import CellGrid
import CockpitModel
import CockpitTerminal
import CockpitTheme
import CockpitViews
import Glibc

/// How the full screen looks and behaves.
struct ScreenSettings {
    var theme = "default"
    var glyphs: Glyphs?
    var framesPerSecond = 10
    var synchronizes = true
}

/// The cockpit on a terminal: keys, signals, the engine and the screen in one loop that waits for none of them.
struct FullScreen {
    private var shell: CockpitShell
    private let terminal: Terminal
    private let shelf: ThemeShelf
    private let glyphs: Glyphs
    private let depth: ColorDepth
    private let frameTime: Int64
    private var drawnAt: Int64 = 0
    private var title = ""
    /// Keys are answered at once, whatever the frame rate.
    private var keyWasPressed = false

    init(shell: CockpitShell, terminal: Terminal, settings: ScreenSettings, shelf: ThemeShelf) {
        self.shell = shell
        self.terminal = terminal
        self.shelf = shelf
        let canShow = Terminal.localeIsUTF8() && Environment.value("TERM") != "linux"
        glyphs = Terminal.localeIsUTF8() ? settings.glyphs ?? (canShow ? .braille : .ascii) : .ascii
        depth = ColorDepth(colors: terminal.colors)
        frameTime = Int64(1_000 / max(1, settings.framesPerSecond))
    }

    /// Runs until the operator leaves; returns what to say then.
    mutating func run() -> String? {
        // The first frame does not wait for the engine.
        draw()
        while true {
            if let end = turn() { return end.farewell }
        }
    }

    /// The newest event that was on the screen or could be scrolled to.
    var lastSeenEvent: UInt64? { shell.state.lastSeenEvent }

    private struct End {
        let farewell: String?
    }

    /// Waits for something to happen, and answers it: keys first, then the engine, then the screen.
    private mutating func turn() -> End? {
        var requests = [
            pollfd(
                fd: terminal.descriptor,
                events: Int16(POLLIN | (terminal.hasBacklog ? POLLOUT : 0)), revents: 0),
            pollfd(fd: terminal.signalDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        if let link = shell.attempts.link {
            let events = Int16(POLLIN | (link.hasBacklog ? POLLOUT : 0))
            requests.append(pollfd(fd: link.descriptor, events: events, revents: 0))
        }
        let ready = poll(&requests, nfds_t(requests.count), Int32(timeout))
        var effects = shell.passTime()
        if let end = readTerminal(requests[0].revents, isQuiet: ready == 0, into: &effects) {
            return end
        }
        if requests[1].revents != 0, let end = takeSignals(into: &effects) { return end }
        if requests.count > 2, requests[2].revents != 0 {
            if requests[2].revents & Int16(POLLOUT) != 0 { effects += shell.flushEngine() }
            if requests[2].revents & ~Int16(POLLOUT) != 0 { effects += shell.readEngine() }
        }
        for effect in effects {
            if let end = perform(effect) { return end }
        }
        terminal.flush()
        drawIfDue()
        return nil
    }

    private var timeout: Int64 {
        var wait = shell.patience
        if let delay = terminal.keyDelayMilliseconds { wait = min(wait, Int64(delay)) }
        if shell.isDirty, !terminal.hasBacklog {
            wait = min(wait, max(0, drawnAt + frameTime - shell.clock.now))
        }
        return wait
    }

    private mutating func readTerminal(
        _ events: Int16, isQuiet: Bool, into effects: inout [CockpitShell.ScreenEffect]
    ) -> End? {
        var keys: [Key] = []
        if isQuiet, terminal.keyDelayMilliseconds != nil { keys = terminal.expireKeys() }
        if events & ~Int16(POLLOUT) != 0 {
            switch terminal.readKeys() {
            case .keys(let more): keys += more
            case .closed: return End(farewell: nil)
            }
        }
        for key in keys {
            shell.isDirty = true
            keyWasPressed = true
            if key == .control("z") {
                terminal.suspend()
                effects += takeSize()
            } else {
                effects += shell.apply(.key(CockpitKey(key)))
            }
        }
        return nil
    }

    private mutating func takeSignals(into effects: inout [CockpitShell.ScreenEffect]) -> End? {
        for signal in terminal.takeSignals() {
            switch signal {
            case .resized: effects += takeSize()
            case .suspend:
                terminal.suspend()
                effects += takeSize()
            case .continued:
                terminal.resume()
                effects += takeSize()
            case .end:
                return End(farewell: "The cockpit was told to end; the engine keeps running.")
            }
        }
        return nil
    }

    private mutating func takeSize() -> [CockpitShell.ScreenEffect] {
        terminal.measure()
        shell.isDirty = true
        return shell.apply(.resize(columns: terminal.columns, rows: terminal.rows))
    }

    private mutating func perform(_ effect: CockpitShell.ScreenEffect) -> End? {
        switch effect {
        case .repaint: terminal.redraw()
        case .bell: terminal.ring()
        case .useTheme(let name):
            do throws(Failure) {
                terminal.changeLooks(try shelf.load(name).resolver(depth))
                shell.state.themeIsUsed(name)
            } catch {
                shell.state.report(error.message)
            }
        case .quit(let farewell): return End(farewell: farewell)
        }
        shell.isDirty = true
        return nil
    }

    /// Ages on the screen grow without any news, so a frame is due four times a second at least.
    private mutating func drawIfDue() {
        let age = shell.clock.now - drawnAt
        let isDue = keyWasPressed || (shell.isDirty && age >= frameTime) || age >= 250
        if isDue, !terminal.hasBacklog { draw() }
    }

    private mutating func draw() {
        let grid = CockpitScreen.draw(shell.state, glyphs: glyphs)
        guard terminal.show(grid) else { return }
        drawnAt = shell.clock.now
        shell.isDirty = false
        keyWasPressed = false
        let words = [shell.state.engineName, shell.state.mode, shell.state.gate].compactMap { $0 }
        let newTitle = (["narwhal"] + words).joined(separator: " ")
        if newTitle != title {
            title = newTitle
            terminal.setTitle(title)
        }
    }
}

extension CockpitKey {
    /// The same key in the state's words.
    init(_ key: Key) {
        self =
            switch key {
            case .character(let scalar): .character(scalar)
            case .control(let scalar): .control(scalar)
            case .alt(let scalar): .alt(scalar)
            case .up: .up
            case .down: .down
            case .left: .left
            case .right: .right
            case .home: .home
            case .end: .end
            case .pageUp: .pageUp
            case .pageDown: .pageDown
            case .insert: .insert
            case .delete: .delete
            case .backspace: .backspace
            case .enter: .enter
            case .tab: .tab
            case .backTab: .backTab
            case .escape: .escape
            case .function(let number): .function(number)
            case .paste: .paste
            case .unrecognized: .unrecognized
            }
    }
}

import CockpitModel
import Glibc
import Wire

/// What the full-screen and the plain cockpit share: the state, its connection, and the carrying out of effects.
struct CockpitShell {
    var state: CockpitState
    var attempts: Attempts
    let clock: SteadyClock
    /// Whether something has happened that the screen does not show yet.
    var isDirty = true

    /// What must be done on the screen; the rest was done here.
    enum ScreenEffect: Hashable {
        case repaint
        case bell
        case useTheme(String)
        case quit(String)
    }

    init(
        options: EngineOptions, isReadOnly: Bool, setup: Setup, endpoint: EngineEndpoint,
        clock: SteadyClock,
        columns: Int, rows: Int
    ) {
        self.clock = clock
        attempts = Attempts(
            options: options, endpoint: endpoint, isReadOnly: isReadOnly, now: clock.now)
        state = CockpitState(setup: setup, now: clock.now, columns: columns, rows: rows)
    }

    /// Tells the state one thing and does at once what it asks of the connection.
    mutating func apply(_ message: CockpitMessage) -> [ScreenEffect] {
        perform(state.apply(message))
    }

    /// Tells the time, and connects if an attempt is due.
    mutating func passTime() -> [ScreenEffect] {
        var effects = apply(.tick(now: clock.now))
        guard attempts.link == nil, clock.now >= attempts.nextAt else { return effects }
        isDirty = true
        switch attempts.connect(now: clock.now) {
        case .connected:
            effects += apply(.link(.connected(since: clock.now)))
        case .failed(let since, let attempt, let retryAt, let problem):
            effects += apply(
                .link(
                    .lost(since: since, attempt: attempt, retryAt: retryAt, reason: problem.message)
                ))
        }
        return effects
    }

    /// Reads what the engine has sent.
    mutating func readEngine() -> [ScreenEffect] {
        guard let link = attempts.link else { return [] }
        switch link.read() {
        case .messages(let messages, _):
            if !messages.isEmpty { isDirty = true }
            return messages.flatMap { apply(.server($0)) }
        case .ended(let reason):
            return lose(reason)
        }
    }

    /// Writes what the engine has not taken yet.
    mutating func flushEngine() -> [ScreenEffect] {
        guard let problem = attempts.link?.flush() else { return [] }
        return lose(problem)
    }

    /// Milliseconds until something must be done though nothing happens.
    var patience: Int64 {
        guard attempts.link == nil else { return 100 }
        return max(0, min(100, attempts.nextAt - clock.now))
    }

    private mutating func lose(_ reason: String) -> [ScreenEffect] {
        isDirty = true
        let (since, attempt, retryAt) = attempts.lose(now: clock.now)
        return apply(.link(.lost(since: since, attempt: attempt, retryAt: retryAt, reason: reason)))
    }

    private mutating func perform(_ effects: [CockpitEffect]) -> [ScreenEffect] {
        var rest: [ScreenEffect] = []
        for effect in effects {
            switch effect {
            case .send(let message):
                if let problem = attempts.link?.send(message) { rest += lose(problem) }
            case .repaint: rest.append(.repaint)
            case .bell: rest.append(.bell)
            case .useTheme(let name): rest.append(.useTheme(name))
            case .quit(let farewell): rest.append(.quit(farewell))
            }
        }
        return rest
    }
}

/// Begins the ids of this run's commands: nobody else has this process number at this time.
func commandPrefix(clock: SteadyClock) -> String {
    "c\(getpid())-\(String(clock.now, radix: 36))"
}

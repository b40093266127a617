import Glibc
import Wire

/// Keeps a connection to an engine: tries, notices its end, tries again for ever.
struct Attempts {
    /// The sockets may move while the engine is down, so they are looked up before every attempt.
    private let options: EngineOptions
    private var known: EngineEndpoint
    private let isReadOnly: Bool
    private(set) var link: EngineLink?
    /// Which attempt since the last connection comes next, counted from 1.
    private(set) var number = 1
    private(set) var nextAt: Int64 = 0
    private var lostAt: Int64

    init(options: EngineOptions, endpoint: EngineEndpoint, isReadOnly: Bool, now: Int64) {
        self.options = options
        known = endpoint
        self.isReadOnly = isReadOnly
        lostAt = now
    }

    /// The socket that is tried.
    var path: String { isReadOnly ? known.viewSocket : known.controlSocket }

    enum Outcome {
        case connected
        case failed(since: Int64, attempt: Int, retryAt: Int64, SocketProblem)
    }

    /// Tries now.
    mutating func connect(now: Int64) -> Outcome {
        if number > 1 { lookUp() }
        var result = UnixSocket.connect(to: path)
        if case .failure(let problem) = result, problem.isPermission, !isReadOnly {
            // Those who may only look can look; the engine says that this socket takes no commands.
            let view = UnixSocket.connect(to: known.viewSocket)
            if case .success = view { result = view }
        }
        switch result {
        case .success(let descriptor):
            link = EngineLink(descriptor: descriptor)
            number = 1
            return .connected
        case .failure(let problem):
            number += 1
            nextAt = now + delay
            return .failed(since: lostAt, attempt: number, retryAt: nextAt, problem)
        }
    }

    /// The connection is gone; the next attempt comes soon.
    mutating func lose(now: Int64) -> (since: Int64, attempt: Int, retryAt: Int64) {
        link = nil
        lostAt = now
        number = 1
        nextAt = now + delay
        return (now, number, nextAt)
    }

    /// A quarter of a second, doubled with every attempt up to five seconds.
    private var delay: Int64 { min(5_000, 250 << Int64(min(number - 1, 5))) }

    private mutating func lookUp() {
        do throws(Failure) {
            known = try options.find()
        } catch {
            // Nothing better is known: the last place is tried again.
        }
    }
}

import CPosix
import Messages
import Synchronization
import Trading
package import Wire

#if canImport(Glibc)
    import Glibc
#endif

/// The engine's two sockets: `view.sock` shows, `control.sock` shows and takes commands.
///
/// It has a thread of its own. The engine's threads leave things in a mailbox and never wait: of states only the newest
/// stays, of ladders the newest of each command. Encoding and writing happen on the gateway's thread.
package final class GatewayServer: Sendable {
    private let mailbox: Mailbox
    private let thread: Mutex<pthread_t?>
    /// The paths that were bound, for `engine.json`.
    package let viewPath: String
    package let controlPath: String

    /// Binds both sockets and starts the thread. The caller holds the lock of the state directory.
    package init(_ configuration: GatewayConfiguration, sinks: GatewaySinks) throws(GatewayError) {
        let folder = try SocketFolder(path: configuration.folder, access: configuration.access)
        viewPath = folder.path + "/" + WireProtocol.viewSocketName
        controlPath = folder.path + "/" + WireProtocol.controlSocketName
        mailbox = try Mailbox(path: folder.path)
        let loop: GatewayLoop
        do throws(GatewayError) {
            loop = try GatewayLoop(configuration, folder: folder, sinks: sinks, mailbox: mailbox)
        } catch {
            mailbox.shut()
            throw error
        }
        thread = Mutex(nil)
        var handle = pthread_t()
        let context = Unmanaged.passRetained(loop)
        let code = pthread_create(
            &handle, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<GatewayLoop>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            context.release()
            loop.shut()
            mailbox.shut()
            throw .system(call: "pthread_create", path: folder.path, code: code)
        }
        thread.withLock { $0 = handle }
    }

    /// Shows a new state, and tells the ladders in it that have changed.
    ///
    /// The state before is forgotten if nobody has seen it. Called from the decision thread: it stores a value and
    /// writes at most one byte into a pipe.
    package func publish(_ update: PublishedUpdate) {
        mailbox.put { $0.update = update }
    }

    /// Says that all facts of the events up to `sequence` are on disk.
    package func committed(upTo sequence: UInt64) {
        mailbox.put { $0.committed = max($0.committed, sequence) }
    }

    /// Tells a command's ladder at once to everybody who follows commands and to its sender; rungs say themselves whether
    /// they are on disk.
    package func publish(command: CommandTopic) {
        mailbox.put { letters in
            letters.ladders.removeAll { $0.id == command.id }
            letters.ladders.append(command)
            if letters.ladders.count > GatewayLoop.maxLadders { letters.ladders.removeFirst() }
        }
    }

    /// What it has seen so far.
    package var counters: GatewayCounters { mailbox.counters.withLock { $0 } }

    /// Closes everything, removes the socket files and waits for the thread; a second call does nothing.
    package func stop() {
        guard
            let handle = thread.withLock({ thread -> pthread_t? in
                defer { thread = nil }
                return thread
            })
        else { return }
        mailbox.put { $0.isStopping = true }
        pthread_join(handle, nil)
        mailbox.shut()
    }

    deinit { stop() }
}

/// What the engine's threads leave for the gateway's, and the pipe that wakes it.
final class Mailbox: Sendable {
    /// What waits; every list is bounded.
    struct Letters: Sendable {
        var update: PublishedUpdate?
        var committed: UInt64 = 0
        var ladders: [CommandTopic] = []
        /// At most as many as may be with the store at once.
        var rows: [(client: UInt64, id: RequestID, result: Result<ServerResult, WireError>)] = []
        var isStopping = false
        /// Whether a byte is in the pipe already.
        fileprivate var isRung = false
    }

    let counters = Mutex(GatewayCounters())
    /// The end that the gateway's thread polls.
    let readEnd: Int32
    private let writeEnd: Int32
    private let letters = Mutex(Letters())

    init(path: String) throws(GatewayError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw .system(call: "pipe", path: path, code: errno) }
        readEnd = ends[0]
        writeEnd = ends[1]
        makeNonBlocking(readEnd)
        makeNonBlocking(writeEnd)
    }

    /// Changes what waits and wakes the gateway.
    func put(_ change: (inout Letters) -> Void) {
        let mustRing = letters.withLock { letters in
            change(&letters)
            defer { letters.isRung = true }
            return !letters.isRung
        }
        if mustRing {
            var byte: UInt8 = 0
            _ = Glibc.write(writeEnd, &byte, 1)
        }
    }

    /// Takes everything out.
    func take() -> Letters {
        var bytes = [UInt8](repeating: 0, count: 64)
        _ = Glibc.read(readEnd, &bytes, bytes.count)
        return letters.withLock { letters in
            let taken = letters
            letters = Letters()
            letters.isStopping = taken.isStopping
            return taken
        }
    }

    func shut() {
        close(readEnd)
        close(writeEnd)
    }
}

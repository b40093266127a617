import Foundation
import Glibc
package import Messages
package import Trading

/// The latch file `KILL` of a state directory: while it is there, the engine is disarmed.
///
/// Anybody may plant it by hand (`touch KILL`): any file of that name counts, whatever is in it.
package enum LatchFile {
    package static func path(in directory: String) -> String { directory + "/KILL" }

    /// Whether the engine is disarmed. When that cannot be found out, it is: the worse side is assumed.
    package static func isSet(in directory: String) -> Bool {
        var status = stat()
        return lstat(path(in: directory), &status) == 0 || errno != ENOENT
    }

    /// Writes the latch, file and directory synced; fine when it is there already.
    package static func set(in directory: String, text: String) throws(JournalError) {
        let path = path(in: directory)
        do throws(JournalError) {
            try writeFile(path, text + "\n")
        } catch {
            // On a full disk the name alone is enough: any file of this name counts.
            guard isSet(in: directory) else { throw error }
        }
        try syncDirectory(directory)
    }

    /// Removes the latch durably; fine when there is none.
    package static func clear(in directory: String) throws(JournalError) {
        let path = path(in: directory)
        guard unlink(path) == 0 || errno == ENOENT else {
            throw .cannotCreate(path: path, reason: systemError(errno))
        }
        try syncDirectory(directory)
    }
}

/// Writes, removes and watches the latch file on a thread of its own, so that a dead disk holds nobody up.
///
/// `onReport` answers each request in order. `onPlanted` is called once when a latch appears that nobody asked this
/// keeper for, also when it is there at the start and not known; and again after it was removed and planted anew.
/// Both are called on the keeper's thread.
package final class LatchKeeper: @unchecked Sendable {
    private let directory: String
    private let period: Int64
    private let isKnown: Bool
    private let onReport: @Sendable (LatchReport) -> Void
    private let onPlanted: @Sendable () -> Void
    private let signal = Signal()
    /// Guarded by `signal`, and so are the two below. No file is touched while it is held.
    private var requests: [Bool] = []
    private var isStopping = false
    private var hasStopped = false

    /// Looks for a planted latch every `period`; with `isKnown` the one that is there at the start is no news.
    package init(
        directory: String, period: Duration = .milliseconds(200), isKnown: Bool = false,
        onReport: @escaping @Sendable (LatchReport) -> Void,
        onPlanted: @escaping @Sendable () -> Void
    ) {
        self.directory = directory
        self.period = max(1_000_000, period.nanoseconds)
        self.isKnown = isKnown
        self.onReport = onReport
        self.onPlanted = onPlanted
        let thread = Thread { self.run() }
        thread.name = "latch"
        thread.start()
    }

    /// Asks for the latch to be written (`true`) or removed; never waits. At most 64 requests wait, the oldest go.
    package func request(_ isSet: Bool) {
        signal.withLock {
            requests.append(isSet)
            if requests.count > 64 { requests.removeFirst() }
            signal.wake()
        }
    }

    /// Ends the thread after what was asked is done; waits for that at most `limit`.
    package func stop(within limit: Duration) {
        let deadline = Signal.now() + limit.nanoseconds
        signal.withLock {
            isStopping = true
            signal.wake()
            while !hasStopped && Signal.now() < deadline { signal.watch(until: deadline) }
        }
    }

    private func run() {
        var isKnown = isKnown
        while true {
            let isSet = LatchFile.isSet(in: directory)
            if isSet && !isKnown { onPlanted() }
            isKnown = isSet
            let (request, ends): (Bool?, Bool) = signal.withLock {
                if requests.isEmpty && !isStopping { signal.wait(until: Signal.now() + period) }
                if requests.isEmpty { return (nil, isStopping) }
                return (requests.removeFirst(), false)
            }
            if ends { break }
            guard let request else { continue }
            let report = perform(request)
            // What we did, not what is there now: a latch planted in between is still planted.
            switch report {
            case .written: isKnown = true
            case .removed: isKnown = false
            case .failed: break
            }
            onReport(report)
        }
        signal.withLock {
            hasStopped = true
            signal.wakeWatchers()
        }
    }

    private func perform(_ isSet: Bool) -> LatchReport {
        do throws(JournalError) {
            if isSet {
                try LatchFile.set(
                    in: directory, text: "The engine is disarmed. Release it with: narwhal arm NAME"
                )
                return .written
            }
            try LatchFile.clear(in: directory)
            return .removed
        } catch {
            return .failed
        }
    }
}

import ArgumentParser
import CellGrid
import Glibc

/// How `narwhal` ends; scripts rely on these numbers.
enum Exit: Int32 {
    case done = 0
    /// The engine refused the command.
    case refused = 1
    /// There is no such engine, or it does not run.
    case noEngine = 3
    /// The socket is not for this user, or takes no commands.
    case notAllowed = 4
    /// Nobody has acknowledged the command: it may or may not have arrived.
    case notDelivered = 5
    /// The engine has the command, but it was not finished in the time given.
    case unfinished = 6
    /// More than one engine runs: one must be named.
    case ambiguous = 7
    /// Another file, program or system call was in the way.
    case system = 8
    // Wrong options end with 64, which ArgumentParser uses.
}

/// Why a command line did not do what it should, in one line that says what to do.
struct Failure: Error, Hashable {
    let exit: Exit
    let message: String

    init(_ exit: Exit, _ message: String) {
        self.exit = exit
        self.message = message
    }
}

/// Runs the body of a command; a failure becomes one line on standard error and an exit code.
func reporting(_ body: () throws(Failure) -> Void) throws {
    do throws(Failure) {
        try body()
    } catch {
        complain(error.message)
        throw ExitCode(error.exit.rawValue)
    }
}

/// Writes one line to standard error.
func complain(_ message: String) {
    writeAll(Array(("narwhal: " + SafeText.clean(message) + "\n").utf8), to: STDERR_FILENO)
}

/// Writes text to standard output as it is.
func say(_ text: String) {
    writeAll(Array((text + "\n").utf8), to: STDOUT_FILENO)
}

/// Writes all bytes, waiting as long as it takes; gives up when nobody reads.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if written > 0 {
            rest = rest.dropFirst(written)
        } else if written < 0, errno == EAGAIN {
            var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&request, 1, -1)
        } else if written < 0, errno == EINTR {
            continue
        } else {
            return
        }
    }
}

/// The text of a system error.
func errorText(_ number: Int32) -> String {
    String(cString: strerror(number))
}

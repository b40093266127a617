import Glibc

/// Why a socket could not be connected.
struct SocketProblem: Error, Hashable {
    let number: Int32
    let path: String

    var isPermission: Bool { number == EACCES || number == EPERM }

    /// What to do about it, in one line.
    var message: String {
        switch number {
        case ENOENT: "the engine is not running: there is no socket \(path)"
        case ECONNREFUSED: "the engine is not running: nobody listens on \(path)"
        case EACCES, EPERM:
            "permission denied on \(path): ask for the engine's group, or use --read-only"
        case EAGAIN: "the engine is too busy to take the connection on \(path)"
        case ENOTSOCK, EPROTOTYPE: "\(path) is not an engine's socket"
        case ENAMETOOLONG: "the socket path is longer than \(UnixSocket.maxPath) bytes: \(path)"
        default: "cannot connect to \(path): \(errorText(number))"
        }
    }

    var failure: Failure { Failure(isPermission ? .notAllowed : .noEngine, message) }
}

/// Unix stream sockets, non-blocking.
enum UnixSocket {
    /// The longest path that fits into a socket address.
    static let maxPath = 107

    static func connect(to path: String) -> Result<Int32, SocketProblem> {
        let bytes = Array(path.utf8)
        guard bytes.count <= maxPath, !bytes.contains(0) else {
            return .failure(SocketProblem(number: ENAMETOOLONG, path: path))
        }
        let kind =
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return .failure(SocketProblem(number: errno, path: path)) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let number = errno
            close(descriptor)
            return .failure(SocketProblem(number: number, path: path))
        }
        return .success(descriptor)
    }
}

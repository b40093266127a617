/// Why the sockets cannot be opened.
package enum GatewayError: Error, Hashable, Sendable {
    case pathTooLong(path: String, bytes: Int)
    case notAFolder(path: String)
    case symbolicLink(path: String)
    case foreignOwner(path: String, uid: UInt32)
    case notASocket(path: String)
    /// Somebody listens there and answers.
    case inUse(path: String)
    case unknownGroup(String)
    /// A call of the system failed, with its `errno`.
    case system(call: String, path: String, code: Int32)

    /// One plain line that says what to do.
    package var text: String {
        switch self {
        case .pathTooLong(let path, let bytes):
            "the socket path has \(bytes) bytes and the system takes at most 107: choose a shorter "
                + "state directory than that of \(path)"
        case .notAFolder(let path): "\(path) is not a folder: move it away or choose another one"
        case .symbolicLink(let path):
            "\(path) is a symbolic link: remove it, or name the real folder"
        case .foreignOwner(let path, let uid):
            "\(path) belongs to user \(uid) and not to the engine's: remove it or choose another folder"
        case .notASocket(let path): "\(path) is in the way and is not a socket: move it away"
        case .inUse(let path):
            "another engine answers on \(path): stop it first, or use another name"
        case .unknownGroup(let name):
            "there is no group \(name): create it with: groupadd --system \(name)"
        case .system(let call, let path, let code):
            "\(call) failed for \(path): \(systemText(code))"
        }
    }
}

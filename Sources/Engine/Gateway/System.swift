#if canImport(Glibc)
    import Glibc
#endif

/// The system's words for an error number.
func systemText(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
}

/// Sets what every descriptor here has: no waiting, closed in children.
func makeNonBlocking(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
}

/// Facts of a path, links not followed; `nil` with `errno` when there is nothing.
func linkStatus(_ path: String) -> stat? {
    var status = stat()
    return lstat(path, &status) == 0 ? status : nil
}

extension stat {
    var kind: mode_t { st_mode & S_IFMT }
}

/// The number of a group; `nil` when there is none of that name.
func groupNumber(_ name: String) -> UInt32? {
    var entry = group()
    var buffer = [CChar](repeating: 0, count: 16_384)
    var found: UnsafeMutablePointer<group>?
    guard getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
        return nil
    }
    return entry.gr_gid
}

/// A Unix socket address, when the path fits.
func withSocketAddress<Value>(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
) throws(GatewayError) -> Value {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let room = MemoryLayout.size(ofValue: address.sun_path) - 1
    guard bytes.count <= room else { throw .pathTooLong(path: path, bytes: bytes.count) }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}

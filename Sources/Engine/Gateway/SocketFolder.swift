#if canImport(Glibc)
    import Glibc
#endif

/// The folder of the sockets: made or checked before anything is bound in it.
struct SocketFolder {
    let path: String
    let access: SocketAccess
    /// Group numbers; `nil` in user mode.
    let viewGroup: UInt32?
    let controlGroup: UInt32?

    /// Creates the folder if it is not there, and refuses one that is a link, is not ours, or cannot be closed to others.
    init(path: String, access: SocketAccess) throws(GatewayError) {
        var path = path
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        self.path = path
        self.access = access
        switch access {
        case .user:
            viewGroup = nil
            controlGroup = nil
        case .service(let view, let control):
            guard let viewGroup = groupNumber(view) else { throw .unknownGroup(view) }
            guard let controlGroup = groupNumber(control) else { throw .unknownGroup(control) }
            self.viewGroup = viewGroup
            self.controlGroup = controlGroup
        }
        try prepare()
    }

    private func prepare() throws(GatewayError) {
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw .system(call: "mkdir", path: path, code: errno)
        }
        if let status = linkStatus(path), status.kind == S_IFLNK { throw .symbolicLink(path: path) }
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else {
            throw errno == ENOTDIR
                ? .notAFolder(path: path) : .system(call: "open", path: path, code: errno)
        }
        defer { close(folder) }
        var status = stat()
        guard fstat(folder, &status) == 0 else {
            throw .system(call: "fstat", path: path, code: errno)
        }
        guard status.st_uid == geteuid() else {
            throw .foreignOwner(path: path, uid: status.st_uid)
        }
        if let viewGroup, fchown(folder, uid_t.max, viewGroup) != 0 {
            throw .system(call: "chown", path: path, code: errno)
        }
        guard fchmod(folder, viewGroup == nil ? 0o700 : 0o750) == 0 else {
            throw .system(call: "chmod", path: path, code: errno)
        }
    }
}

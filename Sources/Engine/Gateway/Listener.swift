import CPosix
import Wire

#if canImport(Glibc)
    import Glibc
#endif

/// Which of the two sockets.
enum Door: Hashable, Sendable {
    /// Only shows.
    case view
    /// Takes commands too.
    case control

    var fileName: String {
        switch self {
        case .view: WireProtocol.viewSocketName
        case .control: WireProtocol.controlSocketName
        }
    }
}

/// One listening socket and the file that it was bound to.
struct Listener {
    let door: Door
    let path: String
    let descriptor: Int32
    private let device: dev_t
    private let inode: ino_t
    private let group: UInt32?

    /// Binds, after clearing away a socket file that nobody listens on.
    ///
    /// The caller holds the lock of the state directory: a file that does not answer is therefore a leftover.
    init(_ door: Door, in folder: SocketFolder) throws(GatewayError) {
        self.door = door
        path = folder.path + "/" + door.fileName
        switch door {
        case .view: group = folder.viewGroup
        case .control: group = folder.controlGroup
        }
        try Self.clear(path)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", path: path, code: errno) }
        makeNonBlocking(descriptor)
        do throws(GatewayError) {
            let status = try Self.bind(descriptor, path: path, group: group)
            device = status.st_dev
            inode = status.st_ino
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    /// What has become of the file.
    enum FileState: Hashable {
        case ours, gone, replaced
    }

    /// Whether the file is still the one that was bound.
    func fileState() -> FileState {
        guard let status = linkStatus(path) else { return .gone }
        return status.st_dev == device && status.st_ino == inode ? .ours : .replaced
    }

    /// Closes the socket and removes its file, if that is still ours.
    func shut() {
        if fileState() == .ours { unlink(path) }
        close(descriptor)
    }

    /// Closes the socket only.
    func abandon() { close(descriptor) }

    /// Who is at the other end, when this door is for them.
    func admit(_ client: Int32) -> (peer: Peer, isWelcome: Bool)? {
        var peer = Peer(pid: 0, uid: 0, gid: 0)
        guard narwhal_peer_credentials(client, &peer.pid, &peer.uid, &peer.gid) == 0 else {
            return nil
        }
        if peer.uid == geteuid() || peer.uid == 0 { return (peer, true) }
        guard let group else { return (peer, false) }
        return (peer, narwhal_user_in_group(peer.uid, peer.gid, group) == 1)
    }

    private static func clear(_ path: String) throws(GatewayError) {
        guard let status = linkStatus(path) else {
            guard errno == ENOENT else { throw .system(call: "lstat", path: path, code: errno) }
            return
        }
        if status.kind == S_IFLNK { throw .symbolicLink(path: path) }
        guard status.kind == S_IFSOCK else { throw .notASocket(path: path) }
        guard status.st_uid == geteuid() else {
            throw .foreignOwner(path: path, uid: status.st_uid)
        }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard probe >= 0 else { throw .system(call: "socket", path: path, code: errno) }
        defer { close(probe) }
        makeNonBlocking(probe)
        let answer = try withSocketAddress(path) { connect(probe, $0, $1) }
        // A full backlog answers EAGAIN: somebody is there.
        if answer == 0 || errno == EAGAIN || errno == EINPROGRESS { throw .inUse(path: path) }
        guard unlink(path) == 0 || errno == ENOENT else {
            throw .system(call: "unlink", path: path, code: errno)
        }
    }

    private static func bind(
        _ descriptor: Int32, path: String, group: UInt32?
    ) throws(GatewayError) -> stat {
        // Nobody else may connect in the moment between bind and chmod. The mask is the whole process's: a stricter one
        // would take the owner's own right to enter from a folder that another thread makes in this moment.
        let mask = umask(0o077)
        let bound: Int32
        do throws(GatewayError) {
            bound = try withSocketAddress(path) { Glibc.bind(descriptor, $0, $1) }
            umask(mask)
        } catch {
            umask(mask)
            throw error
        }
        guard bound == 0 else { throw .system(call: "bind", path: path, code: errno) }
        if let group, chown(path, uid_t.max, group) != 0 {
            throw .system(call: "chown", path: path, code: errno)
        }
        guard chmod(path, group == nil ? 0o600 : 0o660) == 0 else {
            throw .system(call: "chmod", path: path, code: errno)
        }
        guard listen(descriptor, 64) == 0 else {
            throw .system(call: "listen", path: path, code: errno)
        }
        guard let status = linkStatus(path) else {
            throw .system(call: "lstat", path: path, code: errno)
        }
        return status
    }
}

/// The process at the other end.
struct Peer: Hashable {
    var pid: Int32
    var uid: UInt32
    var gid: UInt32
}

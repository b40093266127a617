import Gateway
import Glibc
import Messages
import Testing
import Wire

@Suite struct SocketFileTests {
    private func mode(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    private func error(_ path: String, _ access: SocketAccess = .user) -> GatewayError? {
        do throws(GatewayError) {
            let server = try Fixture.server(path, Received(), access)
            server.stop()
            return nil
        } catch {
            return error
        }
    }

    @Test func `in user mode only the user can reach the sockets`() throws {
        let fixture = try Fixture()
        #expect(mode(fixture.folder.path + "/run") == 0o700)
        #expect(mode(fixture.server.viewPath) == 0o600)
        #expect(mode(fixture.server.controlPath) == 0o600)
        fixture.server.stop()
        #expect(mode(fixture.server.viewPath) == nil)
        #expect(mode(fixture.server.controlPath) == nil)
    }

    @Test func `in service mode the groups can too`() throws {
        let entry = try #require(getgrgid(getgid()))
        let group = String(cString: entry.pointee.gr_name)
        let fixture = try Fixture(access: .service(viewGroup: group, controlGroup: group))
        #expect(mode(fixture.folder.path + "/run") == 0o750)
        #expect(mode(fixture.server.viewPath) == 0o660)
        #expect(mode(fixture.server.controlPath) == 0o660)
    }

    @Test func `a group that does not exist is named`() {
        let folder = TemporaryFolder()
        #expect(
            error(
                folder.path + "/run", .service(viewGroup: "nobody-has-this", controlGroup: "root"))
                == .unknownGroup("nobody-has-this"))
    }

    @Test func `a path of 107 bytes is bound and one of 108 is refused in one line`() throws {
        let folder = TemporaryFolder()
        // The longer name is control.sock: 13 bytes with its slash.
        func path(_ length: Int) -> String {
            folder.path + "/"
                + String(repeating: "r", count: length - 13 - folder.path.utf8.count - 1)
        }
        #expect(error(path(107)) == nil)
        rmdir(path(107))
        let refusal = try #require(error(path(108)))
        #expect(refusal == .pathTooLong(path: path(108) + "/control.sock", bytes: 108))
        #expect(refusal.text.contains("choose a shorter state directory"))
        #expect(!refusal.text.contains("\n"))
        rmdir(path(108))
    }

    @Test func `a symbolic link is refused as folder and as socket`() {
        let folder = TemporaryFolder()
        let run = folder.path + "/run"
        mkdir(folder.path + "/real", 0o700)
        symlink(folder.path + "/real", run)
        #expect(error(run) == .symbolicLink(path: run))
        unlink(run)
        mkdir(run, 0o700)
        symlink("/tmp/elsewhere", run + "/view.sock")
        #expect(error(run) == .symbolicLink(path: run + "/view.sock"))
        // What had been bound before the refusal is gone again.
        #expect(mode(run + "/control.sock") == nil)
    }

    @Test func `a file in the way is refused and left alone`() {
        let folder = TemporaryFolder()
        let run = folder.path + "/run"
        close(open(run, O_CREAT | O_WRONLY, 0o600))
        #expect(error(run) == .notAFolder(path: run))
        unlink(run)
        mkdir(run, 0o700)
        close(open(run + "/control.sock", O_CREAT | O_WRONLY, 0o600))
        #expect(error(run) == .notASocket(path: run + "/control.sock"))
        #expect(mode(run + "/control.sock") == 0o600)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a folder away"))
    func `a folder of somebody else is refused`() {
        let folder = TemporaryFolder()
        let run = folder.path + "/run"
        mkdir(run, 0o700)
        chown(run, 12_345, gid_t.max)
        #expect(error(run) == .foreignOwner(path: run, uid: 12_345))
    }

    @Test func `a second engine in the same folder is refused and the first goes on`() throws {
        let fixture = try Fixture()
        #expect(
            error(fixture.folder.path + "/run")
                == .inUse(path: fixture.folder.path + "/run/control.sock"))
        let client = try fixture.control()
        try client.request(.ping)
        guard case .result(_, .pong) = try client.next() else {
            Issue.record("no pong")
            return
        }
    }

    @Test func `a socket that a killed engine left is replaced`() throws {
        let folder = TemporaryFolder()
        let run = folder.path + "/run"
        mkdir(run, 0o700)
        // Bound and closed without unlinking, as after kill -9.
        let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: Array("\(run)/view.sock".utf8))
        }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(left, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        close(left)
        #expect(error(run) == nil)
    }

    @Test func `a socket file that vanishes is bound again and clients stay`() throws {
        let fixture = try Fixture()
        let client = try fixture.control()
        try client.request(.ping)
        _ = try client.next()
        unlink(fixture.server.controlPath)
        #expect(eventually { mode(fixture.server.controlPath) == 0o600 })
        let other = try fixture.control()
        for client in [client, other] {
            try client.request(.ping)
            guard case .result(_, .pong) = try client.next() else {
                Issue.record("no pong")
                return
            }
        }
        #expect(fixture.received.notices.contains { $0.text.contains("bound again") })
    }
}

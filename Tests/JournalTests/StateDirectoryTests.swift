import Foundation
import GRDB
import Messages
import Testing
import Trading

@testable import Journal

@Suite struct StateDirectoryTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func permissions(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    // MARK: - The directory

    @Test func `the path follows XDG and then HOME`() throws {
        let both = ["XDG_STATE_HOME": "/state", "HOME": "/home/a"]
        #expect(try StateDirectory.path(engine: "demo", environment: both) == "/state/narwhal/demo")
        let home = ["XDG_STATE_HOME": "relative", "HOME": "/home/a"]
        #expect(
            try StateDirectory.path(engine: "demo", environment: home)
                == "/home/a/.local/state/narwhal/demo")
        #expect(throws: JournalError.noHome) {
            try StateDirectory.path(engine: "demo", environment: [:])
        }
    }

    @Test(arguments: ["", "..", "a/b", "A", "é", String(repeating: "a", count: 33)])
    func `a name that could lead elsewhere is refused`(name: String) {
        #expect(throws: JournalError.badEngineName(name)) {
            try StateDirectory.path(engine: name, environment: ["HOME": "/home/a"])
        }
    }

    @Test func `the directory and its files are for their owner only`() throws {
        let path = scratch.path + "/narwhal/demo"
        let directory = try StateDirectory(path: path)
        let store = try JournalStore.open(directory: directory.path)
        _ = try store.recover()
        #expect(try permissions(path) == 0o700)
        #expect(try permissions(directory.tapePath) == 0o700)
        #expect(try permissions(directory.runPath) == 0o700)
        for name in ["journal.sqlite", "journal.sqlite-wal", "lock"] {
            #expect(try permissions(path + "/" + name) == 0o600)
        }
    }

    @Test func `a second engine is refused, with the pid of the first`() throws {
        var first: StateDirectory? = try StateDirectory(path: scratch.path + "/demo")
        let error = #expect(throws: JournalError.self) {
            try StateDirectory(path: scratch.path + "/demo")
        }
        let pid = ProcessInfo.processInfo.processIdentifier
        #expect(error == .engineRunning(path: scratch.path + "/demo", pid: pid))
        #expect(
            error?.text == "another engine (pid \(pid)) runs on \(scratch.path)/demo; stop it first"
        )
        #expect(first != nil)
        first = nil
        _ = try StateDirectory(path: scratch.path + "/demo")
    }

    @Test func `a file, a link or a directory open to others in its place is refused`() throws {
        let path = scratch.path + "/demo"
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(
            throws: JournalError.cannotCreate(
                path: path, reason: "a file of this name is in the way")
        ) {
            try StateDirectory(path: path)
        }
        try FileManager.default.createDirectory(
            atPath: scratch.path + "/open", withIntermediateDirectories: false)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o777], ofItemAtPath: scratch.path + "/open")
        #expect(
            throws: JournalError.notOurs(
                path: scratch.path + "/open", reason: "others may write in it; chmod go-w it")
        ) { try StateDirectory(path: scratch.path + "/open") }
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path + "/link", withDestinationPath: scratch.path)
        #expect(
            throws: JournalError.notOurs(
                path: scratch.path + "/link", reason: "it is a symbolic link")
        ) {
            try StateDirectory(path: scratch.path + "/link")
        }
    }

    @Test func `engine json is replaced in one step and read back`() throws {
        let file = EngineFile(
            engine: "demo", build: "b", mode: .paper, pid: 7, viewSocket: "/v", controlSocket: "/c",
            startTime: at(0))
        #expect(try EngineFile.read(from: scratch.path) == nil)
        try file.write(to: scratch.path)
        var next = file
        next.pid = 8
        try next.write(to: scratch.path)
        #expect(try EngineFile.read(from: scratch.path) == next)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["engine.json"])
        #expect(try permissions(scratch.path + "/engine.json") == 0o600)
        try EngineFile.remove(from: scratch.path)
        try EngineFile.remove(from: scratch.path)
        #expect(try EngineFile.read(from: scratch.path) == nil)
    }

    // MARK: - Opening the journal

    @Test func `something that is no database is refused and left alone`() throws {
        let path = scratch.path + "/journal.sqlite"
        let content = Data(
            "this is a letter, not a database, and it is long enough to be looked at".utf8)
        try content.write(to: URL(fileURLWithPath: path))
        #expect(throws: JournalError.notADatabase(path: path)) {
            try JournalStore.open(directory: scratch.path)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == content)
    }

    @Test func `a journal of a newer build is refused`() throws {
        try JournalStore.open(directory: scratch.path).close()
        let path = scratch.path + "/journal.sqlite"
        let queue = try DatabaseQueue(path: path)
        try queue.write {
            try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('9 the future')")
        }
        try queue.close()
        #expect(throws: JournalError.newerSchema(path: path)) {
            try JournalStore.open(directory: scratch.path)
        }
        #expect(throws: JournalError.newerSchema(path: path)) {
            try JournalReader(directory: scratch.path)
        }
    }

    @Test func `a missing directory and a planted link are refused`() throws {
        let missing = scratch.path + "/nowhere"
        #expect(throws: JournalError.self) { try JournalStore.open(directory: missing) }
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path + "/journal.sqlite", withDestinationPath: "/dev/null")
        #expect(
            throws: JournalError.notOurs(
                path: scratch.path + "/journal.sqlite", reason: "it is a symbolic link")
        ) { try JournalStore.open(directory: scratch.path) }
    }

    @Test func `a locked journal is refused`() throws {
        try JournalStore.open(directory: scratch.path).close()
        var configuration = Configuration()
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA locking_mode = EXCLUSIVE") }
        let other = try DatabaseQueue(
            path: scratch.path + "/journal.sqlite", configuration: configuration)
        try other.write { try $0.execute(sql: "CREATE TABLE other (a)") }
        #expect(throws: JournalError.locked) { try JournalStore.open(directory: scratch.path) }
        try other.close()
    }

    @Test func `a damaged journal is set aside whole and a new one begins`() throws {
        let (writer, _) = try JournalStore.open(directory: scratch.path).beginAfterRecovery()
        writer.append(1, Sample.facts)
        #expect(writer.stop(at: at(9), within: .seconds(10)))
        let aside = try JournalStore.setAside(directory: scratch.path, time: at(0))
        #expect(aside == scratch.path + "/damaged-\(at(0).milliseconds).sqlite")
        #expect(FileManager.default.fileExists(atPath: aside))
        #expect(try JournalStore.open(directory: scratch.path).recover().lastSequence == 0)
    }

    // MARK: - The latch

    @Test func `the latch is written, found and removed, and asking twice is fine`() throws {
        #expect(!LatchFile.isSet(in: scratch.path))
        try LatchFile.set(in: scratch.path, text: "why")
        try LatchFile.set(in: scratch.path, text: "why")
        #expect(LatchFile.isSet(in: scratch.path))
        #expect(try permissions(LatchFile.path(in: scratch.path)) == 0o600)
        try LatchFile.clear(in: scratch.path)
        try LatchFile.clear(in: scratch.path)
        #expect(!LatchFile.isSet(in: scratch.path))
    }

    @Test func `the keeper answers each wish in order and does not call its own latch planted`()
        throws
    {
        let reports = Gate()
        let keeper = LatchKeeper(
            directory: scratch.path, period: .milliseconds(1),
            onReport: { reports.report($0.number) }, onPlanted: { reports.report(99) })
        keeper.request(true)
        #expect(reports.wait(for: LatchReport.written.number))
        #expect(LatchFile.isSet(in: scratch.path))
        keeper.request(false)
        #expect(reports.wait(for: LatchReport.removed.number))
        #expect(!LatchFile.isSet(in: scratch.path))
        keeper.stop(within: .seconds(10))
        #expect(reports.wait { $0 == [LatchReport.written.number, LatchReport.removed.number] })
    }

    @Test func `a latch planted by hand is seen at the start and while running`() throws {
        try LatchFile.set(in: scratch.path, text: "by hand")
        let planted = Gate()
        let keeper = LatchKeeper(
            directory: scratch.path, period: .milliseconds(1),
            onReport: { planted.report($0.number) }, onPlanted: { planted.report(99) })
        #expect(planted.wait { $0 == [99] })
        keeper.request(false)
        #expect(planted.wait(for: LatchReport.removed.number))
        // Anything of that name counts.
        try FileManager.default.createDirectory(
            atPath: LatchFile.path(in: scratch.path), withIntermediateDirectories: false)
        #expect(planted.wait { $0.filter { $0 == 99 }.count == 2 })
        keeper.stop(within: .seconds(10))
    }

    @Test func `a latch that cannot be written or removed is reported as failed`() throws {
        let path = scratch.path + "/gone"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let reports = Gate()
        let keeper = LatchKeeper(
            directory: path, period: .milliseconds(1), onReport: { reports.report($0.number) },
            onPlanted: {})
        try FileManager.default.removeItem(atPath: path)
        keeper.request(true)
        #expect(reports.wait(for: LatchReport.failed.number))
        keeper.stop(within: .seconds(10))
    }
}

extension LatchReport {
    /// For `Gate`, which carries numbers.
    var number: UInt64 {
        switch self {
        case .written: 1
        case .removed: 2
        case .failed: 3
        }
    }
}

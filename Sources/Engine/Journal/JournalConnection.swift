import GRDB
import Glibc
import Trading

/// The one connection that writes `journal.sqlite`: opened, checked and migrated.
///
/// WAL, no memory map, no checkpoint on its own: the writer checkpoints when it has nothing else to do, so that no
/// commit pays for one.
struct JournalConnection {
    static let fileName = "journal.sqlite"

    let path: String
    let queue: DatabaseQueue
    private let device: dev_t
    private let inode: ino_t

    /// Opens the file in `directory`, making it (0600, directory synced) when `creating` and there is none.
    init(directory: String, creating: Bool) throws(JournalError) {
        path = directory + "/" + Self.fileName
        try Self.prepareFile(path, directory: directory, creating: creating)
        do {
            var configuration = Configuration()
            configuration.label = "journal"
            configuration.journalMode = .wal
            configuration.busyMode = .timeout(0.25)
            configuration.prepareDatabase { db in
                try db.execute(
                    sql: """
                        PRAGMA wal_autocheckpoint = 0;
                        PRAGMA journal_size_limit = 67108864;
                        PRAGMA mmap_size = 0;
                        PRAGMA trusted_schema = OFF;
                        """)
            }
            queue = try DatabaseQueue(path: path, configuration: configuration)
            let migrator = Schema.migrator
            if try queue.read(migrator.hasBeenSuperseded) {
                throw JournalError.newerSchema(path: path)
            }
            try migrator.migrate(queue)
        } catch {
            throw JournalError(error, path: path)
        }
        guard let identity = Self.identity(path) else { throw .fileGone(path: path) }
        (device, inode) = identity
        try syncDirectory(directory)
    }

    /// Throws when the path no longer names the file that is open: SQLite would write on into a file without a name.
    func checkFileIsThere() throws(JournalError) {
        guard let (device, inode) = Self.identity(path), device == self.device, inode == self.inode
        else {
            throw .fileGone(path: path)
        }
    }

    func close() throws(JournalError) {
        do {
            try queue.close()
        } catch {
            throw JournalError(error, path: path)
        }
    }

    private static func identity(_ path: String) -> (dev_t, ino_t)? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return (status.st_dev, status.st_ino)
    }

    /// Makes the file before SQLite does, so that it and its companions never have other rights than 0600.
    private static func prepareFile(_ path: String, directory: String, creating: Bool)
        throws(JournalError)
    {
        let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (creating ? O_CREAT : 0)
        let descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT && !creating { throw .fileGone(path: path) }
            if code == ELOOP { throw .notOurs(path: path, reason: "it is a symbolic link") }
            if code == EROFS || code == EACCES { throw .readOnly }
            if code == ENOSPC { throw .diskFull }
            throw .cannotCreate(path: path, reason: systemError(code))
        }
        defer { Glibc.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .cannotCreate(path: path, reason: systemError(errno))
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .notOurs(path: path, reason: "it is not a plain file")
        }
        guard status.st_uid == geteuid() else {
            throw .notOurs(path: path, reason: "it belongs to another user")
        }
        guard status.st_mode & 0o077 == 0 || fchmod(descriptor, 0o600) == 0 else {
            throw .notOurs(path: path, reason: "others may use it, and that cannot be changed")
        }
    }
}

/// The system's words for an error number.
func systemError(_ code: Int32) -> String { String(cString: strerror(code)) }

/// Makes new and renamed names in `directory` durable.
func syncDirectory(_ directory: String) throws(JournalError) {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotCreate(path: directory, reason: systemError(errno)) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
        throw .cannotCreate(path: directory, reason: systemError(errno))
    }
}

import Foundation
import Glibc
package import Trading

/// Where an engine keeps what must survive it: `<state home>/narwhal/<engine>/`, for one engine at a time.
package final class StateDirectory: Sendable {
    /// Absolute, without a trailing slash.
    package let path: String
    private let lock: Int32

    package var tapePath: String { path + "/tape" }
    package var runPath: String { path + "/run" }
    /// The registry of model sets; there only once a set was added.
    package var modelsPath: String { Self.modelsPath(in: path) }

    /// Where the registry of model sets lies in the state directory at `path`.
    package static func modelsPath(in path: String) -> String { path + "/models" }

    /// The directory of an engine: below `XDG_STATE_HOME`, or below `.local/state` in `HOME`.
    ///
    /// - Throws: `.badEngineName` for a name that is not 1 to 32 characters a-z, 0-9 and `-`; `.noHome`.
    package static func path(
        engine: String, environment: [String: String]
    ) throws(JournalError) -> String {
        let allowed = engine.utf8.allSatisfy {
            (97...122).contains($0) || (48...57).contains($0) || $0 == 45
        }
        guard (1...32).contains(engine.utf8.count), allowed else { throw .badEngineName(engine) }
        if let home = environment["XDG_STATE_HOME"], home.hasPrefix("/") {
            return home + "/narwhal/" + engine
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { throw .noHome }
        return home + "/.local/state/narwhal/" + engine
    }

    /// Makes the directory and its parents (0700) where needed, checks that it is ours alone, and locks it.
    ///
    /// - Throws: `.engineRunning` with the pid that holds it when another engine does.
    package init(path: String) throws(JournalError) {
        self.path = path
        try Self.makeDirectory(path)
        try Self.checkIsOurs(path)
        try Self.makeDirectory(path + "/tape")
        try Self.makeDirectory(path + "/run")
        lock = try Self.takeLock(path)
    }

    deinit { close(lock) }

    private static func makeDirectory(_ path: String) throws(JournalError) {
        var parent = ""
        for part in path.split(separator: "/") {
            let above = parent.isEmpty ? "/" : parent
            parent += "/" + part
            if mkdir(parent, 0o700) == 0 {
                try syncDirectory(above)
                continue
            }
            // A parent that may not be written but exists answers EACCES, EPERM or EROFS for some file systems.
            var status = stat()
            let code = errno
            guard stat(parent, &status) == 0 else {
                if code == ENOSPC { throw .diskFull }
                throw .cannotCreate(path: parent, reason: systemError(code))
            }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw .cannotCreate(path: parent, reason: "a file of this name is in the way")
            }
        }
    }

    private static func checkIsOurs(_ path: String) throws(JournalError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            throw .cannotCreate(path: path, reason: systemError(errno))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .notOurs(path: path, reason: "it is a symbolic link")
        }
        guard status.st_uid == geteuid() else {
            throw .notOurs(path: path, reason: "it belongs to another user")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw .notOurs(path: path, reason: "others may write in it; chmod go-w it")
        }
    }

    private static func takeLock(_ path: String) throws(JournalError) -> Int32 {
        let file = path + "/lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOSPC { throw .diskFull }
            if code == EROFS { throw .readOnly }
            throw .cannotCreate(path: file, reason: systemError(code))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = readPID(descriptor)
            close(descriptor)
            guard code == EWOULDBLOCK else {
                throw .cannotCreate(path: file, reason: systemError(code))
            }
            throw .engineRunning(path: path, pid: holder)
        }
        // Only for people and for the message above; the lock itself is what counts, so a full disk is no reason.
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
        return descriptor
    }

    private static func readPID(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let digits = bytes.prefix(count).prefix { (48...57).contains($0) }
        return Int32(String(decoding: digits, as: UTF8.self))
    }
}

/// What a cockpit needs to find its engine; written as `engine.json`.
package struct EngineFile: Hashable, Sendable, Codable {
    package var engine: String
    package var build: String
    package var mode: Mode
    package var pid: Int32
    package var viewSocket: String
    package var controlSocket: String
    package var startTime: Timestamp

    package init(
        engine: String, build: String, mode: Mode, pid: Int32, viewSocket: String,
        controlSocket: String,
        startTime: Timestamp
    ) {
        self.engine = engine
        self.build = build
        self.mode = mode
        self.pid = pid
        self.viewSocket = viewSocket
        self.controlSocket = controlSocket
        self.startTime = startTime
    }

    private static let name = "engine.json"

    /// Writes it into `directory` in one step: a reader sees the old one or the new one, never half of it.
    package func write(to directory: String) throws(JournalError) {
        let path = directory + "/" + Self.name
        let text: String
        do {
            text = try JournalCoding().encode(self) + "\n"
        } catch {
            throw .failed("\(error)")
        }
        let temporary = path + ".new"
        do throws(JournalError) {
            try writeFile(temporary, text)
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            throw .cannotCreate(path: path, reason: systemError(errno))
        }
        try syncDirectory(directory)
    }

    /// Reads it back; `nil` when there is none.
    package static func read(from directory: String) throws(JournalError) -> EngineFile? {
        let path = directory + "/" + name
        guard access(path, F_OK) == 0 else { return nil }
        do {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            return try JournalCoding().decode(EngineFile.self, text)
        } catch {
            throw .failed("\(path) cannot be read")
        }
    }

    package static func remove(from directory: String) throws(JournalError) {
        let path = directory + "/" + name
        guard unlink(path) == 0 || errno == ENOENT else {
            throw .cannotCreate(path: path, reason: systemError(errno))
        }
        try syncDirectory(directory)
    }
}

/// Writes a small file (0600) and syncs it; an old one of that name is replaced.
func writeFile(_ path: String, _ text: String) throws(JournalError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
        let code = errno
        if code == ENOSPC { throw .diskFull }
        if code == EROFS { throw .readOnly }
        throw .cannotCreate(path: path, reason: systemError(code))
    }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
        let written = bytes[offset...].withUnsafeBytes {
            write(descriptor, $0.baseAddress, $0.count)
        }
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else {
            if errno == ENOSPC { throw .diskFull }
            throw .cannotCreate(path: path, reason: systemError(errno))
        }
        offset += written
    }
    guard fsync(descriptor) == 0 else {
        throw .cannotCreate(path: path, reason: systemError(errno))
    }
}

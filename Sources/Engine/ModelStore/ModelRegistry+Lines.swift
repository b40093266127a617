import Foundation
import Glibc

// How the lines of a registry come from its file and get into it.

extension ModelRegistry {
    private var filePath: String { folder + "/" + Self.fileName }

    /// Folds the file's lines.
    mutating func read() throws(ModelStoreError) {
        guard access(filePath, F_OK) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw ModelStoreError("\(filePath) cannot be read: \(errorText(errno))")
            }
            return
        }
        let bytes = try ModelFiles.read(filePath, limit: Self.maxBytes)
        var start = 0
        var number = 0
        while let end = bytes[start...].firstIndex(of: 10) {
            number += 1
            do throws(ModelStoreError) {
                try apply(try Self.record(bytes[start..<end]))
            } catch {
                throw ModelStoreError(
                    "\(filePath):\(number): \(error.text). The registry is not used: restore the file from a copy"
                )
            }
            start = end + 1
        }
        completeBytes = start
        tornBytes = bytes.count - start
    }

    private static func record(_ line: ArraySlice<UInt8>) throws(ModelStoreError) -> RegistryRecord
    {
        guard line.count <= 4_096 else { throw ModelStoreError("the line is too long") }
        let record: RegistryRecord
        do {
            record = try JSONDecoder().decode(RegistryRecord.self, from: Data(line))
        } catch {
            throw ModelStoreError("this is no record of a registry")
        }
        let isWithoutSet = record.change == .rolledBack && record.digest.isEmpty
        guard
            isWithoutSet
                || record.digest.utf8.count == 64 && record.digest.utf8.allSatisfy(isHexadecimal)
        else { throw ModelStoreError("'digest' must be 64 hexadecimal digits") }
        guard isWithoutSet || (1...32).contains(record.name.utf8.count),
            record.by.utf8.count <= RegistryRecord.maxBy,
            record.note.utf8.count <= RegistryRecord.maxNote
        else { throw ModelStoreError("'name', 'by' or 'note' has a length that none may have") }
        return record
    }

    /// Appends one record, on disk when this returns.
    ///
    /// - Throws: when the record cannot follow, when the registry is full, or when the disk does not take it; then
    ///   nothing has happened.
    mutating func append(_ record: RegistryRecord) throws(ModelStoreError) {
        var record = record
        record.by = Self.clean(record.by, RegistryRecord.maxBy)
        record.note = Self.clean(record.note, RegistryRecord.maxNote)
        var next = self
        try next.apply(record)
        var line: [UInt8]
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            line = [UInt8](try encoder.encode(record))
        } catch { throw ModelStoreError("the record cannot be written: \(error)") }
        line.append(10)
        guard completeBytes + line.count <= Self.maxBytes else {
            throw ModelStoreError(
                "\(filePath) is full: move the folder away and begin a new registry")
        }
        try makeFolder(folder)
        try write(line)
        next.completeBytes = completeBytes + line.count
        next.tornBytes = 0
        self = next
    }

    private func write(_ line: [UInt8]) throws(ModelStoreError) {
        let descriptor = open(
            filePath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw ModelStoreError("\(filePath) cannot be written: \(errorText(errno))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) == completeBytes + tornBytes
        else {
            throw ModelStoreError("\(filePath) has been changed by somebody else: try again")
        }
        // An incomplete line was never acknowledged to anybody.
        guard tornBytes == 0 || ftruncate(descriptor, completeBytes) == 0 else {
            throw ModelStoreError("\(filePath) cannot be written: \(errorText(errno))")
        }
        // The file's name must be durable before its first line is: afterwards nothing may fail any more.
        if completeBytes == 0 { try syncFolder(folder) }
        let written = line.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        let code = errno
        guard written == line.count, fsync(descriptor) == 0 else {
            let reason = written == line.count ? errorText(errno) : errorText(code)
            // Half a line is worse than none; if even this fails it is the torn line that the next reader finds.
            _ = ftruncate(descriptor, completeBytes)
            throw ModelStoreError("\(filePath) cannot be written: \(reason)")
        }
    }
}

/// The text of a system error.
func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }

/// Makes a folder (0700) whose parent exists, unless it is there.
func makeFolder(_ path: String) throws(ModelStoreError) {
    if mkdir(path, 0o700) == 0 { return }
    let code = errno
    var status = stat()
    guard code == EEXIST, lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw ModelStoreError("\(path) cannot be made: \(errorText(code))")
    }
}

/// Makes the names in a folder durable.
func syncFolder(_ path: String) throws(ModelStoreError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
        throw ModelStoreError("\(path) cannot be opened: \(errorText(errno))")
    }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
        throw ModelStoreError("\(path) cannot be synced: \(errorText(errno))")
    }
}

/// Writes a new file (0600) and syncs it.
func writeNewFile(_ path: String, _ bytes: [UInt8]) throws(ModelStoreError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
        throw ModelStoreError("\(path) cannot be written: \(errorText(errno))")
    }
    defer { close(descriptor) }
    var offset = 0
    while offset < bytes.count {
        let written = bytes[offset...].withUnsafeBytes {
            Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
        if written < 0, errno == EINTR { continue }
        guard written > 0 else {
            throw ModelStoreError("\(path) cannot be written: \(errorText(errno))")
        }
        offset += written
    }
    guard fsync(descriptor) == 0 else {
        throw ModelStoreError("\(path) cannot be written: \(errorText(errno))")
    }
}

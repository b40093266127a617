import CCrypto
import Foundation
package import Models

/// The bytes of one model set: its manifest and the files that the manifest names, each with the digest that it must
/// have.
package struct ModelFiles: Sendable {
    /// The manifest's name in its folder.
    package static let manifestName = "set.json"
    /// Bytes of the largest model file that is read.
    package static let maxFileBytes = 64 << 20
    /// Bytes of the largest set that is read, all files together.
    package static let maxSetBytes = 256 << 20

    /// Where it came from, for messages.
    package let source: String
    package let manifestBytes: [UInt8]
    package let manifest: SetManifest
    /// In the order in which the manifest names them first, each once.
    package let files: [(name: String, bytes: [UInt8])]

    /// Reads the set in the folder at `path`, and compares every file with the digest in the manifest.
    ///
    /// - Throws: for a folder without a manifest, a manifest that cannot be used, a file that is missing, too large, or
    ///   not the one that the manifest means.
    package init(folder path: String) throws(ModelStoreError) {
        try self.init(source: path) { (name: String, limit: Int) throws(ModelStoreError) in
            try Self.read("\(path)/\(name)", limit: limit)
        }
    }

    /// - Parameter read: gives the bytes of the file of this name, at most so many.
    init(
        source: String, read: (String, Int) throws(ModelStoreError) -> [UInt8]
    ) throws(ModelStoreError) {
        self.source = source
        manifestBytes = try read(Self.manifestName, SetManifest.maxBytes)
        do throws(ModelError) {
            manifest = try SetManifest(json: manifestBytes)
        } catch {
            throw ModelStoreError("\(source)/\(Self.manifestName): \(error.text)")
        }
        // It is shown on screens and written to logs.
        guard manifest.name.utf8.allSatisfy({ (32...126).contains($0) }) else {
            throw ModelStoreError(
                "\(source)/\(Self.manifestName): its name must be of plain letters, digits and signs"
            )
        }
        var files: [(name: String, bytes: [UInt8])] = []
        for member in manifest.members {
            if let known = files.first(where: { $0.name == member.file }) {
                try Self.compare(known.bytes, with: member, in: source)
                continue
            }
            let bytes = try read(member.file, Self.maxFileBytes)
            try Self.compare(bytes, with: member, in: source)
            files.append((member.file, bytes))
            guard files.reduce(0, { $0 + $1.bytes.count }) <= Self.maxSetBytes else {
                throw ModelStoreError(
                    "\(source) is larger than the \(Self.maxSetBytes) bytes that a set may have")
            }
        }
        self.files = files
    }

    /// The digest of the manifest, which holds those of all files: the identity of the set.
    package var digest: String { Self.sha256(manifestBytes) }

    /// The models themselves.
    ///
    /// - Parameter policy: how far the policy's word may go at most; never further than the manifest says. `off` leaves
    ///   the policy out.
    package func makeSet(policy: PolicyMode = .veto) throws(ModelStoreError) -> ModelSet {
        var manifest = manifest
        switch policy {
        case .veto: break
        case .advise:
            for index in manifest.members.indices
            where manifest.members[index].role == .policy && manifest.members[index].mode == .veto {
                manifest.members[index].mode = .advise
            }
        case .off: manifest.members.removeAll { $0.role == .policy }
        }
        do throws(MemberError) {
            return try ModelSet(manifest: manifest, digest: digest) { name in
                files.first { $0.name == name }?.bytes ?? []
            }
        } catch {
            throw ModelStoreError(
                error.file.isEmpty
                    ? "\(source): \(error.cause.text)"
                    : "\(source)/\(error.file): \(error.cause.text)")
        }
    }

    private static func compare(
        _ bytes: [UInt8], with member: SetManifest.Member, in source: String
    ) throws(ModelStoreError) {
        guard sha256(bytes) == member.sha256 else {
            throw ModelStoreError(
                "\(source)/\(member.file) is not the file that the set was made with (its SHA-256 differs): add the set again from where it came from"
            )
        }
    }

    /// Compares every file of the set of this digest in `path` with its digest and reads it; what is wrong, empty when
    /// nothing is.
    package static func problems(inFolder path: String, digest: String) -> [String] {
        do throws(ModelStoreError) {
            let manifestPath = "\(path)/\(manifestName)"
            let bytes = try read(manifestPath, limit: SetManifest.maxBytes)
            guard sha256(bytes) == digest else {
                return ["\(manifestPath) was changed (its SHA-256 differs)"]
            }
        } catch { return [error.text] }
        let problems = SetFolder.problems(in: path)
        guard problems.isEmpty else { return problems }
        do throws(ModelStoreError) {
            _ = try ModelFiles(folder: path).makeSet()
        } catch { return [error.text] }
        return []
    }

    /// 64 lower-case hexadecimal digits.
    package static func sha256(_ bytes: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        let result = narwhal_sha256(bytes, bytes.count, &digest)
        precondition(result == 0, "libcrypto computes SHA-256 of memory or cannot be used at all")
        return digest.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }

    /// The bytes of a regular file of at most `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(ModelStoreError) -> [UInt8] {
        let handle: FileHandle
        do {
            let values = try URL(fileURLWithPath: path).resourceValues(
                forKeys: [.isRegularFileKey, .fileSizeKey])
            guard values.isRegularFile == true else {
                throw ModelStoreError("\(path) is not a file")
            }
            guard let size = values.fileSize, size <= limit else {
                throw ModelStoreError(
                    "\(path) is larger than the \(limit) bytes that such a file may have")
            }
            handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch let error as ModelStoreError {
            throw error
        } catch {
            throw ModelStoreError("\(path) cannot be read")
        }
        do {
            // One byte more shows a file that has grown since it was asked.
            let data = try handle.read(upToCount: limit + 1) ?? Data()
            try handle.close()
            guard data.count <= limit else {
                throw ModelStoreError(
                    "\(path) is larger than the \(limit) bytes that such a file may have")
            }
            return [UInt8](data)
        } catch let error as ModelStoreError {
            throw error
        } catch {
            throw ModelStoreError("\(path) cannot be read")
        }
    }
}

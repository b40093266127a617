import Foundation
import Glibc
import Models

/// What lies in the folder of a model set.
enum SetFolder {
    static let cardsName = "cards"
    /// Files beside the models that are taken along, and bytes of the largest of them.
    static let maxOthers = 128
    static let maxOtherBytes = 4 << 20

    /// Cards and other small files beside the models, by their path in the folder, sorted. Hidden files and folders other
    /// than `cards` are left out.
    ///
    /// - Throws: for a link, a name of other characters than `A-Z a-z 0-9 . _ -`, too many files or too large ones.
    static func others(
        in path: String, beside files: ModelFiles
    ) throws(ModelStoreError) -> [(name: String, bytes: [UInt8])] {
        let known = Set([ModelFiles.manifestName] + files.files.map(\.name))
        var names = try list(path).filter { !known.contains($0) && $0 != cardsName }
        let cards = path + "/" + cardsName
        if isFolder(cards) { names += try list(cards).map { cardsName + "/" + $0 } }
        var others: [(name: String, bytes: [UInt8])] = []
        for name in names {
            let file = path + "/" + name
            // A folder is no file of the set; what is below it is none of ours.
            if isFolder(file) { continue }
            guard others.count < maxOthers else {
                throw ModelStoreError(
                    "\(path) has more than \(maxOthers) files beside its models: keep only its cards"
                )
            }
            others.append((name, try ModelFiles.read(file, limit: maxOtherBytes)))
        }
        return others
    }

    /// A link to a folder is none.
    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func list(_ path: String) throws(ModelStoreError) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch { throw ModelStoreError("\(path) cannot be read") }
        guard names.count <= 1_000 else {
            throw ModelStoreError(
                "\(path) has more than 1000 files: it is no folder of a model set")
        }
        let shown = names.filter { !$0.hasPrefix(".") }.sorted()
        for name in shown where !isPlain(name) {
            throw ModelStoreError(
                "\(path) has a file whose name has other characters than A-Z a-z 0-9 . _ -, or more than 64: '\(ModelRegistry.clean(name, 64))'"
            )
        }
        return shown
    }

    static func isPlain(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && !name.hasPrefix(".")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 45, 46, 48...57, 65...90, 95, 97...122: true
                default: false
                }
            }
    }

    /// What is wrong with each file that the manifest in `path` names.
    static func problems(in path: String) -> [String] {
        let manifestPath = "\(path)/\(ModelFiles.manifestName)"
        let manifest: SetManifest
        do throws(ModelStoreError) {
            let bytes = try ModelFiles.read(manifestPath, limit: SetManifest.maxBytes)
            do throws(ModelError) {
                manifest = try SetManifest(json: bytes)
            } catch { return ["\(manifestPath): \(error.text)"] }
        } catch { return [error.text] }
        var problems: [String] = []
        var seen: Set<String> = []
        for member in manifest.members where seen.insert(member.file).inserted {
            let file = "\(path)/\(member.file)"
            do throws(ModelStoreError) {
                let bytes = try ModelFiles.read(file, limit: ModelFiles.maxFileBytes)
                if ModelFiles.sha256(bytes) != member.sha256 {
                    problems.append("\(file) was changed (its SHA-256 differs)")
                }
            } catch { problems.append(error.text) }
        }
        return problems
    }
}

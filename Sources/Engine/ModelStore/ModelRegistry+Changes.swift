import Foundation
import Models
package import Trading

/// Who orders a change of the registry, and what for.
package struct RegistryOrder: Hashable, Sendable {
    /// In plain words.
    package var by: String
    package var note: String
    /// The key of the order; `nil` when it has none.
    package var id: String?
    /// Wall time.
    package var time: Timestamp

    package init(by: String, note: String = "", id: String? = nil, time: Timestamp) {
        self.by = by
        self.note = note
        self.id = id
        self.time = time
    }
}

// What changes a registry. Every change is a line; nothing that is there is edited.

extension ModelRegistry {
    /// Copies the set in the folder at `path` into the registry, as a candidate.
    ///
    /// - Throws: when the set cannot be used (see `ModelFiles`), is in the registry already, or cannot be written.
    package mutating func add(
        folder path: String, _ order: RegistryOrder
    ) throws(ModelStoreError) -> RegisteredSet {
        let files = try ModelFiles(folder: path)
        return try add(files, others: try SetFolder.others(in: path, beside: files), order)
    }

    /// Puts a set that was read into the registry, as a candidate.
    ///
    /// - Parameter others: what lies beside the models, such as cards.
    package mutating func add(
        _ files: ModelFiles, others: [(name: String, bytes: [UInt8])], _ order: RegistryOrder
    ) throws(ModelStoreError) -> RegisteredSet {
        // What cannot be used is not kept.
        _ = try files.makeSet()
        let record = record(files.digest, files.manifest.name, .added, order)
        var trial = self
        try trial.apply(record)
        guard let new = trial.set(digest: files.digest) else {
            throw ModelStoreError("\(files.source) cannot be added")
        }
        try copy(files, others, to: new)
        try append(record)
        return new
    }

    /// Marks a set as one to be watched beside production.
    package mutating func shadow(
        _ set: RegisteredSet, _ order: RegistryOrder
    ) throws(ModelStoreError) {
        try append(record(set.digest, set.name, .shadow, order))
    }

    /// Puts a set in production; the one that was is retired.
    package mutating func promote(
        _ set: RegisteredSet, _ order: RegistryOrder
    ) throws(ModelStoreError) {
        try append(record(set.digest, set.name, .production, order))
    }

    /// Takes the production set back; the one before it decides again.
    ///
    /// - Parameter toNone: whether the first production set may be taken back too, so that nothing is in production.
    /// - Returns: the set that is in production now.
    package mutating func rollback(
        toNone: Bool, _ order: RegistryOrder
    ) throws(ModelStoreError) -> RegisteredSet? {
        guard production != nil else {
            throw ModelStoreError("nothing is in production: there is nothing to roll back")
        }
        let previous = previousProduction
        guard previous != nil || toNone else {
            throw ModelStoreError("no set was in production before this one: promote another set")
        }
        try append(record(previous?.digest ?? "", previous?.name ?? "", .rolledBack, order))
        return production
    }

    private func record(
        _ digest: String, _ name: String, _ change: RegistryRecord.Change, _ order: RegistryOrder
    ) -> RegistryRecord {
        RegistryRecord(
            time: order.time, digest: digest, name: name, change: change, by: order.by,
            note: order.note, id: order.id)
    }

    // MARK: - Files

    /// The files of `set`, each compared with its digest.
    package func load(_ set: RegisteredSet) throws(ModelStoreError) -> ModelFiles {
        let files = try ModelFiles(folder: path(of: set))
        guard files.digest == set.digest else {
            throw ModelStoreError(
                "\(files.source)/\(ModelFiles.manifestName) is not the one that was added (its SHA-256 differs): add the set again from where it came from"
            )
        }
        return files
    }

    /// Compares every file of `set` with its digest and reads it; what is wrong, empty when nothing is.
    package func verify(_ set: RegisteredSet) -> [String] {
        ModelFiles.problems(inFolder: path(of: set), digest: set.digest)
    }

    /// Everything goes into a temporary folder first: a set is there whole or not at all.
    private func copy(
        _ files: ModelFiles, _ others: [(name: String, bytes: [UInt8])], to set: RegisteredSet
    ) throws(ModelStoreError) {
        let sets = folder + "/" + Self.setsName
        try makeFolder(folder)
        try makeFolder(sets)
        let temporary = "\(sets)/.new-\(set.folderName)"
        // Left by a machine that stopped while a set was added.
        for leftover in [temporary, path(of: set)] { try remove(leftover) }
        do throws(ModelStoreError) {
            try makeFolder(temporary)
            try writeNewFile("\(temporary)/\(ModelFiles.manifestName)", files.manifestBytes)
            for file in files.files { try writeNewFile("\(temporary)/\(file.name)", file.bytes) }
            let hasCards = others.contains { $0.name.hasPrefix(SetFolder.cardsName + "/") }
            if hasCards { try makeFolder("\(temporary)/\(SetFolder.cardsName)") }
            for file in others { try writeNewFile("\(temporary)/\(file.name)", file.bytes) }
            if hasCards { try syncFolder("\(temporary)/\(SetFolder.cardsName)") }
            try syncFolder(temporary)
        } catch {
            do throws(ModelStoreError) { try remove(temporary) } catch { throw error }
            throw error
        }
        do {
            try FileManager.default.moveItem(atPath: temporary, toPath: path(of: set))
        } catch { throw ModelStoreError("\(path(of: set)) cannot be made: \(error)") }
        try syncFolder(sets)
    }

    private func remove(_ path: String) throws(ModelStoreError) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch { throw ModelStoreError("\(path) is in the way and cannot be removed: \(error)") }
    }
}

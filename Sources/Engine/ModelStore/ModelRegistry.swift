/// The model sets of one engine and what became of them: copies in `sets/<first 16 digits of the digest>/`, and
/// `registry.jsonl`, to which lines are appended and in which none is ever changed.
///
/// A value of what was read; who changes it holds the lock of the state directory, so there is one at a time.
package struct ModelRegistry: Sendable {
    package static let fileName = "registry.jsonl"
    package static let setsName = "sets"
    /// Bytes of the largest registry file that is read or written.
    package static let maxBytes = 4 << 20
    /// Sets that a registry may hold.
    package static let maxSets = 1_000

    /// Where it lies; need not exist while it is empty.
    package let folder: String
    /// Everything that happened, oldest first.
    package private(set) var records: [RegistryRecord] = []
    /// In the order in which they were added.
    package private(set) var sets: [RegisteredSet] = []
    /// Digests of the sets that were in production and can be rolled back to, oldest first; the last is in production.
    package private(set) var productions: [String] = []
    /// Bytes of an incomplete last line, left by a machine that stopped while it wrote; they are cut off with the next
    /// change. 0 almost always.
    package internal(set) var tornBytes = 0
    /// Bytes of the complete lines.
    var completeBytes = 0

    /// Reads the registry in `folder`; one that does not exist is empty.
    ///
    /// - Throws: for a file that is too large, that cannot be read, or with a line that is no record or cannot follow
    ///   those before it. An incomplete last line is no error, see `tornBytes`.
    package init(folder: String) throws(ModelStoreError) {
        self.folder = folder
        try read()
    }

    /// The set that decides; `nil` when none was promoted.
    package var production: RegisteredSet? {
        productions.last.flatMap { digest in sets.first { $0.digest == digest } }
    }

    /// The set that decides after a rollback; `nil` when there is none.
    package var previousProduction: RegisteredSet? {
        guard productions.count >= 2 else { return nil }
        return set(digest: productions[productions.count - 2])
    }

    package func set(digest: String) -> RegisteredSet? { sets.first { $0.digest == digest } }

    /// Where the files of `set` lie.
    package func path(of set: RegisteredSet) -> String {
        "\(folder)/\(Self.setsName)/\(set.folderName)"
    }

    /// The record of an order that was given before under the same key.
    package func record(ofOrder id: String) -> RegistryRecord? { records.last { $0.id == id } }

    /// What happened to `set`, oldest first.
    package func history(of set: RegisteredSet) -> [RegistryRecord] {
        records.filter { $0.digest == set.digest }
    }

    /// The set that a person means by the first digits of a digest (at least 6), or by a name that only one set has.
    package func find(_ id: String) throws(ModelStoreError) -> RegisteredSet {
        var found = sets.filter { $0.name == id }
        let digits = id.lowercased()
        if (6...64).contains(digits.utf8.count), digits.utf8.allSatisfy(Self.isHexadecimal) {
            found += sets.filter { $0.digest.hasPrefix(digits) && $0.name != id }
        }
        guard let first = found.first else {
            throw ModelStoreError(
                "there is no model set '\(Self.clean(id, 64))' in the registry; name one by the first 6 or more digits of its digest, or by its name, as models list shows them"
            )
        }
        guard found.count == 1 else {
            let digests = found.prefix(8).map { String($0.digest.prefix(12)) }
            throw ModelStoreError(
                "'\(Self.clean(id, 64))' could be \(digests.joined(separator: ", ")): name one by the digits of its digest"
            )
        }
        return first
    }

    // MARK: - What a record does

    /// Takes one more record, or says why it cannot follow those before it.
    mutating func apply(_ record: RegistryRecord) throws(ModelStoreError) {
        switch record.change {
        case .added:
            if let known = set(digest: record.digest) {
                throw ModelStoreError(
                    "model set \(known.name) (\(known.digest.prefix(12))) is in the registry already, as \(known.state.rawValue)"
                )
            }
            guard sets.count < Self.maxSets else {
                throw ModelStoreError("the registry has \(Self.maxSets) sets, as many as it takes")
            }
            guard !sets.contains(where: { $0.folderName == record.digest.prefix(16) }) else {
                throw ModelStoreError("another set has the same first 16 digits of its digest")
            }
            sets.append(
                RegisteredSet(
                    digest: record.digest, name: record.name, state: .candidate,
                    addedTime: record.time, changedTime: record.time))
        case .shadow: try move(record, to: .shadow, from: [.candidate, .ab, .retired])
        case .ab: try move(record, to: .ab, from: [.shadow])
        case .retired:
            try move(record, to: .retired, from: [.candidate, .shadow, .ab])
        case .production:
            let before = production
            try move(record, to: .production, from: [.candidate, .shadow, .ab, .retired])
            if let before { put(before.digest, .retired, record.time) }
            productions.append(record.digest)
        case .rolledBack:
            guard let current = productions.last else {
                throw ModelStoreError("nothing is in production: there is nothing to roll back")
            }
            let previous = productions.dropLast().last ?? ""
            guard record.digest == previous else {
                throw ModelStoreError(
                    previous.isEmpty
                        ? "no set was in production before this one"
                        : "the set before was \(previous.prefix(12)), not \(record.digest.prefix(12))"
                )
            }
            productions.removeLast()
            put(current, .retired, record.time)
            if !previous.isEmpty { put(previous, .production, record.time) }
        }
        records.append(record)
    }

    private mutating func move(
        _ record: RegistryRecord, to state: SetState, from allowed: [SetState]
    ) throws(ModelStoreError) {
        guard let known = set(digest: record.digest) else {
            throw ModelStoreError("set \(record.digest.prefix(12)) was never added")
        }
        guard allowed.contains(known.state) else {
            throw ModelStoreError(
                "model set \(known.name) (\(known.digest.prefix(12))) is \(known.state.rawValue): it cannot become \(state.rawValue)"
            )
        }
        put(record.digest, state, record.time)
    }

    private mutating func put(_ digest: String, _ state: SetState, _ time: Int64) {
        guard let index = sets.firstIndex(where: { $0.digest == digest }) else { return }
        sets[index].state = state
        sets[index].changedTime = time
    }

    // MARK: - Words

    static func isHexadecimal(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...102).contains(byte)
    }

    /// `text` without control characters, at most `limit` bytes.
    static func clean(_ text: String, _ limit: Int) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            let isPlain =
                scalar.value >= 32 && !(127...159).contains(scalar.value)
                && !scalar.properties.isBidiControl && scalar.properties.generalCategory != .format
            let next = isPlain ? String(scalar) : " "
            guard result.utf8.count + next.utf8.count <= limit else { break }
            result += next
        }
        return result
    }
}

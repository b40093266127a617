package import Trading

/// One line of a registry: what happened to a set, when and by whom. Lines are only ever appended.
package struct RegistryRecord: Hashable, Sendable, Codable {
    package enum Change: String, Hashable, Sendable, CaseIterable, Codable {
        /// Copied into the registry: a candidate.
        case added
        /// To be watched beside production, without orders.
        case shadow
        /// To get a part of the signals.
        case ab
        /// Decides from here on; the set that did before is retired.
        case production
        /// Not used any more.
        case retired
        /// The set in production was taken back: the one before it, which the line names, decides again. An empty digest:
        /// there was none before it, nothing is in production.
        case rolledBack
    }

    /// Wall time, milliseconds.
    package var time: Int64
    /// SHA-256 of the set's manifest, 64 lower-case hexadecimal digits.
    package var digest: String
    /// The set's name, 1 to 32 bytes.
    package var name: String
    package var change: Change
    /// Who ordered it, in plain words; at most 200 bytes.
    package var by: String
    /// Why, in the words of who ordered it; at most 500 bytes.
    package var note: String
    /// The key of the order: the same key does nothing again. `nil` where nobody gave one.
    package var id: String?

    package init(
        time: Timestamp, digest: String, name: String, change: Change, by: String,
        note: String = "", id: String? = nil
    ) {
        self.time = time.milliseconds
        self.digest = digest
        self.name = name
        self.change = change
        self.by = by
        self.note = note
        self.id = id
    }

    /// Most bytes of `by` and `note`.
    package static let maxBy = 200
    package static let maxNote = 500
}

/// How far a set has come.
package enum SetState: String, Hashable, Sendable, CaseIterable, Codable {
    case candidate, shadow, ab, production, retired
}

/// A set in the registry.
package struct RegisteredSet: Hashable, Sendable {
    /// SHA-256 of its manifest, 64 lower-case hexadecimal digits.
    package let digest: String
    package let name: String
    package internal(set) var state: SetState
    /// Wall time, milliseconds.
    package let addedTime: Int64
    /// When it came into its state.
    package internal(set) var changedTime: Int64

    /// The name of its folder below `sets`.
    package var folderName: String { String(digest.prefix(16)) }
}

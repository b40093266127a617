/// What can be asked and ordered about the sets of models; the methods are `models.list`, `models.show` and so on.
package enum ModelsVerb: String, Hashable, Sendable, Codable, CaseIterable {
    case list, show, verify, add, shadow, promote, rollback

    /// The method of this name; `nil` for other methods.
    package init?(method: String) {
        guard method.hasPrefix(Self.prefix) else { return nil }
        self.init(rawValue: String(method.dropFirst(Self.prefix.count)))
    }

    private static let prefix = "models."

    package var method: String { Self.prefix + rawValue }

    /// Whether it changes which sets there are, or which one decides. Such an order needs an id.
    package var changes: Bool {
        switch self {
        case .list, .show, .verify: false
        case .add, .shadow, .promote, .rollback: true
        }
    }

    /// Whether only the control socket takes it. Verifying changes nothing, but reads every file and may raise an alarm.
    package var needsControl: Bool {
        switch self {
        case .list, .show: false
        case .verify, .add, .shadow, .promote, .rollback: true
        }
    }

    /// Whether it names one set; `verify` means all of them where none is named.
    package var needsSet: Bool {
        switch self {
        case .show, .shadow, .promote: true
        case .list, .verify, .add, .rollback: false
        }
    }
}

/// A question or an order about the sets of models.
package struct ModelsRequest: Hashable, Sendable, Codable {
    package var verb: ModelsVerb
    /// The set meant: the first 6 or more digits of its digest, or a name that only it has.
    package var set: String?
    /// `add`: the folder of the set on the engine's machine, absolute; or `built-in:` and the name of a built-in set.
    package var path: String?
    /// Orders: why, at most 500 bytes; kept with the change.
    package var note: String?
    /// Orders: 1...64 characters `A-Z a-z 0-9 . _ -`, new for each decision; the same id does nothing again.
    package var id: String?
    /// Orders: engine time in milliseconds after which they are refused.
    package var notAfter: Int64?
    /// `promote` on an engine in mode LIVE: its name, typed in full.
    package var name: String?

    package init(
        verb: ModelsVerb, set: String? = nil, path: String? = nil, note: String? = nil,
        id: String? = nil, notAfter: Int64? = nil, name: String? = nil
    ) {
        self.verb = verb
        self.set = set
        self.path = path
        self.note = note
        self.id = id
        self.notAfter = notAfter
        self.name = name
    }

    /// What is wrong with it, in plain words; `nil` when nothing is.
    package var problem: String? {
        if verb.needsSet, set == nil { return "'\(verb.method)' needs the 'set' that is meant" }
        if let set, !(1...128).contains(set.utf8.count) { return "'set' has 1 to 128 bytes" }
        if verb == .add {
            guard let path, path.hasPrefix("/") || path.hasPrefix("built-in:"),
                path.utf8.count <= 4_096
            else {
                return
                    "'models.add' needs the 'path' of a folder, beginning with /, or built-in:NAME"
            }
        }
        if let note, note.utf8.count > 500 { return "'note' has at most 500 bytes" }
        guard verb.changes else { return nil }
        guard let id, CommandRequest.isValid(id: id) else {
            return "'\(verb.method)' needs an 'id' of 1 to 64 characters A-Z a-z 0-9 . _ -"
        }
        return nil
    }
}

/// A set in the registry of an engine.
package struct ModelSetTopic: Hashable, Sendable, Codable {
    /// SHA-256 of its manifest, 64 hexadecimal digits.
    package var digest: String
    package var name: String
    /// `candidate`, `shadow`, `ab`, `production` or `retired`.
    package var state: String
    /// When it was added, and when it came into its state.
    package var addedAtWall: Int64
    package var changedAtWall: Int64
    /// What is wrong with its files; only in answers to `models.verify`, empty when nothing is.
    package var problems: [String]?

    package init(
        digest: String, name: String, state: String, addedAtWall: Int64, changedAtWall: Int64,
        problems: [String]? = nil
    ) {
        self.digest = digest
        self.name = name
        self.state = state
        self.addedAtWall = addedAtWall
        self.changedAtWall = changedAtWall
        self.problems = problems
    }
}

/// One file of a set in one role.
package struct ModelFileTopic: Hashable, Sendable, Codable {
    package var id: String
    package var kind: String
    package var role: String
    package var file: String
    package var sha256: String
    package var weight: Double

    package init(
        id: String, kind: String, role: String, file: String, sha256: String, weight: Double
    ) {
        self.id = id
        self.kind = kind
        self.role = role
        self.file = file
        self.sha256 = sha256
        self.weight = weight
    }
}

/// One line of the registry.
package struct ModelHistoryTopic: Hashable, Sendable, Codable {
    package var atWall: Int64
    /// `added`, `shadow`, `ab`, `production`, `retired`, or `rolledBack`: it decided again from there on.
    package var change: String
    package var by: String
    package var note: String

    package init(atWall: Int64, change: String, by: String, note: String) {
        self.atWall = atWall
        self.change = change
        self.by = by
        self.note = note
    }
}

/// What a set is made of and what became of it.
package struct ModelSetDetail: Hashable, Sendable, Codable {
    /// Where its files lie on the engine's machine.
    package var folder: String
    package var note: String
    package var schema: String
    /// Digest of the set that it came from; empty when it came from none.
    package var parent: String
    /// Days, `2025-01-31`; empty where the set names none.
    package var trainedFrom: String
    package var trainedTo: String
    package var validatedFrom: String
    package var validatedTo: String
    package var files: [ModelFileTopic]
    /// Oldest first.
    package var history: [ModelHistoryTopic]
    /// The set's model card; absent when it has none.
    package var card: String?

    package init(
        folder: String, note: String, schema: String, parent: String, trainedFrom: String,
        trainedTo: String, validatedFrom: String, validatedTo: String, files: [ModelFileTopic],
        history: [ModelHistoryTopic], card: String?
    ) {
        self.folder = folder
        self.note = note
        self.schema = schema
        self.parent = parent
        self.trainedFrom = trainedFrom
        self.trainedTo = trainedTo
        self.validatedFrom = validatedFrom
        self.validatedTo = validatedTo
        self.files = files
        self.history = history
        self.card = card
    }
}

/// The answer to everything about sets of models.
package struct ModelsReport: Hashable, Sendable, Codable {
    package var verb: ModelsVerb
    /// What happened, or what was found, in one plain sentence.
    package var text: String
    /// The sets that it is about, in the order in which they were added; of `list` all, of `verify` those looked at.
    package var sets: [ModelSetTopic]
    /// The set that decides in the engine, where it comes from and whether orders can change it; absent without an
    /// engine.
    package var inForce: ModelsInForceTopic?
    /// Only in the answer to `show`.
    package var detail: ModelSetDetail?
    /// Whether the order was done before under the same id; then nothing was done now.
    package var repeated: Bool
    /// Something about the registry that people should know; absent when there is nothing.
    package var warning: String?

    package init(
        verb: ModelsVerb, text: String, sets: [ModelSetTopic],
        inForce: ModelsInForceTopic? = nil, detail: ModelSetDetail? = nil, repeated: Bool = false,
        warning: String? = nil
    ) {
        self.verb = verb
        self.text = text
        self.sets = sets
        self.inForce = inForce
        self.detail = detail
        self.repeated = repeated
        self.warning = warning
    }

    /// Whether a file of some set is not what it should be.
    package var hasProblems: Bool { sets.contains { !($0.problems ?? []).isEmpty } }
}

/// The set that decides in an engine.
package struct ModelsInForceTopic: Hashable, Sendable, Codable {
    package var name: String
    /// 64 hexadecimal digits; empty for a scorecard.
    package var digest: String
    /// Where it comes from, in plain words.
    package var source: String
    /// Whether `promote` and `rollback` can change it.
    package var changeable: Bool
    /// What is wrong with its files; only in answers to `models.verify`, empty when nothing is.
    package var problems: [String]?

    package init(
        name: String, digest: String, source: String, changeable: Bool, problems: [String]? = nil
    ) {
        self.name = name
        self.digest = digest
        self.source = source
        self.changeable = changeable
        self.problems = problems
    }
}

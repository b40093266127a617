import GRDB

/// Why the journal, or the directory that it lives in, cannot be used.
package enum JournalError: Error, Hashable, Sendable {
    /// A file or directory could not be made, opened or written; `reason` is the system's own word.
    case cannotCreate(path: String, reason: String)
    /// The path belongs to somebody else, is a symbolic link, or may be written by others.
    case notOurs(path: String, reason: String)
    case notADatabase(path: String)
    /// A newer build has written this file; this one does not know its tables.
    case newerSchema(path: String)
    case diskFull
    /// Another program holds the file locked.
    case locked
    case readOnly
    /// The file was deleted or replaced while it was open.
    case fileGone(path: String)
    /// The store's own error, in its words.
    case failed(String)
    /// The content of the journal does not agree with itself.
    case damaged(ChainBreak)
    /// Another engine runs on this state directory.
    case engineRunning(path: String, pid: Int32?)
    case badEngineName(String)
    /// Neither `XDG_STATE_HOME` nor `HOME` names an absolute path.
    case noHome

    /// One plain line that says what to do.
    package var text: String {
        switch self {
        case .cannotCreate(let path, let reason): "cannot create \(path): \(reason)"
        case .notOurs(let path, let reason): "\(path) is not safe to use: \(reason)"
        case .notADatabase(let path):
            "\(path) is not a database; move it away, the engine makes a new one"
        case .newerSchema(let path): "\(path) was written by a newer build; start that build"
        case .diskFull: "the disk is full; free some space"
        case .locked: "another program holds the journal locked; close it"
        case .readOnly: "the journal cannot be written: the file or its disk is read-only"
        case .fileGone(let path):
            "\(path) was deleted or replaced while the engine runs; restart it"
        case .failed(let reason): "the store failed: \(reason)"
        case .damaged(let place):
            "the journal is damaged: \(place.text); move it away, the venue is asked"
        case .engineRunning(let path, let pid?):
            "another engine (pid \(pid)) runs on \(path); stop it first"
        case .engineRunning(let path, nil): "another engine runs on \(path); stop it first"
        case .badEngineName(let name):
            "'\(name)' cannot name an engine: use 1 to 32 characters a-z 0-9 and -"
        case .noHome: "neither XDG_STATE_HOME nor HOME is set to an absolute path; set one of them"
        }
    }

    /// What SQLite's error means to us.
    init(_ error: any Error, path: String) {
        if let own = error as? JournalError {
            self = own
            return
        }
        guard let database = error as? DatabaseError else {
            self = .failed("\(error)")
            return
        }
        self =
            switch database.resultCode {
            case .SQLITE_FULL: .diskFull
            case .SQLITE_BUSY, .SQLITE_LOCKED: .locked
            case .SQLITE_READONLY, .SQLITE_PERM: .readOnly
            case .SQLITE_NOTADB: .notADatabase(path: path)
            case .SQLITE_CANTOPEN: .cannotCreate(path: path, reason: "it cannot be opened")
            default:
                .failed("\(database.message ?? "no reason given") (\(database.extendedResultCode))")
            }
    }
}

/// Where the chain of hashes no longer agrees with what stands in the tables.
package struct ChainBreak: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// Numbers are missing before this row.
        case missingRows
        /// The row is not what was written.
        case changed
        /// The row cannot be decoded.
        case unreadable
    }

    package var kind: Kind
    /// The event at which it shows.
    package var sequence: UInt64
    /// The number of the fact at which it shows; `nil` when it is the event's own row.
    package var fact: Int64?

    package var text: String {
        let place = fact.map { "fact \($0) of event \(sequence)" } ?? "event \(sequence)"
        return switch kind {
        case .missingRows: "rows are missing before \(place)"
        case .changed: "\(place) is not what was written"
        case .unreadable: "\(place) cannot be read"
        }
    }
}

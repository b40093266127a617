package import Trading

/// The key that makes a command count once: 1...64 characters `A-Z a-z 0-9 . _ -`, chosen by the sender.
package struct CommandID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let description: String

    /// `nil` when empty, too long, or made of other characters.
    package init?(_ text: String) {
        guard (1...64).contains(text.utf8.count) else { return nil }
        for byte in text.utf8 {
            switch byte {
            case 45, 46, 48...57, 65...90, 95, 97...122: continue
            default: return nil
            }
        }
        description = text
    }

    package static func < (left: CommandID, right: CommandID) -> Bool {
        left.description < right.description
    }
}

/// What an operator can order.
package enum Command: Hashable, Sendable, Codable {
    /// No new entries; exits run on.
    case pause
    /// Entries may be made again. Refused while latched.
    case resume
    /// Cancel entries, close everything reduce-only, then stay paused.
    case flatten
    /// Flatten, then latch: disarmed until `arm`.
    case kill
    /// Cancel entries and latch; keep positions and their stops.
    case halt
    /// Releases the latch when the name is the engine's; the engine stays paused until `resume`.
    case arm(engineName: String)

    /// The method name of the wire protocol.
    package var name: String {
        switch self {
        case .pause: "pause"
        case .resume: "resume"
        case .flatten: "flatten"
        case .kill: "kill"
        case .halt: "halt"
        case .arm: "arm"
        }
    }

    /// Whether it only ever makes things safer; such a command never expires and needs no lease.
    package var stops: Bool {
        switch self {
        case .pause, .flatten, .kill, .halt: true
        case .resume, .arm: false
        }
    }
}

/// Where a command came from, for the record.
package enum CommandOrigin: Hashable, Sendable, Codable {
    case socket(uid: UInt32, pid: Int32)
    case signal(String)
    case killFile
    /// A breaker of our own.
    case breaker(BreakerID)
}

/// A command on its way into the core.
package struct CommandEnvelope: Hashable, Sendable, Codable {
    package var id: CommandID
    package var command: Command
    package var origin: CommandOrigin

    package init(id: CommandID, command: Command, origin: CommandOrigin) {
        self.id = id
        self.command = command
        self.origin = origin
    }
}

/// Why a command was refused.
package enum CommandRefusal: Hashable, Sendable, Codable {
    case latched
    case wrongEngineName(expected: String)
    /// Start-direction commands expire; this one came too late.
    case expired
    case notLatched
    /// Protection of an open position is not proven yet.
    case notReconciled

    /// One plain sentence for the operator.
    package var text: String {
        switch self {
        case .latched: "the engine is latched; release it first with: arm NAME"
        case .wrongEngineName(let expected):
            "the name does not match; this engine is called \(expected)"
        case .expired: "the command is too old; send it again"
        case .notLatched: "the engine is not latched"
        case .notReconciled:
            "the account is not reconciled with the venue yet; try again in a moment"
        }
    }
}

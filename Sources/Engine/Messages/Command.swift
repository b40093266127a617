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
    /// Closes the position of one symbol, reduce-only; the symbol trades on afterwards.
    case close(SymbolName)
    /// Closes a part of one position at market: 1...99 per cent of it, down to the lot grid.
    case reduce(SymbolName, percent: Int)
    /// Moves the stop of one position to its entry price and the costs of the way in and out.
    case breakEven(SymbolName)
    /// No new entries in one symbol; its position and exits run on.
    case pauseSymbol(SymbolName)
    /// Entries may be made again in one symbol. Refused while latched.
    case resumeSymbol(SymbolName)

    /// The method name of the wire protocol.
    package var name: String {
        switch self {
        case .pause, .pauseSymbol: "pause"
        case .resume, .resumeSymbol: "resume"
        case .flatten: "flatten"
        case .kill: "kill"
        case .halt: "halt"
        case .arm: "arm"
        case .close: "close"
        case .reduce: "reduce"
        case .breakEven: "breakEven"
        }
    }

    /// For people: its name, and what it is about.
    package var text: String {
        switch self {
        case .pause, .resume, .flatten, .kill, .halt, .arm: name
        case .close(let symbol), .breakEven(let symbol), .pauseSymbol(let symbol),
            .resumeSymbol(let symbol):
            "\(name) \(symbol)"
        case .reduce(let symbol, let percent): "\(name) \(symbol) by \(percent) %"
        }
    }

    /// The one symbol that it is about; `nil` when it is about all.
    package var symbol: SymbolName? {
        switch self {
        case .close(let symbol), .reduce(let symbol, _), .breakEven(let symbol),
            .pauseSymbol(let symbol), .resumeSymbol(let symbol):
            symbol
        case .pause, .resume, .flatten, .kill, .halt, .arm: nil
        }
    }

    /// Whether it only ever makes things safer; such a command never expires and needs no lease.
    package var stops: Bool {
        switch self {
        case .pause, .flatten, .kill, .halt, .close, .reduce, .breakEven, .pauseSymbol: true
        case .resume, .arm, .resumeSymbol: false
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
    /// No instrument of this engine has that name.
    case unknownSymbol
    /// Nothing is open in that symbol.
    case noPosition
    case alreadyClosing
    /// The quantity asked for is less than the venue's smallest order.
    case belowSmallestOrder(Quantity, minimum: Quantity)
    /// What stays open would be less than the venue's smallest order: nothing could close or protect it.
    case restBelowSmallestOrder(Quantity, minimum: Quantity)
    /// No mark price is known to judge by.
    case noMarkPrice
    /// The stop is at break-even or on its better side already.
    case stopAlreadyThere(stop: Price, breakEven: Price)
    /// The mark is not beyond break-even: a stop there would trigger at once.
    case notBeyondBreakEven(mark: Price, breakEven: Price)
    /// The venue did not take the new stop; the one before it stands.
    case stopRejected
    /// Something at the venue must be put right first; what, in plain words.
    case unsafeAtVenue(String)

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
        case .unknownSymbol: "the engine does not trade this symbol"
        case .noPosition: "no position is open in this symbol"
        case .alreadyClosing: "the position is being closed already"
        case .belowSmallestOrder(let quantity, let minimum):
            "\(quantity) is below the smallest order of \(minimum)"
        case .restBelowSmallestOrder(let rest, let minimum):
            "it would leave \(rest), below the smallest order of \(minimum), which nothing could "
                + "protect; close the position"
        case .noMarkPrice: "there is no mark price to judge by yet"
        case .stopAlreadyThere(let stop, let breakEven):
            "the stop at \(stop) is as good as break-even at \(breakEven) already"
        case .notBeyondBreakEven(let mark, let breakEven):
            "the mark price \(mark) is not beyond break-even at \(breakEven); the stop would trigger"
        case .unsafeAtVenue(let what): "not while this stands at the venue: \(what)"
        case .stopRejected: "the venue refused the new stop; the stop before it stands"
        }
    }
}

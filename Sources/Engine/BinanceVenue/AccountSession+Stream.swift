import BinanceFormat
import Messages
import Text
import Trading
import Transport

/// The connection over which the user stream comes.
///
/// A new connection's events are kept until the venue's history has been read, so that fills are told in their order.
struct UserLink: Sendable {
    enum State: Sendable {
        case down
        case connecting(Int)
        case catchingUp(Int, since: Timestamp)
        case live(Int, since: Timestamp)
    }

    static let maxKept = 10_000
    /// Wall time in which the history should have been read.
    static let catchUpLimit = Duration.seconds(10)
    /// How long the old connection is still heard after a new one has taken its place.
    static let overlap = Duration.seconds(5)

    var state = State.down
    /// Events of a connection that has not caught up.
    var kept: [UserEvent] = []
    var renewal: Int?
    var retiring: Int?
    var key: String?
    var lastNumber = 0
    /// The run of each contract's history that a new connection waits for.
    var historyNeeds: [Int] = []
    /// Attempts in a row that failed.
    var failures = 0

    var current: Int? {
        switch state {
        case .down: nil
        case .connecting(let number), .catchingUp(let number, _), .live(let number, _): number
        }
    }

    var isOpen: Bool {
        switch state {
        case .down, .connecting: false
        case .catchingUp, .live: true
        }
    }

    /// Since when everything it says has been told at once, in the venue's time; `nil` while that is not so.
    var liveSince: Timestamp? {
        switch state {
        case .down, .connecting, .catchingUp: nil
        case .live(_, let since): since
        }
    }

    /// How long to wait before the next attempt: 0.2 s, doubled up to 15 s.
    mutating func nextWait() -> Duration {
        failures += 1
        return min(.seconds(15), .milliseconds(100) * (1 << Int64(min(failures, 10))))
    }
}

extension AccountSession {
    // MARK: Listen key

    mutating func keyMade(_ outcome: BinanceREST.Outcome) {
        guard case .down = link.state, !isStopped else { return }
        guard let key = listenKey(in: outcome) else {
            effects.append(.wake(.makeKey, after: outcome.retryWait(link.nextWait())))
            return
        }
        link.key = key
        link.lastNumber += 1
        link.state = .connecting(link.lastNumber)
        effects.append(.connect(link.lastNumber, listenKey: key))
    }

    /// Only letters and digits: the key becomes part of an address.
    private func listenKey(in outcome: BinanceREST.Outcome) -> String? {
        guard let body = outcome.success else { return nil }
        do throws(FrameError) {
            let key = try BinanceAnswers.listenKey(body.span)
            let isWord = key.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
            }
            return isWord && (1...256).contains(key.utf8.count) ? key : nil
        } catch { return nil }
    }

    mutating func keyKept(_ outcome: BinanceREST.Outcome, _ now: AccountMoment) {
        guard link.isOpen else { return }
        if case .answered(let answer, _) = outcome, answer.reaction == .newListenKey {
            note(.warning, "the listen key has ended; the user stream is opened anew")
            return lose(now)
        }
        // A failure is tried again soon: the key lives for an hour.
        let isKept = outcome.success != nil
        let next =
            isKept
            ? configuration.keepKeyInterval
            : outcome.retryWait(
                max(
                    .milliseconds(500),
                    Duration(nanoseconds: configuration.keepKeyInterval.nanoseconds / 30)))
        effects.append(.wake(.keepKey, after: next))
    }

    // MARK: Connection

    mutating func opened(_ number: Int, _ now: AccountMoment) {
        if number == link.renewal { return renewed(number, now) }
        guard case .connecting(number) = link.state else {
            effects.append(.disconnect(number))
            return
        }
        link.state = .catchingUp(number, since: now.venue)
        link.kept = []
        effects.append(.wake(.caughtUp(number), after: UserLink.catchUpLimit))
        effects.append(.wake(.keepKey, after: configuration.keepKeyInterval))
        effects.append(.wake(.renew, after: configuration.renewalAge))
        // Whatever was missed is read: fills first, then the whole account.
        want(reading: [])
        effects.append(.wake(.read, after: .zero))
        link.historyNeeds = []
        for place in configuration.contracts.indices {
            link.historyNeeds.append(wantHistory(place))
        }
        askFunding()
        askTransfers()
    }

    mutating func ended(_ number: Int, _ end: WebSocketEnd, _ now: AccountMoment) {
        if number == link.retiring { link.retiring = nil }
        if number == link.renewal {
            link.renewal = nil
            if !isStopped { effects.append(.wake(.renew, after: .minutes(1))) }
        }
        guard number == link.current else { return }
        if !isStopped { note(.warning, "the user stream has ended: \(end.label)") }
        lose(now)
    }

    /// The stream is no more, or is worth nothing: the engine hears of it, and it is opened anew.
    mutating func lose(_ now: AccountMoment) {
        guard !isStopped else { return }
        counters.streamLosses += 1
        if link.liveSince != nil { transfers.knownUntil = now.venue - TransferWatch.overlap }
        for number in [link.current, link.renewal, link.retiring].compactMap({ $0 }) {
            effects.append(.disconnect(number))
        }
        link.state = .down
        link.renewal = nil
        link.retiring = nil
        link.kept = []
        effects.append(.account(.lost))
        effects.append(.wake(.makeKey, after: link.nextWait()))
        want(reading: [])
    }

    /// Opens the connection that will take the place of the present one.
    mutating func renew() {
        guard case .live = link.state, link.renewal == nil, let key = link.key else {
            if link.isOpen { effects.append(.wake(.renew, after: .minutes(1))) }
            return
        }
        link.lastNumber += 1
        link.renewal = link.lastNumber
        effects.append(.connect(link.lastNumber, listenKey: key))
    }

    /// Both are heard for a while: what comes twice is told once.
    private mutating func renewed(_ number: Int, _ now: AccountMoment) {
        link.renewal = nil
        guard case .live(let old, let since) = link.state else {
            effects.append(.disconnect(number))
            return
        }
        link.retiring = old
        link.state = .live(number, since: since)
        effects.append(.wake(.retire(old), after: UserLink.overlap))
        effects.append(.wake(.renew, after: configuration.renewalAge))
        want(reading: [])
    }

    mutating func retire(_ number: Int) {
        guard number == link.retiring else { return }
        link.retiring = nil
        effects.append(.disconnect(number))
    }

    // MARK: What it says

    mutating func received(_ number: Int, _ event: UserEvent, _ now: AccountMoment) {
        guard !isStopped, number == link.current || number == link.retiring else { return }
        counters.userEvents += 1
        if case .catchingUp = link.state {
            guard link.kept.count < UserLink.maxKept else {
                note(.alarm, "more events than can be kept; the user stream is opened anew")
                return lose(now)
            }
            return link.kept.append(event)
        }
        take(event, now)
    }

    /// A frame that is no event: what it should have said is read.
    mutating func refusedFrame(_ number: Int, _ now: AccountMoment) {
        guard !isStopped, number == link.current || number == link.retiring else { return }
        counters.refusedFrames += 1
        if counters.refusedFrames <= 20 {
            note(.warning, "a frame of the user stream cannot be read; the account is read instead")
        }
        want(reading: [])
    }

    /// A history was told: when all that the connection waits for were, events are told as they come from here on.
    mutating func catchUpIfTold(_ now: AccountMoment) {
        guard zip(replays, link.historyNeeds).allSatisfy({ $0.completed >= $1 }) else { return }
        catchUp(now)
    }

    private mutating func catchUp(_ now: AccountMoment) {
        guard case .catchingUp(let number, let since) = link.state else { return }
        link.state = .live(number, since: since)
        link.failures = 0
        let kept = link.kept
        link.kept = []
        effects.append(.account(.alive(venueTime: now.venue)))
        for event in kept {
            // One of them may say that the stream is worth nothing.
            guard case .live = link.state else { return }
            take(event, now)
        }
    }

    /// The history could not be read in time: late order is better than silence.
    mutating func catchUpLate(_ number: Int, _ now: AccountMoment) {
        guard case .catchingUp(number, _) = link.state else { return }
        note(.warning, "the history of fills cannot be read; the user stream is told before it")
        catchUp(now)
    }

    mutating func aliveDue(_ now: AccountMoment) {
        effects.append(.wake(.alive, after: configuration.aliveInterval))
        if link.liveSince != nil { effects.append(.account(.alive(venueTime: now.venue))) }
    }
}

extension WebSocketEnd {
    /// For people.
    fileprivate var label: String {
        switch self {
        case .notConnected: "no connection"
        case .refused(let status): "refused with status \(status)"
        case .closedByPeer: "closed by the venue"
        case .closedByUs: "closed by us"
        case .lost: "the line broke"
        case .silent: "nothing was heard"
        case .messageTooLarge: "a message was too large"
        case .protocolViolation: "protocol violation"
        case .sendBacklog: "the venue reads too slowly"
        }
    }
}

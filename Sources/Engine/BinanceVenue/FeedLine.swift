import Trading
import Transport

/// The life of one market connection and of those that follow it: retries, silences, and the renewal with overlap.
///
/// At most two links are there at once: the present one, and one that is to replace it.
struct FeedLine: Sendable {
    enum Effect: Hashable, Sendable {
        case connect(Int)
        case close(Int)
        /// A connection has begun after which nothing that is heard goes on from before.
        case began
        /// Everything that it carries is stale from now on.
        case lost(Reason)
        case renewed
        /// The new connection ended, or did not deliver on all streams in time; the old one goes on.
        case renewalFailed
    }

    enum Reason: Hashable, Sendable {
        case ended(WebSocketEnd)
        /// No good frame at all.
        case silent
        /// These streams say nothing although they should.
        case streamsSilent([MarketStream])
    }

    private struct Link {
        let number: Int
        var isOpen = false
        /// Streams on which a new link has not delivered yet.
        var awaited: Set<MarketStream> = []
    }

    let plan: LinePlan
    private var present: Link?
    private var next: Link?
    private var lastNumber = 0
    private var watch = StalenessWatch<MarketStream>()
    private var openedAt: Timestamp?
    private var lastGood = Timestamp.distantPast
    private var retryAt: Timestamp?
    private var renewalDue = Timestamp.distantFuture
    private var nextDeadline = Timestamp.distantFuture
    private var retries: Backoff
    private var renewalRetries: Backoff
    private let lineSilence: Duration
    private let stableAfter: Duration
    private let renewalInterval: Duration
    private let overlapLimit: Duration

    init(_ plan: LinePlan, _ configuration: MarketFeedConfiguration) {
        self.plan = plan
        retries = Backoff(first: configuration.firstRetry, most: configuration.maxRetry)
        renewalRetries = Backoff(first: .seconds(10), most: .minutes(10))
        lineSilence = configuration.lineSilence
        stableAfter = configuration.stableAfter
        renewalInterval = configuration.renewalInterval
        overlapLimit = configuration.overlapLimit
    }

    /// Whether it is open.
    var isOpen: Bool { present?.isOpen ?? false }

    /// Whether what comes over the link still counts.
    func knows(_ number: Int) -> Bool { present?.number == number || next?.number == number }

    mutating func start() -> [Effect] {
        guard present == nil, retryAt == nil else { return [] }
        present = newLink()
        return connectPresent
    }

    /// Closes what is there, for good.
    mutating func stop() -> [Effect] {
        let links = [present, next].compactMap { $0 }
        present = nil
        next = nil
        retryAt = nil
        renewalDue = .distantFuture
        return links.map { .close($0.number) }
    }

    mutating func opened(_ number: Int, at time: Timestamp) -> [Effect] {
        if present?.number == number {
            present?.isOpen = true
            begin(at: time)
            return [.began]
        }
        if next?.number == number {
            next?.isOpen = true
            next?.awaited = Set(plan.ticking.keys)
            nextDeadline = time + overlapLimit
        }
        return []
    }

    /// A good frame of `stream` has come; `nil`: one that belongs to no stream that ticks.
    mutating func hear(
        _ stream: MarketStream?, on number: Int, at time: Timestamp
    ) -> [Effect] {
        if present?.number == number {
            lastGood = time
            if let stream { watch.hear(stream, at: time) }
            return []
        }
        guard let stream, next?.number == number else { return [] }
        next?.awaited.remove(stream)
        guard next?.awaited.isEmpty ?? false else { return [] }
        return replacePresent(at: time, closing: true) + [.renewed]
    }

    mutating func ended(
        _ number: Int, _ end: WebSocketEnd, at time: Timestamp,
        using random: inout some RandomNumberGenerator
    ) -> [Effect] {
        if next?.number == number { return failRenewal(at: time, closing: false, using: &random) }
        guard present?.number == number else { return [] }
        if let next {
            // What was missed between them is found by the ids.
            let isOpen = next.isOpen
            let effects = replacePresent(at: time, closing: false)
            return isOpen ? effects + [.renewed] : effects + [.lost(.ended(end))]
        }
        return lose(.ended(end), closing: false, at: time, using: &random)
    }

    /// Streams have shown by themselves that they are dead.
    mutating func give(
        up streams: [MarketStream], at time: Timestamp,
        using random: inout some RandomNumberGenerator
    ) -> [Effect] {
        lose(.streamsSilent(streams), closing: true, at: time, using: &random)
    }

    mutating func advance(
        to time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> [Effect] {
        if let retryAt, retryAt <= time {
            self.retryAt = nil
            present = newLink()
            return connectPresent
        }
        guard let present, present.isOpen else { return [] }
        if let openedAt, time - openedAt > stableAfter {
            retries.reset()
            self.openedAt = nil
        }
        if time - lastGood > lineSilence {
            return lose(.silent, closing: true, at: time, using: &random)
        }
        let overdue = watch.overdue(at: time)
        if !overdue.isEmpty {
            return lose(.streamsSilent(overdue), closing: true, at: time, using: &random)
        }
        if next != nil {
            guard time >= nextDeadline else { return [] }
            return failRenewal(at: time, closing: true, using: &random)
        }
        guard time >= renewalDue else { return [] }
        let link = newLink()
        next = link
        nextDeadline = time + overlapLimit
        return [.connect(link.number)]
    }

    private var connectPresent: [Effect] { present.map { [.connect($0.number)] } ?? [] }

    private mutating func newLink() -> Link {
        lastNumber += 1
        return Link(number: lastNumber)
    }

    private mutating func begin(at time: Timestamp) {
        openedAt = time
        lastGood = time
        renewalDue = time + renewalInterval
        watch.forgetAll()
        for (stream, limit) in plan.ticking { watch.expect(stream, within: limit, at: time) }
    }

    private mutating func replacePresent(at time: Timestamp, closing: Bool) -> [Effect] {
        let old = present
        present = next
        next = nil
        begin(at: time)
        guard closing, let old else { return [] }
        return [.close(old.number)]
    }

    private mutating func failRenewal(
        at time: Timestamp, closing: Bool, using random: inout some RandomNumberGenerator
    ) -> [Effect] {
        let number = next?.number
        next = nil
        renewalDue = time + renewalRetries.next(using: &random)
        return (closing ? number.map { [.close($0)] } ?? [] : []) + [.renewalFailed]
    }

    private mutating func lose(
        _ reason: Reason, closing: Bool, at time: Timestamp,
        using random: inout some RandomNumberGenerator
    ) -> [Effect] {
        guard let present else { return [] }
        var effects: [Effect] = closing ? [.close(present.number)] : []
        if let next { effects.append(.close(next.number)) }
        self.present = nil
        next = nil
        renewalDue = .distantFuture
        retryAt = time + retries.next(using: &random)
        return effects + [.lost(reason)]
    }
}

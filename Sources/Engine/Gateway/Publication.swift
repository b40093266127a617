import Wire

/// What is shown now, and what waits for its commit.
///
/// Market topics are shown at once; what speaks of orders, positions, money or commands only when every event that it
/// knows of is on disk. While commits lag, up to `maxWaiting` states wait; a newer one replaces the newest, so that the
/// oldest is reached.
struct Publication {
    /// The whole of it, with a version per topic in the order of `Topic.allCases`.
    final class State {
        let snapshot: Snapshot
        let versions: [UInt64]

        init(snapshot: Snapshot, versions: [UInt64]) {
            self.snapshot = snapshot
            self.versions = versions
        }
    }

    static let topics = Topic.allCases
    static let maxWaiting = 64

    /// Whether a topic waits for the commit of what it shows.
    static func isDurable(_ topic: Topic) -> Bool {
        switch topic {
        case .safety, .account, .positions, .session, .commands: true
        case .engine, .exits, .exitSeries, .entries, .flow, .map, .guards, .funnel, .events,
            .health, .models:
            false
        }
    }

    private(set) var current = State(
        snapshot: Snapshot(), versions: [UInt64](repeating: 0, count: topics.count))
    /// False until the first update.
    private(set) var isKnown = false
    private var committed: UInt64 = 0
    private var waiting: [(sequence: UInt64, snapshot: Snapshot)] = []
    private var wholeTexts: [(version: UInt64, text: [UInt8]?)]
    private var deltaTexts: [DeltaKey: [UInt8]] = [:]

    private struct DeltaKey: Hashable {
        var topic: Int
        var from: UInt64
    }

    init() {
        wholeTexts = Self.topics.map { _ in (version: .max, text: nil) }
    }

    /// States that wait for their commit.
    var waitingCount: Int { waiting.count }

    /// Takes the newest state of the engine.
    mutating func receive(_ update: PublishedUpdate) {
        committed = max(committed, update.committed)
        var next = update.snapshot
        if let events = next.events, events.count > WireProtocol.maxEvents {
            next.events = events.suffix(WireProtocol.maxEvents)
        }
        if update.isStoreFailed || update.sequence <= committed {
            waiting.removeAll()
        } else {
            if waiting.count == Self.maxWaiting { waiting.removeLast() }
            waiting.append((update.sequence, update.snapshot))
            let durable = newestCommitted()
            for topic in Self.topics where Self.isDurable(topic) {
                next.copy(topic, from: durable ?? current.snapshot)
            }
        }
        show(next)
    }

    /// Learns that more is on disk.
    mutating func commit(upTo sequence: UInt64) {
        guard sequence > committed else { return }
        committed = sequence
        guard let durable = newestCommitted() else { return }
        var next = current.snapshot
        for topic in Self.topics where Self.isDurable(topic) { next.copy(topic, from: durable) }
        show(next)
    }

    /// Removes and returns the newest waiting state that is on disk.
    private mutating func newestCommitted() -> Snapshot? {
        guard let index = waiting.lastIndex(where: { $0.sequence <= committed }) else { return nil }
        let snapshot = waiting[index].snapshot
        waiting.removeSubrange(...index)
        return snapshot
    }

    private mutating func show(_ next: Snapshot) {
        var versions = current.versions
        var isChanged = false
        for (index, topic) in Self.topics.enumerated() {
            guard next.change(of: topic, from: current.snapshot) != .none else { continue }
            versions[index] += 1
            isChanged = true
        }
        isKnown = true
        guard isChanged else { return }
        current = State(snapshot: next, versions: versions)
        deltaTexts.removeAll(keepingCapacity: true)
    }

    /// The JSON text of a whole topic, made once for all clients; `nil` when the topic is not known.
    mutating func wholeText(_ topic: Int) -> [UInt8]? {
        if wholeTexts[topic].version == current.versions[topic] { return wholeTexts[topic].text }
        let text = current.snapshot.whole(Self.topics[topic]).map(Self.text(of:))
        wholeTexts[topic] = (current.versions[topic], text)
        return text
    }

    /// Whether the text of the whole topic is made.
    func hasWholeText(_ topic: Int) -> Bool { wholeTexts[topic].version == current.versions[topic] }

    /// What brings a client from an older state to the current one.
    enum Step {
        case none
        case text([UInt8])
        /// Only a snapshot helps.
        case snapshot
    }

    /// The JSON text of one topic's change, made once for all clients that come from the same state.
    mutating func step(_ topic: Int, from old: State) -> Step {
        guard old.versions[topic] != current.versions[topic] else { return .none }
        let name = Self.topics[topic]
        guard name == .events || name == .exitSeries else {
            return .text(wholeText(topic) ?? Array("null".utf8))
        }
        let key = DeltaKey(topic: topic, from: old.versions[topic])
        if let text = deltaTexts[key] { return .text(text) }
        switch current.snapshot.change(of: name, from: old.snapshot) {
        case .none: return .none
        case .inexpressible: return .snapshot
        case .delta(let delta):
            let text = Self.text(of: delta)
            // Clients at other rates come from other states, but never from many.
            if deltaTexts.count >= 256 { deltaTexts.removeAll(keepingCapacity: true) }
            deltaTexts[key] = text
            return .text(text)
        }
    }

    private static func text(of delta: TopicDelta) -> [UInt8] {
        var bytes: [UInt8] = []
        do throws(WireEncodingError) {
            try delta.encodeValue(into: &bytes)
            return bytes
        } catch {
            preconditionFailure("every topic can be written as JSON")
        }
    }
}

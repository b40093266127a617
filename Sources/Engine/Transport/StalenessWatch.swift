package import Trading

/// Says which streams have been silent for longer than they may.
///
/// A venue acknowledges a subscription to a stream that does not exist, and then says nothing for ever: only a watch
/// for each stream finds that. One that has never spoken counts from when it was expected.
package struct StalenessWatch<Key: Hashable & Comparable & Sendable>: Sendable {
    private struct Stream {
        let limit: Trading.Duration
        var last: Timestamp
    }

    private var streams: [Key: Stream] = [:]

    package init() {}

    /// Begins to watch `key`, or gives it another limit; its time counts from now.
    package mutating func expect(_ key: Key, within limit: Trading.Duration, at time: Timestamp) {
        streams[key] = Stream(limit: limit, last: time)
    }

    /// What is not expected is not watched.
    package mutating func hear(_ key: Key, at time: Timestamp) {
        guard let last = streams[key]?.last, last < time else { return }
        streams[key]?.last = time
    }

    package mutating func forget(_ key: Key) { streams[key] = nil }

    package mutating func forgetAll() { streams = [:] }

    /// The silent ones, in the order of their keys.
    package func overdue(at time: Timestamp) -> [Key] {
        streams.filter { time - $0.value.last > $0.value.limit }.map(\.key).sorted()
    }

    /// When the next stream would be overdue, or `nil` when nothing is watched. In the past for one that is.
    package var nextDeadline: Timestamp? { streams.values.map { $0.last + $0.limit }.min() }

    /// When `key` spoke last, or was first expected.
    package func lastHeard(_ key: Key) -> Timestamp? { streams[key]?.last }
}

import Trading

/// Lets one note about each topic through in each interval, and counts the others.
struct NoteLimiter: Sendable {
    enum Topic: Int, Hashable, Sendable, CaseIterable {
        case refusedFrame, ended, silent, renewal, hole, openHole, request, derivatives, overflow
    }

    private let interval: Duration
    private var last: [Timestamp?]
    private var suppressed: [Int]

    init(interval: Duration) {
        self.interval = interval
        last = Topic.allCases.map { _ in nil }
        suppressed = Topic.allCases.map { _ in 0 }
    }

    /// What to add to the note; `nil` when it is not to be told.
    mutating func admit(_ topic: Topic, at time: Timestamp) -> String? {
        if let last = last[topic.rawValue], time - last < interval {
            suppressed[topic.rawValue] += 1
            return nil
        }
        let count = suppressed[topic.rawValue]
        last[topic.rawValue] = time
        suppressed[topic.rawValue] = 0
        return count > 0 ? " (and \(count) more of this kind before)" : ""
    }
}

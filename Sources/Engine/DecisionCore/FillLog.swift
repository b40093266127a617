import Trading

/// The ids of the fills of one instrument that were counted: a fill counts once, whatever the order or number of its
/// reports.
///
/// Bounded: at most `capacity` ids are kept; when a smaller one must be forgotten, everything up to it counts as
/// known.
struct FillLog: Sendable {
    enum Answer: Hashable, Sendable {
        /// Never seen; it is counted now.
        case counted
        /// Counted before.
        case repeated
        /// Older than anything kept: taken as counted before, and said so.
        case beforeMemory
    }

    /// The ids kept, rising.
    private var ids: [Int64] = []
    /// Every id up to here counts as known.
    private(set) var floor: Int64
    private let capacity: Int

    init(floor: Int64 = .min, capacity: Int = 1_024) {
        self.floor = floor
        self.capacity = capacity
    }

    /// The largest id counted; `nil` before the first.
    var last: Int64? { ids.last ?? (floor == .min ? nil : floor) }

    mutating func insert(_ id: Int64) -> Answer {
        guard id > floor else { return .beforeMemory }
        var position = ids.count
        while position > 0 && ids[position - 1] >= id {
            if ids[position - 1] == id { return .repeated }
            position -= 1
        }
        ids.insert(id, at: position)
        if ids.count > capacity { floor = ids.removeFirst() }
        return .counted
    }

    /// The venue's whole account was adopted: whatever it had filled up to `id` is in it.
    mutating func raiseFloor(to id: Int64) {
        floor = max(floor, id)
        ids.removeAll { $0 <= floor }
    }

    func hash(into hasher: inout StateHasher) {
        hasher.combine(floor)
        hasher.combine(ids.count)
        for id in ids { hasher.combine(id) }
    }
}

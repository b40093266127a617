import Trading

/// The fills of one instrument that the engine was told: each is told once, by whatever way it comes first.
///
/// Bounded: at most `capacity` ids; when one must be forgotten, everything up to it counts as told.
struct TradeLog: Sendable {
    /// Rising.
    private var ids: [Int64] = []
    /// Every id up to here counts as told.
    private(set) var floor: Int64
    /// The largest id up to which the venue's own history was read without a gap; `nil` before the first reading of an
    /// engine that knows no fills.
    private(set) var confirmed: Int64?
    private let capacity: Int

    /// Takes the last fill that the engine knows of, `nil` for an engine without history.
    init(last: Int64?, capacity: Int = 2_048) {
        floor = last ?? .min
        confirmed = last
        self.capacity = capacity
    }

    /// Whether a venue can mean it: one absurd id would make every later one look told.
    static func isCredible(_ id: Int64) -> Bool { (1...(1 << 53)).contains(id) }

    /// The largest id told, or known to be told; `nil` when there never was a fill.
    var last: Int64? {
        let known = max(ids.last ?? .min, floor, confirmed ?? .min)
        return known > 0 ? known : nil
    }

    /// Whether `id` is new, and so is to be told now.
    mutating func insert(_ id: Int64) -> Bool {
        guard id > floor else { return false }
        var place = ids.count
        while place > 0 && ids[place - 1] >= id {
            if ids[place - 1] == id { return false }
            place -= 1
        }
        ids.insert(id, at: place)
        if ids.count > capacity { floor = ids.removeFirst() }
        return true
    }

    /// The venue's history was read up to `id`, and everything in it was told.
    mutating func confirm(_ id: Int64) { confirmed = max(confirmed ?? .min, id) }

    /// An engine without history begins here: earlier fills are in the position that it finds.
    mutating func begin(at id: Int64) {
        confirm(id)
        floor = max(floor, id)
        ids.removeAll { $0 <= floor }
    }
}

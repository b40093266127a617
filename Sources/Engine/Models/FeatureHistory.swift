package import Trading

/// The newest rows of a few features, oldest first: what a sequence model is given.
package struct FeatureHistory: Sendable {
    package let features: [FeatureID]
    /// Rows that are kept, at least 1.
    package let capacity: Int
    /// `count × features.count` values, row by row, oldest first; NaN where a value was missing.
    package private(set) var values: [Float] = []
    /// The open time of the newest row's candle; `nil` while there is none.
    package private(set) var lastOpenTime: Timestamp?

    package init(features: [FeatureID], capacity: Int) {
        precondition(capacity > 0 && !features.isEmpty, "a history has features and room")
        self.features = features
        self.capacity = capacity
        values.reserveCapacity((capacity + 1) * features.count)
    }

    package var count: Int { values.count / features.count }
    package var isFull: Bool { count == capacity }

    /// Appends the row of the candle that opened at `openTime`; the oldest goes when there is no room.
    package mutating func append(_ row: borrowing FeatureRow, openTime: Timestamp) {
        if isFull { values.removeFirst(features.count) }
        for feature in features { values.append(Float(row[feature])) }
        lastOpenTime = openTime
    }

    package mutating func removeAll() {
        values.removeAll(keepingCapacity: true)
        lastOpenTime = nil
    }
}

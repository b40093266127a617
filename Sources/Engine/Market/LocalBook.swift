package import Trading

/// Our copy of the venue's order book, kept by snapshot and diffs.
///
/// Bounded: at most twice `maxLevels` a side are held, the levels furthest from the touch are forgotten first; diffs
/// before the snapshot are bounded by count and by levels, the oldest are forgotten first.
package struct LocalBook: Sendable {
    package private(set) var sync = BookSync.waitingForSnapshot
    /// Gaps and contradictions seen; each needed a new snapshot.
    package private(set) var gapCount = 0
    /// The venue's time of the last diff applied; `nil` before the first.
    package private(set) var venueTime: Timestamp?

    /// Worst first, so that changes near the touch move few levels.
    private var bidLevels: [BookLevel] = []
    private var askLevels: [BookLevel] = []
    private var pending: [DepthUpdate] = []
    private var pendingLevels = 0
    private let maxLevels: Int
    private let maxPendingDiffs: Int
    private let maxPendingLevels: Int

    package init(configuration: MarketConfiguration) {
        maxLevels = configuration.maxBookLevels
        maxPendingDiffs = configuration.maxPendingDiffs
        maxPendingLevels = configuration.maxPendingLevels
    }

    /// Whether the levels are the venue's.
    package var isLive: Bool {
        switch sync {
        case .live: true
        case .joining, .waitingForSnapshot: false
        }
    }

    /// The update id that the book is at; `nil` when it is not live.
    package var lastUpdateID: UInt64? {
        switch sync {
        case .live(let last): last
        case .joining, .waitingForSnapshot: nil
        }
    }

    /// The highest bid, whether or not the book is live.
    package var bestBid: BookLevel? { bidLevels.last }
    /// The lowest ask, whether or not the book is live.
    package var bestAsk: BookLevel? { askLevels.last }
    package var bidCount: Int { bidLevels.count }
    package var askCount: Int { askLevels.count }

    /// The best bids, highest first, at most `count`.
    package func bids(_ count: Int) -> [BookLevel] { bidLevels.suffix(max(0, count)).reversed() }
    /// The best asks, lowest first, at most `count`.
    package func asks(_ count: Int) -> [BookLevel] { askLevels.suffix(max(0, count)).reversed() }
    /// The bid that is `depth` levels from the best; `nil` beyond the last.
    package func bid(at depth: Int) -> BookLevel? {
        depth >= 0 && depth < bidLevels.count ? bidLevels[bidLevels.count - 1 - depth] : nil
    }
    /// The ask that is `depth` levels from the best; `nil` beyond the last.
    package func ask(at depth: Int) -> BookLevel? {
        depth >= 0 && depth < askLevels.count ? askLevels[askLevels.count - 1 - depth] : nil
    }

    /// Takes one diff, and says whether it was kept for later, skipped, applied, or showed that a snapshot is needed.
    /// The first diff kept while waiting also asks for the snapshot.
    package mutating func apply(_ update: DepthUpdate) -> BookSync.Effect {
        let effect = sync.receive(
            first: update.firstID, last: update.lastID, previous: update.previousLastID)
        switch effect {
        case .skip:
            return .skip
        case .keep:
            keep(update)
            return pending.count == 1 ? .requestSnapshot : .keep
        case .requestSnapshot:
            gapCount += 1
            forgetLevels()
            keep(update)  // It may join the next snapshot.
            return .requestSnapshot
        case .apply:
            return change(update)
        }
    }

    /// Takes a snapshot and then the diffs that were waiting for it; `.requestSnapshot` when they do not join.
    package mutating func load(_ snapshot: DepthSnapshot) -> BookSync.Effect {
        bidLevels = Self.sorted(snapshot.bids, limit: maxLevels) { $0.price.units < $1.price.units }
        askLevels = Self.sorted(snapshot.asks, limit: maxLevels) { $0.price.units > $1.price.units }
        sync.receive(snapshot: snapshot.lastUpdateID)
        if isCrossed {
            contradict()
            return .requestSnapshot
        }
        let waiting = pending
        pending = []
        pendingLevels = 0
        var answer = BookSync.Effect.apply
        for update in waiting {
            switch apply(update) {
            case .requestSnapshot: answer = .requestSnapshot
            case .keep, .skip, .apply: continue
            }
        }
        return answer
    }

    /// Forgets everything: the connection was lost.
    package mutating func reset() {
        sync.reset()
        forgetLevels()
        pending = []
        pendingLevels = 0
    }

    private var isCrossed: Bool {
        guard let bid = bidLevels.last, let ask = askLevels.last else { return false }
        return bid.price.units >= ask.price.units
    }

    private mutating func change(_ update: DepthUpdate) -> BookSync.Effect {
        for level in update.bids { Self.setBid(level, in: &bidLevels) }
        for level in update.asks { Self.setAsk(level, in: &askLevels) }
        trim()
        venueTime = update.venueTime
        if isCrossed {
            contradict()
            return .requestSnapshot
        }
        return .apply
    }

    /// A book whose bid reaches its ask is not the venue's.
    private mutating func contradict() {
        gapCount += 1
        sync.reset()
        forgetLevels()
    }

    private mutating func forgetLevels() {
        bidLevels.removeAll(keepingCapacity: true)
        askLevels.removeAll(keepingCapacity: true)
    }

    private mutating func trim() {
        if bidLevels.count > 2 * maxLevels { bidLevels.removeFirst(bidLevels.count - maxLevels) }
        if askLevels.count > 2 * maxLevels { askLevels.removeFirst(askLevels.count - maxLevels) }
    }

    private mutating func keep(_ update: DepthUpdate) {
        pending.append(update)
        pendingLevels += update.bids.count + update.asks.count
        var excess = 0
        while pending.count - excess > maxPendingDiffs
            || pendingLevels > maxPendingLevels && excess < pending.count
        {
            pendingLevels -= pending[excess].bids.count + pending[excess].asks.count
            excess += 1
        }
        // One at a time would move the whole queue for every diff.
        if excess > 0 { pending.removeFirst(excess) }
    }

    private static func setBid(_ level: BookLevel, in levels: inout [BookLevel]) {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if levels[middle].price.units < level.price.units {
                low = middle + 1
            } else {
                high = middle
            }
        }
        put(level, at: low, in: &levels)
    }

    private static func setAsk(_ level: BookLevel, in levels: inout [BookLevel]) {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if levels[middle].price.units > level.price.units {
                low = middle + 1
            } else {
                high = middle
            }
        }
        put(level, at: low, in: &levels)
    }

    private static func put(_ level: BookLevel, at index: Int, in levels: inout [BookLevel]) {
        let isKnown = index < levels.count && levels[index].price.units == level.price.units
        if level.quantity.units == 0 {
            if isKnown { levels.remove(at: index) }  // Removing an unknown level is normal.
        } else if isKnown {
            levels[index].quantity = level.quantity
        } else {
            levels.insert(level, at: index)
        }
    }

    /// The best `limit` levels, worst first; of levels with the same price the last one given counts.
    private static func sorted(
        _ levels: [BookLevel], limit: Int, by isWorse: (BookLevel, BookLevel) -> Bool
    ) -> [BookLevel] {
        var result: [BookLevel] = []
        // Swift's sort is stable: levels of one price stay in the order given.
        for level in levels.sorted(by: isWorse) {
            if let last = result.last, last.price.units == level.price.units { result.removeLast() }
            result.append(level)
        }
        result.removeAll { $0.quantity.units == 0 }
        return Array(result.suffix(limit))
    }

    /// Folds the book into `hasher`: its state and every level.
    package func hashFacts(into hasher: inout StateHasher) {
        switch sync {
        case .waitingForSnapshot: hasher.combine(0)
        case .joining(let snapshot):
            hasher.combine(1)
            hasher.combine(snapshot)
        case .live(let last):
            hasher.combine(2)
            hasher.combine(last)
        }
        hasher.combine(gapCount)
        hasher.combine(bidLevels.count)
        for level in bidLevels {
            hasher.combine(level.price)
            hasher.combine(level.quantity)
        }
        hasher.combine(askLevels.count)
        for level in askLevels {
            hasher.combine(level.price)
            hasher.combine(level.quantity)
        }
        hasher.combine(pending.count)
    }
}

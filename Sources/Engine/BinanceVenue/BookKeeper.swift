import Market
import Trading

/// Joins snapshots and changes of one book, so that the engine is told only what fits together.
///
/// A change may come twice, late, or over two connections at once; one that is missing for longer than the grace makes
/// the book doubtful until the next snapshot. The book is mirrored, because one whose bid reaches its ask must be loaded
/// anew as well.
/// - Source: Binance USDⓈ-M, "How to manage a local order book correctly", read 2026-05. Beyond it a change whose `pu`
///   lies at or before our book and whose `u` behind it is taken: quantities are absolute, so nothing is missing.
struct BookKeeper: Sendable {
    enum State: Hashable, Sendable {
        /// Changes are kept until a snapshot comes.
        case waiting
        /// A snapshot was told, and no change has joined it yet.
        case joining(snapshot: UInt64)
        case live(last: UInt64)
    }

    private(set) var state = State.waiting
    private(set) var repeats = 0
    private(set) var gaps = 0
    private(set) var loads = 0

    /// In the order of their last ids. While waiting: for the snapshot; otherwise: behind a change that is missing.
    private var kept: [DepthUpdate] = []
    private var keptLevels = 0
    private var keptSince: Timestamp?
    private var mirror: LocalBook
    private let grace: Duration

    static let maxKept = 1_000
    static let maxKeptLevels = 100_000
    /// More changes than this behind a missing one, and it will not come any more.
    static let maxHeld = 100

    init(grace: Duration) {
        mirror = LocalBook(configuration: MarketConfiguration())
        self.grace = grace
    }

    /// Whether a snapshot is to be asked for: not before the first change, which it must reach.
    var wantsSnapshot: Bool { state == .waiting && !kept.isEmpty }
    var isLive: Bool {
        switch state {
        case .live: true
        case .waiting, .joining: false
        }
    }

    /// Takes one change; answers false when the book is lost by it.
    mutating func receive(
        _ update: DepthUpdate, at time: Timestamp, into out: inout [MarketData]
    ) -> Bool {
        switch state {
        case .waiting:
            keep(update)
            return true
        case .joining(let last), .live(let last):
            if update.lastID < last || update.lastID == last && isLive {
                repeats += 1
                return true
            }
            guard joins(update, last) else {
                keep(update)
                if keptSince == nil { keptSince = time }
                return kept.count <= Self.maxHeld || lose()
            }
            return apply(update, after: last, into: &out) && drain(into: &out)
        }
    }

    /// Takes a snapshot; `false` when it is older than the changes that wait, or no book at all: it was not told.
    mutating func load(_ snapshot: DepthSnapshot, into out: inout [MarketData]) -> Bool {
        // A change that ends before the snapshot is in it.
        let rest = kept.drop { $0.lastID < snapshot.lastUpdateID }
        if let first = rest.first, !joins(first, snapshot.lastUpdateID) { return false }
        mirror.reset()
        guard mirror.load(snapshot) == .apply else { return false }
        replaceKept(rest)
        loads += 1
        state = .joining(snapshot: snapshot.lastUpdateID)
        out.append(.depthSnapshot(snapshot))
        return drain(into: &out)
    }

    /// Answers false when a missing change has not come in time: the book is lost.
    mutating func advance(to time: Timestamp) -> Bool {
        guard let keptSince, time - keptSince > grace else { return true }
        return lose()
    }

    /// Forgets everything: the connection was lost.
    mutating func reset() {
        doubt()
        replaceKept([])
    }

    /// The book is to be loaded anew; what came since is kept for that.
    mutating func doubt() {
        state = .waiting
        keptSince = nil
        mirror.reset()
    }

    private mutating func lose() -> Bool {
        gaps += 1
        doubt()
        return false
    }

    private func joins(_ update: DepthUpdate, _ last: UInt64) -> Bool {
        switch state {
        case .live: update.previousLastID <= last
        case .waiting, .joining: update.firstID <= last || update.previousLastID <= last
        }
    }

    /// Tells a change in such ids that the engine's own book joins it too.
    private mutating func apply(
        _ update: DepthUpdate, after last: UInt64, into out: inout [MarketData]
    ) -> Bool {
        var update = update
        if isLive {
            update.previousLastID = last
        } else {
            update.firstID = min(update.firstID, last)
        }
        guard mirror.apply(update) == .apply else { return lose() }
        state = .live(last: update.lastID)
        out.append(.depth(update))
        return true
    }

    private mutating func drain(into out: inout [MarketData]) -> Bool {
        var count = 0
        while count < kept.count {
            let update = kept[count]
            let last: UInt64
            switch state {
            case .waiting: return false
            case .joining(let snapshot):
                last = snapshot
            case .live(let known):
                last = known
                if update.lastID <= known {
                    repeats += 1
                    count += 1
                    continue
                }
            }
            guard joins(update, last) else { break }
            guard apply(update, after: last, into: &out) else { return false }
            count += 1
        }
        replaceKept(kept.dropFirst(count))
        if kept.isEmpty { keptSince = nil }
        return true
    }

    private mutating func keep(_ update: DepthUpdate) {
        var place = kept.count
        while place > 0, kept[place - 1].lastID >= update.lastID { place -= 1 }
        if place < kept.count, kept[place].lastID == update.lastID {
            repeats += 1
            return
        }
        kept.insert(update, at: place)
        keptLevels += update.bids.count + update.asks.count
        var excess = 0
        while kept.count - excess > Self.maxKept
            || keptLevels > Self.maxKeptLevels && excess < kept.count
        {
            keptLevels -= kept[excess].bids.count + kept[excess].asks.count
            excess += 1
        }
        if excess > 0 { kept.removeFirst(excess) }
    }

    private mutating func replaceKept(_ updates: ArraySlice<DepthUpdate>) {
        kept = Array(updates)
        keptLevels = kept.reduce(0) { $0 + $1.bids.count + $1.asks.count }
    }
}

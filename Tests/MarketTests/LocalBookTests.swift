import Market
import TestSupport
import Testing
import Trading

@Suite struct `The local book` {
    private func diff(
        _ first: UInt64, _ last: UInt64, _ previous: UInt64, bids: [(Int64, Int64)] = [],
        asks: [(Int64, Int64)] = []
    ) -> DepthUpdate {
        DepthUpdate(
            firstID: first, lastID: last, previousLastID: previous, bids: levels(bids),
            asks: levels(asks),
            venueTime: at(Int64(last)))
    }

    private func snapshot(_ id: UInt64, bids: [(Int64, Int64)], asks: [(Int64, Int64)])
        -> DepthSnapshot
    {
        DepthSnapshot(lastUpdateID: id, bids: levels(bids), asks: levels(asks))
    }

    private func levels(_ pairs: [(Int64, Int64)]) -> [BookLevel] {
        pairs.map { BookLevel(price: price($0.0), quantity: quantity($0.1)) }
    }

    @Test func `diffs wait for the snapshot, and the one that spans it joins`() {
        var book = LocalBook(configuration: MarketConfiguration())
        #expect(book.apply(diff(1, 5, 0, bids: [(98, 9)])) == .requestSnapshot)
        #expect(book.apply(diff(6, 10, 5, bids: [(99, 2)], asks: [(101, 0)])) == .keep)
        #expect(book.apply(diff(11, 12, 10, asks: [(102, 7)])) == .keep)
        let loaded = book.load(snapshot(8, bids: [(99, 1), (97, 3)], asks: [(101, 4), (103, 5)]))
        #expect(loaded == .apply)
        #expect(book.sync == .live(last: 12))
        // 98 came before the snapshot and is not in it: it is gone. 101 was removed, 102 added.
        #expect(book.bids(9) == levels([(99, 2), (97, 3)]))
        #expect(book.asks(9) == levels([(102, 7), (103, 5)]))
        #expect(book.gapCount == 0)
    }

    @Test func `a snapshot joins a diff that ends or begins at it`() {
        for (first, last) in [(5, 8), (8, 9)] as [(UInt64, UInt64)] {
            var book = LocalBook(configuration: MarketConfiguration())
            #expect(book.load(snapshot(8, bids: [(99, 1)], asks: [(101, 1)])) == .apply)
            #expect(!book.isLive)
            #expect(book.apply(diff(2, 7, 1)) == .skip)
            #expect(book.apply(diff(first, last, 7)) == .apply)
            #expect(book.lastUpdateID == last)
        }
    }

    @Test func `a snapshot older than the first diff is of no use`() {
        var book = LocalBook(configuration: MarketConfiguration())
        #expect(book.load(snapshot(8, bids: [(99, 1)], asks: [(101, 1)])) == .apply)
        #expect(book.apply(diff(9, 12, 7)) == .requestSnapshot)
        #expect(book.bidCount == 0)
        // The diff was kept and joins the next snapshot.
        #expect(book.load(snapshot(10, bids: [(99, 1)], asks: [(101, 1)])) == .apply)
        #expect(book.sync == .live(last: 12))
    }

    @Test func `a diff whose previous id is not ours is a gap`() {
        var book = LocalBook(configuration: MarketConfiguration())
        _ = book.load(snapshot(8, bids: [(99, 1)], asks: [(101, 1)]))
        _ = book.apply(diff(8, 9, 7))
        // Ids may jump, only the previous id must agree.
        #expect(book.apply(diff(500, 600, 9)) == .apply)
        #expect(book.apply(diff(601, 700, 601)) == .requestSnapshot)
        #expect(!book.isLive)
        #expect(book.gapCount == 1)
        #expect(book.bestBid == nil)
    }

    @Test func `a book whose bid reaches its ask is not believed`() {
        var book = LocalBook(configuration: MarketConfiguration())
        _ = book.load(snapshot(8, bids: [(99, 1)], asks: [(101, 1)]))
        #expect(book.apply(diff(8, 9, 7, bids: [(101, 1)])) == .requestSnapshot)
        #expect(!book.isLive)
        #expect(book.load(snapshot(10, bids: [(101, 1)], asks: [(101, 1)])) == .requestSnapshot)
        #expect(!book.isLive)
    }

    @Test func `diffs in waiting are bounded by number and by levels`() {
        var configuration = MarketConfiguration()
        configuration.maxPendingDiffs = 3
        configuration.maxPendingLevels = 5
        var book = LocalBook(configuration: configuration)
        for id in 1...9 as ClosedRange<UInt64> {
            _ = book.apply(diff(id, id, id - 1, bids: [(90 + Int64(id), 1)]))
        }
        // 7, 8 and 9 were kept: a snapshot at 5 cannot be joined, one at 7 can.
        var late = book
        #expect(late.load(snapshot(5, bids: [], asks: [])) == .requestSnapshot)
        #expect(book.load(snapshot(7, bids: [], asks: [])) == .apply)
        #expect(book.sync == .live(last: 9))
        var wide = LocalBook(configuration: configuration)
        _ = wide.apply(diff(1, 1, 0, bids: [(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1)]))
        #expect(wide.load(snapshot(1, bids: [], asks: [])) == .apply)
        #expect(!wide.isLive)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `a dictionary of levels agrees after every diff`(seed: UInt64) {
        var random = Seeded(seed)
        var configuration = MarketConfiguration()
        configuration.maxBookLevels = 500
        var book = LocalBook(configuration: configuration)
        var bids: [Int64: Int64] = [990: 1]
        var asks: [Int64: Int64] = [1_010: 1]
        // Unsorted and twice: the last one counts.
        _ = book.load(snapshot(1, bids: [(990, 5), (990, 1)], asks: [(1_010, 1)]))
        for id in 2...600 as ClosedRange<UInt64> {
            var bidChanges: [(Int64, Int64)] = []
            var askChanges: [(Int64, Int64)] = []
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let size = Int64.random(in: 0...3, using: &random)
                bidChanges.append((Int64.random(in: 900...999, using: &random), size))
                askChanges.append((Int64.random(in: 1_000...1_100, using: &random), size))
            }
            for (price, size) in bidChanges { bids[price] = size == 0 ? nil : size }
            for (price, size) in askChanges { asks[price] = size == 0 ? nil : size }
            #expect(
                book.apply(diff(id - 1, id, id - 1, bids: bidChanges, asks: askChanges)) == .apply)
            #expect(
                book.bids(1_000)
                    == levels(bids.sorted { $0.key > $1.key }.map { ($0.key, $0.value) }))
            #expect(
                book.asks(1_000)
                    == levels(asks.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
            #expect(book.bid(at: 0) == book.bestBid)
            #expect(book.ask(at: book.askCount) == nil)
        }
    }
}

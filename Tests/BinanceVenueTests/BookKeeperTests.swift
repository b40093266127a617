import Testing
import Trading

@testable import BinanceVenue

@Suite struct BookKeeperTests {
    /// A keeper and what it has told.
    private final class Subject {
        private(set) var keeper = BookKeeper(grace: .milliseconds(250))
        var out: [MarketData] = []

        func hear(_ update: DepthUpdate, at time: Int64 = 0) -> Bool {
            keeper.receive(update, at: millisecond(time), into: &out)
        }
        func load(_ snapshot: DepthSnapshot) -> Bool { keeper.load(snapshot, into: &out) }
        func advance(to time: Int64) -> Bool { keeper.advance(to: millisecond(time)) }

        /// Makes the book live at 110.
        func join() {
            #expect(hear(change(101, 110, after: 100)))
            #expect(keeper.wantsSnapshot)
            #expect(load(snapshot(105)))
            #expect(keeper.state == .live(last: 110))
            out = []
        }
    }

    private let book = Subject()

    @Test func `the snapshot comes first, then the changes that join it`() {
        for update in [
            change(81, 90, after: 80), change(91, 100, after: 90), change(101, 110, after: 100),
        ] {
            #expect(book.hear(update))
        }
        #expect(book.out == [])
        #expect(book.load(snapshot(95)))
        #expect(
            book.out == [
                .depthSnapshot(snapshot(95)), .depth(change(91, 100, after: 90)),
                .depth(change(101, 110, after: 100)),
            ])
        #expect(!book.keeper.wantsSnapshot)
    }

    @Test func `a snapshot older than what waits is not told, and another is wanted`() {
        #expect(book.hear(change(101, 110, after: 100)))
        #expect(!book.load(snapshot(99)))
        #expect(book.out == [])
        #expect(book.keeper.wantsSnapshot)
        // At the very end of the change before, nothing is missing.
        #expect(book.load(snapshot(100)))
        #expect(
            book.out == [.depthSnapshot(snapshot(100)), .depth(change(100, 110, after: 100))])
    }

    @Test func `a snapshot newer than all that waits is joined by a later change`() {
        #expect(book.hear(change(101, 110, after: 100)))
        #expect(book.load(snapshot(115)))
        #expect(book.keeper.state == .joining(snapshot: 115))
        #expect(book.hear(change(111, 120, after: 110)))
        #expect(
            book.out == [.depthSnapshot(snapshot(115)), .depth(change(111, 120, after: 110))])
        #expect(book.keeper.isLive)
    }

    @Test func `changes that come twice or in another order are told once and in order`() {
        book.join()
        for update in [
            change(101, 110, after: 100), change(121, 130, after: 120),
            change(121, 130, after: 120), change(111, 120, after: 110),
        ] {
            #expect(book.hear(update))
        }
        #expect(
            book.out == [
                .depth(change(111, 120, after: 110)), .depth(change(121, 130, after: 120)),
            ])
        #expect(book.advance(to: 60_000))
        #expect(book.keeper.repeats == 2)
    }

    @Test func `a change that is missing for longer than the grace loses the book`() {
        book.join()
        #expect(book.hear(change(121, 130, after: 120), at: 5))
        #expect(book.advance(to: 255))
        #expect(!book.advance(to: 256))
        #expect(book.keeper.gaps == 1)
        // What waited is kept for the next snapshot.
        #expect(book.keeper.wantsSnapshot)
        #expect(book.load(snapshot(125)))
        #expect(book.out == [.depthSnapshot(snapshot(125)), .depth(change(121, 130, after: 120))])
    }

    @Test func `a second connection that cuts the changes elsewhere goes on with the book`() {
        book.join()
        #expect(book.hear(change(106, 114, after: 105)))
        #expect(book.hear(change(111, 114, after: 110)))
        #expect(book.hear(change(111, 118, after: 110)))
        // In ids that the engine's own book takes: each begins where the one before ended.
        #expect(
            book.out == [
                .depth(change(106, 114, after: 110)), .depth(change(111, 118, after: 114)),
            ])
    }

    @Test func `a book whose bid reaches its ask is lost, whoever says so`() {
        book.join()
        #expect(
            !book.hear(change(111, 120, after: 110, bid: 102)))
        #expect(book.out == [])
        #expect(book.keeper.state == .waiting)
        var crossed = snapshot(130)
        crossed.bids = crossed.asks
        #expect(!book.load(crossed))
        #expect(book.out == [])
    }

    @Test func `what waits is bounded, and the oldest goes first`() {
        for id in 1...UInt64(BookKeeper.maxKept + 5) {
            #expect(
                book.hear(change(id * 10 - 9, id * 10, after: id * 10 - 10)))
        }
        #expect(!book.load(snapshot(49)))
        #expect(book.load(snapshot(51)))
        #expect(book.out.count == 1 + BookKeeper.maxKept)
    }
}

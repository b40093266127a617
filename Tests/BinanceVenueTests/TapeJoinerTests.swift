import Testing
import Trading

@testable import BinanceVenue

@Suite struct TapeJoinerTests {
    /// A joiner, as a test speaks to it.
    private final class Subject {
        private(set) var joiner: TapeJoiner

        init(maxWaiting: Int = 100, maxPages: Int = 10) {
            joiner = TapeJoiner(
                maxWaiting: maxWaiting, maxPages: maxPages, grace: .milliseconds(250))
        }

        func hear(_ ids: [Int64], at time: Int64 = 0) -> [Int64] {
            var out: [MarketData] = []
            for id in ids { joiner.receive(print(id), at: millisecond(time), into: &out) }
            return tradeIDs(out)
        }
        /// In the warm-up, when nothing is told.
        func hear(_ print: Print) {
            var out: [MarketData] = []
            joiner.receive(print, at: millisecond(0), into: &out)
            #expect(out == [])
        }
        func page(_ ids: ClosedRange<Int64>?) -> [Int64] {
            var out: [MarketData] = []
            joiner.receive(page: ids.map { prints($0) } ?? [], into: &out)
            return tradeIDs(out)
        }
        func begin(at time: Int64, _ read: [Print]) -> [Int64] {
            var out: [MarketData] = []
            joiner.begin(at: millisecond(time), with: read, into: &out)
            return tradeIDs(out)
        }
        func advance(to time: Int64) -> Bool { joiner.advance(to: millisecond(time)) }
        func interrupt() { joiner.interrupt() }
        func rewind(to id: Int64?) { joiner.rewind(to: id) }
    }

    /// A tape that has told the prints 1...3.
    private static func live(maxWaiting: Int = 100, maxPages: Int = 10) -> Subject {
        let tape = Subject(maxWaiting: maxWaiting, maxPages: maxPages)
        #expect(tape.begin(at: 0, prints(1...3)) == [1, 2, 3])
        #expect(tape.joiner.state == .live)
        return tape
    }

    @Test func `prints that come twice or in another order are told once and in order`() {
        let tape = Self.live()
        #expect(tape.hear([4, 4, 7, 6, 6, 5, 3, 8]) == [4, 5, 6, 7, 8])
        #expect(tape.joiner.state == .live)
        #expect(tape.joiner.repeats == 3)
        #expect(tape.joiner.holes == 0)
    }

    @Test
    func `a print that does not come within the grace is read, and what waits comes behind it`() {
        let tape = Self.live()
        #expect(tape.hear([6, 7], at: 1_000) == [])
        #expect(!tape.advance(to: 1_250))
        #expect(tape.joiner.isJoined)
        #expect(tape.advance(to: 1_251))
        #expect(!tape.joiner.isJoined)
        #expect(tape.hear([8]) == [])
        #expect(tape.page(4...6) == [4, 5, 6, 7, 8])
        #expect(tape.joiner.state == .live)
        #expect(tape.joiner.holes == 1)
        #expect(tape.joiner.filled == 3)
    }

    @Test func `after a cut no print is told before those that were missed`() {
        let tape = Self.live()
        tape.interrupt()
        #expect(tape.hear([2_004, 2_005]) == [])
        // Two full pages, and one that meets the stream.
        #expect(tape.page(4...1_003).count == 1_000)
        #expect(tape.joiner.state == .filling)
        #expect(tape.page(1_004...2_003) == Array(1_004...2_005))
        #expect(tape.joiner.state == .live)
    }

    @Test func `a short page while nothing waits is the end of the tape`() {
        let tape = Self.live()
        tape.interrupt()
        #expect(tape.page(4...9) == Array(4...9))
        #expect(tape.joiner.state == .live)
        tape.interrupt()
        #expect(tape.page(nil) == [])
        #expect(tape.joiner.state == .live)
    }

    @Test func `prints that the venue does not have are given up after three empty answers`() {
        let tape = Self.live()
        tape.interrupt()
        #expect(tape.hear([9, 10]) == [])
        #expect(tape.page(nil) == [])
        #expect(tape.page(nil) == [])
        #expect(tape.page(nil) == [9, 10])
        #expect(tape.joiner.openHoles == 1)
        #expect(tape.joiner.state == .live)
    }

    @Test func `a hole larger than the most pages stays open`() {
        let tape = Self.live(maxPages: 2)
        tape.interrupt()
        #expect(tape.hear([9_000]) == [])
        #expect(tape.page(4...1_003).count == 1_000)
        #expect(tape.page(1_004...2_003) == Array(1_004...2_003) + [9_000])
        #expect(tape.joiner.openHoles == 1)
    }

    @Test func `more waiting prints than there is room for are read later instead`() {
        let tape = Self.live(maxWaiting: 3)
        tape.interrupt()
        #expect(tape.hear([10, 11, 12, 13]) == [])
        #expect(tape.joiner.waitingCount == 0)
        #expect(tape.page(4...14) == Array(4...14))
        #expect(tape.hear([15]) == [15])
    }

    @Test func `an id that no market can have reached shuts out nothing`() {
        let tape = Self.live()
        #expect(tape.hear([.max, 4, .min, 5]) == [4, 5])
        #expect(tape.joiner.quarantined == 1)
        #expect(tape.joiner.state == .live)
    }

    @Test func `the tape begins where the candles end, and prints before that are never told`() {
        let tape = Subject()
        tape.hear(print(12, at: 61_000))
        tape.hear(print(13, at: 59_999))
        let read = [print(9, at: 59_000), print(10, at: 60_000), print(11, at: 60_500)]
        #expect(tape.begin(at: 60_000, read) == [10, 11, 12])
        #expect(tape.joiner.lastID == 13)
        #expect(tape.joiner.state == .live)
    }

    @Test func `what the engine may not have got is read and told again`() {
        let tape = Self.live()
        #expect(tape.hear([4, 5]) == [4, 5])
        tape.rewind(to: 3)
        #expect(tape.hear([6]) == [])
        #expect(tape.page(4...6) == [4, 5, 6])
        tape.rewind(to: nil)
        #expect(tape.joiner.state == .warmingUp)
    }

    @Test func `prints far ahead of what REST has are no prints`() {
        let tape = Self.live()
        #expect(tape.hear([1_000_000, 4], at: 0) == [4])
        #expect(tape.advance(to: 251))
        #expect(tape.page(nil) == [])
        #expect(tape.page(nil) == [])
        #expect(tape.page(nil) == [])
        #expect(tape.joiner.quarantined == 1)
        #expect(tape.hear([5]) == [5])
    }
}

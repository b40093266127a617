import Testing
import Trading

@testable import ExchangeServer

/// How the exchange itself follows the time that positions are without their stops.
struct NakedWatchTests {
    private func time(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1_000) }

    @Test func `the longest gap counts, whichever instrument had it`() {
        var watch = NakedWatch(instruments: 2)
        for (second, place, isNaked) in [
            (10, 0, false), (11, 0, true), (12, 1, true), (13, 0, false), (14, 0, true),
            (15, 0, false), (16, 1, false),
        ] as [(Int64, Int, Bool)] {
            watch.look(isNaked: isNaked, place: place, at: time(second))
        }
        #expect(watch.longest == .seconds(4))
        #expect(watch.place == 1)
    }

    @Test func `a gap that has not ended counts as far as it has come`() {
        var watch = NakedWatch(instruments: 1)
        watch.look(isNaked: true, place: 0, at: time(1))
        watch.look(isNaked: true, place: 0, at: time(7))
        #expect(watch.longest == .seconds(6))
    }
}

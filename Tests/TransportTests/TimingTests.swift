import Testing
import Trading

@testable import Transport

struct TimingTests {
    static func at(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: 1_700_000_000_000 + milliseconds)
    }

    @Test func `waits double up to the most, between half and whole`() {
        var random = TestRandom(state: 1)
        var backoff = Backoff(first: .milliseconds(200), most: .seconds(3))
        for whole: Int64 in [200, 400, 800, 1600, 3000, 3000, 3000] {
            let wait = backoff.next(using: &random)
            #expect(wait >= .milliseconds(whole / 2) && wait <= .milliseconds(whole))
        }
        #expect(backoff.failures == 7)
        backoff.reset()
        #expect(backoff.next(using: &random) <= .milliseconds(200))
    }

    @Test func `the same seed waits the same, another does not`() {
        func waits(_ seed: UInt64) -> [Trading.Duration] {
            var random = TestRandom(state: seed)
            var backoff = Backoff(first: .milliseconds(200), most: .hours(1))
            return (0..<100).map { _ in backoff.next(using: &random) }
        }
        #expect(waits(1) == waits(1))
        #expect(waits(1) != waits(2))
    }

    @Test func `a stream that never spoke or fell silent is overdue`() {
        var watch = StalenessWatch<String>()
        #expect(watch.nextDeadline == nil)
        watch.expect("btcusdt@trade", within: .seconds(3), at: Self.at(0))
        watch.expect("btcusdt@depth", within: .seconds(3), at: Self.at(0))
        watch.expect("!misrouted", within: .seconds(5), at: Self.at(0))
        watch.hear("btcusdt@trade", at: Self.at(2000))
        watch.hear("btcusdt@trade", at: Self.at(1000))
        watch.hear("never expected", at: Self.at(2000))
        #expect(watch.nextDeadline == Self.at(3000))
        #expect(watch.overdue(at: Self.at(3000)) == [])
        #expect(watch.overdue(at: Self.at(3001)) == ["btcusdt@depth"])
        #expect(
            watch.overdue(at: Self.at(5001)) == ["!misrouted", "btcusdt@depth", "btcusdt@trade"])
        watch.forget("btcusdt@depth")
        #expect(watch.lastHeard("btcusdt@depth") == nil)
        #expect(watch.lastHeard("btcusdt@trade") == Self.at(2000))
        watch.forgetAll()
        #expect(watch.overdue(at: Self.at(99_000)) == [])
    }

    @Test func `the sample with the shortest trip wins`() throws {
        var clock = ClockOffset()
        #expect(clock.estimate(at: Self.at(0)) == nil)
        #expect(clock.venueTime(at: Self.at(0)) == nil)
        // 200 ms there and back: the venue is 1000 ms ahead if both ways are equal.
        clock.add(sent: Self.at(0), received: Self.at(200), venueTime: Self.at(1100))
        clock.add(sent: Self.at(300), received: Self.at(320), venueTime: Self.at(1300))
        clock.add(sent: Self.at(400), received: Self.at(600), venueTime: Self.at(1400))
        let estimate = try #require(clock.estimate(at: Self.at(700)))
        // 1300 + 0.5 - (300 + 10).
        #expect(estimate.offset == .microseconds(990_500))
        #expect(estimate.uncertainty == Trading.Duration(nanoseconds: 10_500_001))
        #expect(clock.venueTime(at: Self.at(700)) == Self.at(1690) + .microseconds(500))
    }

    @Test func `venue time never steps back, until it is reset`() {
        var clock = ClockOffset()
        clock.add(sent: Self.at(0), received: Self.at(100), venueTime: Self.at(1050))
        let first = clock.venueTime(at: Self.at(200))
        #expect(first == Self.at(1200) + .microseconds(500))
        clock.add(sent: Self.at(210), received: Self.at(212), venueTime: Self.at(1000))
        #expect(clock.venueTime(at: Self.at(220)) == first)
        clock.reset()
        #expect(clock.venueTime(at: Self.at(220)) == nil)
    }

    @Test func `senseless and old samples are of no use`() {
        var clock = ClockOffset(maxSamples: 2, maxAge: .minutes(1))
        let used = [
            clock.add(sent: Self.at(10), received: Self.at(9), venueTime: Self.at(9)),
            clock.add(sent: Self.at(0), received: Self.at(2001), venueTime: Self.at(0)),
            clock.add(sent: Self.at(0), received: Self.at(1), venueTime: .distantFuture),
            clock.add(sent: Self.at(0), received: Self.at(1), venueTime: .distantPast),
        ]
        #expect(used == [false, false, false, false])
        #expect(clock.estimate(at: Self.at(0)) == nil)
        clock.add(sent: Self.at(0), received: Self.at(1), venueTime: Self.at(0))
        #expect(clock.estimate(at: Self.at(60_001)) != nil)
        #expect(clock.estimate(at: Self.at(60_002)) == nil)
    }
}

import Testing
import Trading

@testable import BinanceVenue

@Suite struct DerivativesFeedTests {
    /// A contract's feed, as a test speaks to it. Times are seconds of wall time; the venue's are too.
    private final class Subject {
        private(set) var feed: DerivativesFeed
        private var random = Unlucky()
        private var out: [MarketData] = []

        init() throws { feed = DerivativesFeed(try feedConfiguration(), share: 0.5) }

        func told() -> [MarketData] {
            defer { out = [] }
            return out
        }
        func questions(at time: Int64, room: Int = 2) -> [DerivativesFeed.Question] {
            feed.nextQuestions(at: second(time), room: room)
        }
        func answer(
            _ answer: DerivativesFeed.Answer, to question: DerivativesFeed.Question, at time: Int64
        ) {
            feed.receive(answer, to: question, at: second(time), using: &random, into: &out)
        }
        func mark(at time: Int64, next: Int64?) {
            feed.see(
                MarkPriceUpdate(
                    markPrice: Price(units: 1), indexPrice: nil, fundingRate: .zero,
                    nextFundingTime: next.map(second), venueTime: second(time)), at: second(time))
        }
        func rewind() { feed.rewind() }

        /// Both histories, with a settlement at 0 and a count at 0.
        func begin() {
            #expect(questions(at: 0) == [.fundings, .openInterestHistory])
            answer(.fundings([settlement(0)]), to: .fundings, at: 0)
            answer(.openInterestHistory([count(0)]), to: .openInterestHistory, at: 0)
            #expect(told() == [.funding(settlement(0)), .openInterest(count(0))])
        }
    }

    @Test func `histories are told oldest first, and nothing twice`() throws {
        let subject = try Subject()
        #expect(subject.questions(at: 1_000) == [.fundings, .openInterestHistory])
        #expect(subject.questions(at: 1_000) == [])
        subject.answer(
            .fundings([settlement(400), settlement(0), settlement(400)]), to: .fundings, at: 1_000)
        subject.answer(
            .openInterestHistory([count(900), count(600), count(300)]), to: .openInterestHistory,
            at: 1_000)
        #expect(
            subject.told() == [
                .funding(settlement(0)), .funding(settlement(400)), .openInterest(count(300)),
                .openInterest(count(600)), .openInterest(count(900)),
            ])
        #expect(subject.feed.toldFundings == 2 && subject.feed.toldCounts == 3)
    }

    @Test func `open interest is counted each minute, the first time in the contract's turn`()
        throws
    {
        let subject = try Subject()
        subject.begin()
        #expect(subject.questions(at: 29) == [])
        #expect(subject.questions(at: 30) == [.openInterest])
        subject.answer(.openInterest(count(30)), to: .openInterest, at: 31)
        #expect(subject.questions(at: 90) == [])
        #expect(subject.questions(at: 91) == [.openInterest])
        // The venue has not counted anew, and then nobody holds any: neither is told.
        subject.answer(.openInterest(count(30)), to: .openInterest, at: 91)
        #expect(subject.questions(at: 151) == [.openInterest])
        let none = OpenInterest(quantity: .zero, venueTime: second(151))
        subject.answer(.openInterest(none), to: .openInterest, at: 151)
        #expect(subject.told() == [.openInterest(count(30))])
    }

    @Test
    func `a settlement is looked for after its funding time until it is there, and told once`()
        throws
    {
        let subject = try Subject()
        subject.begin()
        subject.mark(at: 99, next: 100)
        subject.mark(at: 100, next: 28_900)
        #expect(!subject.questions(at: 102).contains(.fundings))
        #expect(subject.questions(at: 103).contains(.fundings))
        subject.answer(.fundings([settlement(0)]), to: .fundings, at: 103)
        #expect(!subject.questions(at: 103).contains(.fundings))
        #expect(subject.questions(at: 104).contains(.fundings))
        subject.mark(at: 104, next: 28_900)
        subject.answer(.fundings([settlement(0), settlement(100)]), to: .fundings, at: 104)
        #expect(subject.told() == [.funding(settlement(100))])
        subject.mark(at: 105, next: 28_900)
        // Then only in the interval in which everything is looked at.
        #expect(!subject.questions(at: 703).contains(.fundings))
        #expect(subject.questions(at: 704).contains(.fundings))
    }

    @Test func `a settlement that never comes is looked for twenty times`() throws {
        let subject = try Subject()
        subject.begin()
        subject.mark(at: 99, next: 100)
        var looks = 0
        for time in Int64(100)...1_500 {
            subject.mark(at: time, next: 100)
            for question in subject.questions(at: time) {
                if question == .fundings {
                    looks += 1
                    subject.answer(.fundings([settlement(0)]), to: question, at: time)
                } else {
                    subject.answer(.failed, to: question, at: time)
                }
            }
        }
        // 21 by its waits of 1, 2, 4 ... 60 s, which end at 1,006 s.
        #expect(looks == 21)
        #expect(subject.told() == [])
    }

    @Test func `a failure is asked again later each time, and without a history counts begin`()
        throws
    {
        let subject = try Subject()
        var asked: [Int64] = []
        for time in Int64(0)...200 {
            for question in subject.questions(at: time) {
                if question == .openInterest {
                    subject.answer(.openInterest(count(time)), to: question, at: time)
                } else if question == .openInterestHistory {
                    asked.append(time)
                    subject.answer(.failed, to: question, at: time)
                } else {
                    subject.answer(.held(.minutes(10)), to: question, at: time)
                }
            }
        }
        #expect(asked == [0, 1, 3, 7, 15, 31])
        // 32 s after the last failure, and a minute after each other.
        #expect(
            subject.told() == [
                .openInterest(count(63)), .openInterest(count(123)), .openInterest(count(183)),
            ])
        #expect(subject.feed.failures == 6)
    }

    @Test func `after five minutes without a count the history is read again`() throws {
        let subject = try Subject()
        subject.begin()
        var isHistory = false
        for time in Int64(1)...300 {
            for question in subject.questions(at: time) {
                isHistory = isHistory || question == .openInterestHistory
                subject.answer(.failed, to: question, at: time)
            }
        }
        #expect(!isHistory)
        var question: DerivativesFeed.Question?
        var time: Int64 = 300
        while question == nil, time < 400 {
            time += 1
            question = subject.questions(at: time).first { $0 != .fundings }
        }
        #expect(question == .openInterestHistory)
        subject.answer(
            .openInterestHistory([count(0), count(300)]), to: .openInterestHistory, at: time)
        #expect(subject.told() == [.openInterest(count(300))])
    }

    @Test func `what the engine had no room for is told again`() throws {
        let subject = try Subject()
        subject.begin()
        subject.rewind()
        #expect(subject.questions(at: 1, room: 1) == [.fundings])
        #expect(subject.questions(at: 1, room: 0) == [])
        #expect(subject.questions(at: 1, room: 1) == [.openInterestHistory])
        subject.answer(.fundings([settlement(0)]), to: .fundings, at: 1)
        subject.answer(.openInterestHistory([count(0)]), to: .openInterestHistory, at: 1)
        #expect(subject.told() == [.funding(settlement(0)), .openInterest(count(0))])
        // A count that was under way does not shut out the history that is to be read anew.
        #expect(subject.questions(at: 31) == [.openInterest])
        subject.rewind()
        subject.answer(.openInterest(count(31)), to: .openInterest, at: 32)
        #expect(subject.told() == [])
        #expect(subject.questions(at: 32) == [.fundings, .openInterestHistory])
        subject.answer(.openInterestHistory([count(0)]), to: .openInterestHistory, at: 32)
        #expect(subject.told() == [.openInterest(count(0))])
    }
}

private func second(_ count: Int64) -> Timestamp { millisecond(count * 1_000) }
private func settlement(_ time: Int64) -> FundingSettlement {
    FundingSettlement(rate: Rate(units: 10_000 + time), venueTime: second(time))
}
private func count(_ time: Int64) -> OpenInterest {
    OpenInterest(quantity: Quantity(units: 100 + time), venueTime: second(time))
}

import Testing
import Trading
import Transport

@testable import BinanceFormat
@testable import BinanceVenue

/// What the venue's answers say about how much may be asked.
struct VenueBudgetTests {
    private static let begin = Timestamp(milliseconds: 1_000_000)

    private static func budget() -> VenueBudget { VenueBudget(now: { begin }) }

    @Test(arguments: ["9223372037", "99999999999", "999999999999999"])
    func `a pause of absurd length is one of three days`(seconds: String) {
        let budget = Self.budget()
        budget.observe(
            RESTAnswer(status: 418, headers: [("Retry-After", seconds)], body: []),
            .banned(until: nil), venueTime: Self.begin)
        #expect(budget.take(.time) == .after(RateBudget.maxPause))
    }

    @Test func `a pause until the end of time is one of three days`() {
        let budget = Self.budget()
        budget.observe(
            RESTAnswer(status: 418, headers: [], body: []),
            .banned(until: .distantFuture), venueTime: Self.begin)
        #expect(budget.take(.time) == .after(RateBudget.maxPause))
    }

    @Test func `limits that no venue can mean change nothing and stop nothing`() {
        let budget = Self.budget()
        budget.adopt([
            RateLimit(kind: .known(.requestWeight), interval: .zero, limit: 1),
            RateLimit(kind: .known(.orders), interval: nil, limit: 1),
        ])
        #expect(budget.take(.positions()) == .now)
    }

    @Test func `what must be waited for passes faster where the venue's time does`() {
        let budget = VenueBudget(now: { Self.begin }, timeScale: 20)
        for _ in 0..<55 { #expect(budget.take(.openOrders(symbol: nil)) == .now) }
        guard case .after(let wait) = budget.take(.openOrders(symbol: nil)) else {
            Issue.record("the budget has no end")
            return
        }
        #expect(wait > .seconds(2) && wait <= .milliseconds(3_151))
    }
}

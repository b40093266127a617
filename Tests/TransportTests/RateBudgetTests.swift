import Testing
import Trading

@testable import Transport

struct RateBudgetTests {
    static func at(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: 1_700_000_040_000 + milliseconds)
    }

    static func budget() -> RateBudget {
        RateBudget([
            .init(.weight, 100, per: .minutes(1), reserved: 20),
            .init(.orders, 10, per: .seconds(10), reserved: 2),
        ])
    }

    @Test func `the reserve is only for what lowers risk`() {
        var budget = Self.budget()
        let cost = RateBudget.Cost(weight: 0, orders: 1)
        for _ in 0..<8 { #expect(budget.take(cost, .normal, at: Self.at(0)) == .now) }
        // Slots of half a second: what was taken at 0 s is forgotten at 10.5 s.
        #expect(
            budget.take(cost, .normal, at: Self.at(0)) == .after(.milliseconds(10_500)))
        #expect(budget.take(cost, .lowersRisk, at: Self.at(0)) == .now)
        #expect(budget.take(cost, .lowersRisk, at: Self.at(0)) == .now)
        #expect(
            budget.take(cost, .lowersRisk, at: Self.at(0)) == .after(.milliseconds(10_500)))
        #expect(
            budget.take(cost, .lowersRisk, at: Self.at(10_499)) == .after(.milliseconds(1)))
        #expect(budget.take(cost, .lowersRisk, at: Self.at(10_500)) == .now)
    }

    @Test func `a refused request counts in no window`() {
        var budget = Self.budget()
        let orders = RateBudget.Cost(weight: 1, orders: 8)
        #expect(budget.take(orders, .normal, at: Self.at(0)) == .now)
        #expect(budget.take(orders, .normal, at: Self.at(0)) != .now)
        #expect(budget.used(.weight, per: .minutes(1), at: Self.at(0)) == 1)
        #expect(budget.used(.orders, per: .seconds(10), at: Self.at(0)) == 8)
        #expect(budget.used(.orders, per: .seconds(11), at: Self.at(0)) == nil)
    }

    @Test func `what costs more than the limit is never allowed`() {
        var budget = Self.budget()
        #expect(budget.take(.init(weight: 81), .normal, at: Self.at(0)) == .never)
        #expect(budget.take(.init(weight: 81), .lowersRisk, at: Self.at(0)) == .now)
        #expect(budget.take(.init(weight: 101), .lowersRisk, at: Self.at(0)) == .never)
    }

    @Test func `what can wait has half of what is not reserved`() {
        var budget = Self.budget()
        #expect(budget.take(.init(weight: 40), .background, at: Self.at(0)) == .now)
        #expect(budget.take(.init(weight: 1), .background, at: Self.at(0)) != .now)
        #expect(budget.take(.init(weight: 40), .normal, at: Self.at(0)) == .now)
        #expect(budget.take(.init(weight: 1), .normal, at: Self.at(0)) != .now)
        #expect(budget.take(.init(weight: 20), .lowersRisk, at: Self.at(0)) == .now)
    }

    @Test func `a pause that one budget learned holds another of the same address`() {
        var first = Self.budget()
        first.pause(.banned, for: .seconds(30), at: Self.at(0))
        var second = Self.budget()
        second.adoptPauses(of: first)
        #expect(
            second.take(.init(weight: 1), .lowersRisk, at: Self.at(10_000)) == .after(.seconds(20)))
    }

    @Test func `the venue's own count is believed when it is more`() {
        var budget = Self.budget()
        #expect(budget.take(.init(weight: 10), .normal, at: Self.at(0)) == .now)
        budget.observe(used: 75, of: .weight, per: .minutes(1), at: Self.at(100))
        budget.observe(used: 3, of: .weight, per: .minutes(1), at: Self.at(100))
        #expect(budget.used(.weight, per: .minutes(1), at: Self.at(100)) == 75)
        #expect(budget.take(.init(weight: 5), .normal, at: Self.at(100)) == .now)
        #expect(budget.take(.init(weight: 1), .normal, at: Self.at(100)) != .now)
        #expect(budget.take(.init(weight: 20), .lowersRisk, at: Self.at(100)) == .now)
        #expect(budget.used(.weight, per: .minutes(1), at: Self.at(63_000)) == 0)
    }

    @Test(arguments: [Int.min, -1, Int.max])
    func `a senseless count does not trap`(used: Int) {
        var budget = Self.budget()
        budget.observe(used: used, of: .weight, per: .minutes(1), at: Self.at(0))
        budget.observe(used: used, of: .weight, per: .minutes(1), at: Self.at(1))
        let answer = budget.take(.init(weight: 1), .normal, at: Self.at(2))
        #expect((answer == .now) == (used < 0))
        #expect(budget.take(.init(weight: .max), .lowersRisk, at: Self.at(2)) == .never)
    }

    @Test func `throttling spares what lowers risk, a ban spares nothing`() {
        var budget = Self.budget()
        let cost = RateBudget.Cost(weight: 1)
        budget.pause(.throttled, for: .seconds(5), at: Self.at(0))
        budget.pause(.throttled, for: .seconds(1), at: Self.at(0))
        #expect(budget.take(cost, .normal, at: Self.at(0)) == .after(.seconds(5)))
        #expect(budget.take(cost, .lowersRisk, at: Self.at(0)) == .now)
        budget.pause(.banned, for: .seconds(120), at: Self.at(0))
        #expect(budget.take(cost, .lowersRisk, at: Self.at(0)) == .after(.seconds(120)))
        #expect(budget.take(cost, .lowersRisk, at: Self.at(120_000)) == .now)
        budget.pause(.banned, for: .hours(100_000), at: Self.at(120_000))
        #expect(budget.take(cost, .lowersRisk, at: Self.at(120_000)) == .after(.hours(72)))
    }

    @Test func `in no interval is more taken than the limit, whatever the times`() {
        var random = TestRandom(state: 7)
        var budget = Self.budget()
        var taken: [Int64] = []
        var now: Int64 = 0
        var told = Int64.min
        for _ in 0..<5000 {
            now += Int64.random(in: 0...600, using: &random)
            // The clock steps back now and then.
            let shown = now - (Int.random(in: 0..<50, using: &random) == 0 ? 3000 : 0)
            told = max(told, shown)
            let answer = budget.take(
                .init(weight: 0, orders: 1), .lowersRisk, at: Self.at(shown))
            if answer == .now { taken.append(told) }
        }
        #expect(taken.count > 1000)
        for (index, time) in taken.enumerated() where index >= 10 {
            #expect(time - taken[index - 10] >= 10_000)
        }
    }

    @Test func `new limits keep what was counted`() {
        var budget = Self.budget()
        _ = budget.take(.init(weight: 50), .normal, at: Self.at(0))
        budget.replaceLimits([.init(.weight, 60, per: .minutes(1), reserved: 0)])
        #expect(budget.take(.init(weight: 11), .normal, at: Self.at(0)) != .now)
        #expect(
            budget.take(.init(weight: 10, orders: 99), .normal, at: Self.at(0)) == .now)
    }
}

/// A small seeded generator; known to be good enough for tests.
struct TestRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}

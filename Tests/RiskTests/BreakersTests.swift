import Testing
import Trading

@testable import Risk

private func input(
    mark: String, last: String? = nil, dayStart: String = "10000", dayAgo: String = "10000",
    peak: String = "10000", losses: Int = 0, trades: Int = 0
) -> BreakerInput {
    BreakerInput(
        equityAtMark: money(mark), equityAtLast: last.map(money), dayStartEquity: money(dayStart),
        equity24hAgo: money(dayAgo), peakEquity: money(peak), losingStreak: losses,
        tradesToday: trades)
}

private func trips(_ input: BreakerInput) -> [BreakerTrip] {
    var breakers = Breakers(limits: BreakerLimits())
    return breakers.evaluate(input)
}

@Test func `a day's loss of three per cent flattens`() {
    #expect(trips(input(mark: "9700.01", last: "9700.01")) == [])
    #expect(
        trips(input(mark: "9700", last: "9700")) == [
            BreakerTrip(
                id: .dailyLoss, value: .fraction(rate("0.03")), limit: .fraction(rate("0.03")),
                action: .flattenUntilNextDay)
        ])
}

@Test func `a loss of four per cent in 24 hours pauses entries`() {
    let quiet = input(mark: "9600.01", last: "9600", dayStart: "9600")
    #expect(trips(quiet) == [])
    #expect(
        trips(input(mark: "9600", last: "9600", dayStart: "9600")) == [
            BreakerTrip(
                id: .rollingLoss, value: .fraction(rate("0.04")), limit: .fraction(rate("0.04")),
                action: .pauseEntries)
        ])
}

@Test func `a fall of twenty per cent from the peak kills`() {
    let quiet = input(mark: "8000.01", last: "8000", dayStart: "8000", dayAgo: "8000")
    #expect(trips(quiet) == [])
    #expect(
        trips(input(mark: "8000", last: "8000", dayStart: "8000", dayAgo: "8000")) == [
            BreakerTrip(
                id: .drawdown, value: .fraction(rate("0.2")), limit: .fraction(rate("0.2")),
                action: .kill)
        ])
}

@Test func `the strongest action comes first`() {
    let all = trips(input(mark: "8000", last: "8000", losses: 5, trades: 20))
    #expect(
        all.map(\.id) == [.drawdown, .dailyLoss, .rollingLoss, .consecutiveLosses, .tradesPerDay])
}

@Test(arguments: [(4, 19, [BreakerID]()), (5, 19, [.consecutiveLosses]), (4, 20, [.tradesPerDay])])
func `streaks and trades trip at their counts`(losses: Int, trades: Int, expected: [BreakerID]) {
    #expect(
        trips(input(mark: "10000", losses: losses, trades: trades)).map(\.id) == expected)
}

@Test func `one mark alone does not trip, three do`() {
    var breakers = Breakers(limits: BreakerLimits())
    let lonely = input(mark: "9700", last: "9999")
    #expect(breakers.evaluate(lonely) == [])
    #expect(breakers.evaluate(lonely) == [])
    #expect(breakers.evaluate(lonely).map(\.id) == [.dailyLoss])
}

@Test func `a mark back inside starts the count again`() {
    var breakers = Breakers(limits: BreakerLimits())
    let lonely = input(mark: "9700")
    _ = breakers.evaluate(lonely)
    _ = breakers.evaluate(lonely)
    #expect(breakers.evaluate(input(mark: "9701")) == [])
    #expect(breakers.evaluate(lonely) == [])
}

@Test func `a breaker that is off never trips`() {
    var limits = BreakerLimits()
    limits.dailyLoss = nil
    limits.rollingLoss = nil
    limits.drawdown = nil
    limits.consecutiveLosses = nil
    limits.tradesPerDay = nil
    var breakers = Breakers(limits: limits)
    #expect(breakers.evaluate(input(mark: "1", last: "1", losses: 99, trades: 9_999)) == [])
}

@Test func `an account without a base counts as lost`() {
    #expect(Breakers.loss(of: money("5"), from: .zero) == .one)
}

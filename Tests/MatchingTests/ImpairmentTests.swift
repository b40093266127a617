import Matching
import Testing
import Trading

/// What a schedule of faults does to the matching of our orders.
@Suite struct ImpairmentTests {
    private let share = Rate(units: 40_000_000)

    @Test func `a market order gets its part of what the book offers, the next one all`() {
        var stage = Stage()
        stage.rest(.sell, "60000.1", "1")
        stage.exchange.share(share, of: btc, orders: 1)
        #expect(
            stage.send(order("a", .buy, .market, "0.1")) == [
                "a: accepted", "a: filled 0.04 @ 60000.1", "a: expired",
            ])
        #expect(
            stage.send(order("b", .buy, .market, "0.1")) == [
                "b: accepted", "b: filled 0.1 @ 60000.1",
            ])
    }

    @Test func `a part is of what is offered and never smaller than a step`() {
        var stage = Stage()
        stage.rest(.sell, "60000.1", "0.002")
        stage.exchange.share(share, of: btc, orders: .max)
        #expect(
            stage.send(order("a", .buy, .market, "0.1")) == [
                "a: accepted", "a: filled 0.001 @ 60000.1", "a: expired",
            ])
        #expect(
            stage.send(order("b", .buy, .limit(price("60000.1"), .fok), "0.001")) == [
                "b: accepted", "b: filled 0.001 @ 60000.1",
            ])
        #expect(
            stage.send(order("c", .buy, .market, "0.1")) == ["c: accepted", "c: expired"])
    }

    @Test func `a limit that would cross gets a part a second, and the book is never crossed`() {
        var stage = Stage()
        stage.rest(.sell, "60000.1", "0.1")
        stage.rest(.buy, "59999", "1")
        stage.exchange.share(share, of: btc, orders: 1)
        var heard = stage.send(order("a", .buy, .limit(price("60000.1"), .gtc), "0.1"))
        #expect(heard == ["a: accepted", "a: filled 0.04 @ 60000.1"])
        #expect(stage.exchange.bestBid(btc)?.price == price("59999"))
        heard = stage.wait(1000)
        #expect(heard == ["a: filled 0.024 @ 60000.1"])
        #expect(stage.exchange.bestBid(btc)?.price == price("59999"))
        stage.exchange.cancel(clientID("a"), instrument: btc, at: stage.exchange.time)
        #expect(stage.wait(100) == ["a: canceled"])
    }

    @Test func `a resting order is filled in slices of its part`() {
        var stage = Stage()
        stage.exchange.share(share, of: btc, orders: 1)
        #expect(
            stage.send(order("a", .buy, .limit(price("60000"), .gtc), "0.1")) == ["a: accepted"])
        stage.take(.sell, "1")
        #expect(
            stage.wait(100) == [
                "a: filled 0.04 @ 60000 maker", "a: filled 0.04 @ 60000 maker",
                "a: filled 0.02 @ 60000 maker",
            ])
        #expect(stage.exchange.conservedSum == .zero)
    }

    @Test func `a conditional order is rejected when it fires, the next one trades`() {
        var stage = Stage()
        stage.rest(.buy, "60000", "10")
        stage.rest(.sell, "60000.1", "1")
        _ = stage.send(order("entry", .buy, .market, "0.1"))
        stage.exchange.refuseTriggers(of: btc, count: 1)
        let stop = OrderKind.stopMarket(trigger: price("60000"), by: .last)
        #expect(
            stage.send(order("a", .sell, stop, "0.1", isReduceOnly: true)) == ["a: accepted"])
        stage.take(.sell, "0.001")
        #expect(stage.wait(100) == ["a: rejected(insufficientMargin)"])
        #expect(stage.exchange.account(.ours).position(btc)?.quantity == quantity("0.1"))
    }

    @Test func `our position is liquidated at once, whatever the mark`() {
        var stage = Stage()
        stage.rest(.buy, "59990", "10")
        stage.rest(.sell, "60000.1", "1")
        _ = stage.send(order("entry", .buy, .market, "0.1"))
        stage.exchange.liquidateOurs(btc)
        let reports = accountReports(stage.all(100))
        #expect(reports.count == 2)
        #expect(reports.first == .liquidation(btc, venueTime: milliseconds(100)))
        #expect(stage.exchange.account(.ours).position(btc) == nil)
        #expect(stage.exchange.conservedSum == .zero)
    }

    @Test func `our position is closed at the mark without a commission, in part or whole`() {
        var stage = Stage()
        stage.rest(.sell, "60000.1", "1")
        _ = stage.send(order("entry", .buy, .market, "0.1"))
        let mark = stage.exchange.markPrice(btc)
        let before = stage.exchange.account(.ours)
        stage.exchange.closeOurs(btc, upTo: quantity("0.03"))
        #expect(stage.exchange.account(.ours).position(btc)?.quantity == quantity("0.07"))
        stage.exchange.closeOurs(btc, upTo: quantity("9"))
        let after = stage.exchange.account(.ours)
        #expect(after.position(btc) == nil)
        #expect(after.commissions == before.commissions)
        // 0.1 bought at 60000.1 and sold at the mark.
        #expect(
            after.walletBalance - before.walletBalance
                == Money(quantity("0.1"), at: mark) - money("6000.01"))
        #expect(stage.exchange.conservedSum == .zero)
        #expect(accountReports(stage.all(100)).count == 4)
    }

    @Test func `a commission that was paid in another asset comes back`() {
        var stage = Stage()
        stage.rest(.sell, "60000", "1")
        _ = stage.send(order("entry", .buy, .market, "0.1"))
        let paid = stage.exchange.account(.ours).commissions
        #expect(!paid.isNegative && paid != .zero)
        stage.exchange.refundCommission(paid)
        #expect(stage.exchange.account(.ours).commissions == .zero)
        #expect(stage.exchange.account(.ours).walletBalance == Money(whole: 100_000))
        #expect(stage.exchange.conservedSum == .zero)
    }

    @Test func `funding is settled with the next mark, before its time`() {
        var stage = Stage()
        stage.rest(.buy, "59990", "10")
        stage.rest(.sell, "60000.1", "1")
        _ = stage.send(order("entry", .buy, .market, "0.1"))
        stage.exchange.settleFundingNext(btc)
        var isFunded = false
        for report in accountReports(stage.all(1100)) {
            if case .funding = report { isFunded = true }
        }
        #expect(isFunded)
        #expect(accountReports(stage.all(5000)).isEmpty)
    }
}

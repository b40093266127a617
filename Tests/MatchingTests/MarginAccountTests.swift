import Matching
import Testing
import Trading

@Suite struct MarginAccountTests {
    private func account(_ balance: Int64 = 10_000, leverage: Int = 3) -> MarginAccount {
        MarginAccount(balance: Money(whole: balance), leverage: leverage, instruments: 1)
    }

    @Test
    func `a partial close takes its share of the cost, rounded down, and the last one the rest`() {
        var account = account()
        // Cost 0.001 x 60000.1 + 0.002 x 60000.2 = 60.0001 + 120.0004 = 180.0005.
        account.apply(
            side: .buy, quantity: quantity("0.001"), price: price("60000.1"), commission: .zero,
            instrument: instrument)
        account.apply(
            side: .buy, quantity: quantity("0.002"), price: price("60000.2"), commission: .zero,
            instrument: instrument)
        #expect(account.position(btc)?.cost == money("180.0005"))
        // A third of it: 60.00016666666666|66..., cut after 16 digits.
        let first = account.apply(
            side: .sell, quantity: quantity("0.001"), price: price("60000.1"), commission: .zero,
            instrument: instrument)
        #expect(first == money("60.0001") - money("60.0001666666666666"))
        #expect(account.position(btc)?.cost == money("120.0003333333333334"))
        let last = account.apply(
            side: .sell, quantity: quantity("0.002"), price: price("60000.1"), commission: .zero,
            instrument: instrument)
        #expect(first + last == money("-0.0002"))
        #expect(account.position(btc) == nil)
        #expect(account.walletBalance == money("9999.9998"))
        #expect(account.availableBalance == account.walletBalance)
    }

    @Test func `a fill beyond the position turns it over`() {
        var account = account()
        account.apply(
            side: .buy, quantity: quantity("0.01"), price: price("60000"), commission: .zero,
            instrument: instrument)
        let realized = account.apply(
            side: .sell, quantity: quantity("0.03"), price: price("60100"), commission: .zero,
            instrument: instrument)
        #expect(realized == money("1"))
        let position = account.position(btc)
        #expect(position?.direction == .short)
        #expect(position?.quantity == quantity("0.02"))
        #expect(position?.cost == money("1202"))
        // 1202 ÷ 3, rounded up.
        #expect(position?.isolatedMargin == money("400.6666666666666667"))
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `the wallet is deposits plus profit less commissions plus funding, to the last digit`(
        _ seed: UInt64
    ) {
        var random = SplitMix64(seed: seed)
        var account = account(1_000_000, leverage: 5)
        var realized = Money.zero
        var paid = Money.zero
        var funded = Money.zero
        for _ in 0..<400 {
            if random.chance(0.1), account.position(btc) != nil {
                let amount = Money(units: Int128(random.below(2_000_000)) - 1_000_000)
                account.apply(funding: amount, instrument: instrument)
                funded += amount
                continue
            }
            let at = Price(units: Int64(590_000 + random.below(20_000)) * 10_000_000)
            let amount = Quantity(units: Int64(1 + random.below(500)) * 100_000)
            let fee = Money(amount, at: at).commission(at: instrument.takerFee)
            realized += account.apply(
                side: random.chance(0.5) ? .buy : .sell, quantity: amount, price: at,
                commission: fee,
                instrument: instrument)
            paid += fee
            let expected = Money(whole: 1_000_000) + realized - paid + funded
            #expect(account.walletBalance == expected, "seed \(seed)")
            #expect(
                account.walletBalance
                    == account.deposits + account.closedPnL - account.commissions + account.funding)
        }
    }

    @Test func `added margin moves the liquidation price away, and free cash is its limit`() throws
    {
        var account = account(20_000, leverage: 10)
        account.apply(
            side: .buy, quantity: quantity("1"), price: price("60000"), commission: .zero,
            instrument: instrument)
        let before = try #require(account.position(btc)?.liquidationPrice)
        #expect(account.availableBalance == Money(whole: 14_000))
        let isTooMuchMoved = account.moveMargin(money("14000.01"), instrument: instrument)
        let isMoved = account.moveMargin(Money(whole: 3_000), instrument: instrument)
        #expect(!isTooMuchMoved)
        #expect(isMoved)
        let after = try #require(account.position(btc)?.liquidationPrice)
        // 3000 ÷ (1 − 0.005) lower: 3015.0754.
        #expect(abs(before.double - after.double - 3015.0754) < 0.001)
    }
}

import Matching
import Risk
import Testing
import Trading

@Suite struct VenueMarginTests {
    /// One tier without end.
    private func tier(_ rate: Int64, _ deduction: String) -> [MarginTier] {
        [
            MarginTier(
                floor: .zero, cap: Money(whole: 1_000_000_000_000), maxLeverage: 125,
                maintenanceRate: Rate(units: rate), deduction: money(deduction))
        ]
    }

    private func value(_ amount: String, _ entry: String) -> Money {
        Money(quantity(amount), at: price(entry))
    }

    private func liquidation(
        _ direction: Direction, _ amount: String, _ entry: String, margin: Money,
        others: Money = .zero, profit: Money = .zero, tiers: [MarginTier]
    ) -> Double? {
        VenueMargin.liquidationPrice(
            direction: direction, quantity: quantity(amount), cost: value(amount, entry),
            margin: margin,
            otherMaintenance: others, otherUnrealized: profit, tiers: tiers)?.double
    }

    @Test func `a cross position counts the maintenance and the profit of the others`() throws {
        let wallet = money("1535443.01")
        // The ETH position at its mark: maintenance 3683.979 x 1335.18 x 0.10 - 135365.
        let ethNotional = value("3683.979", "1335.18")
        let ethMaintenance = VenueMargin.maintenance(
            notional: ethNotional, tiers: tier(10_000_000, "135365"))
        let btcFound = try #require(
            liquidation(
                .long, "109.488", "32481.98", margin: wallet, others: ethMaintenance,
                profit: ethNotional - value("3683.979", "1456.84"),
                tiers: tier(2_500_000, "16300")))
        #expect(abs(btcFound - 26316.893265) < 1e-6)
        let btcNotional = value("109.488", "31967.27")
        let btcMaintenance = VenueMargin.maintenance(
            notional: btcNotional, tiers: tier(2_500_000, "16300"))
        let ethFound = try #require(
            liquidation(
                .long, "3683.979", "1456.84", margin: wallet, others: btcMaintenance,
                profit: btcNotional - value("109.488", "32481.98"),
                tiers: tier(10_000_000, "135365")))
        #expect(abs(ethFound - 1153.256464) < 1e-6)
    }

    @Test func `a cross position alone is liquidated where the sheet says`() throws {
        let wallet = money("1535443.01")
        let eth = try #require(
            liquidation(
                .long, "3683.979", "1456.84", margin: wallet, tiers: tier(10_000_000, "135365")))
        #expect(abs(eth - 1114.784964) < 1e-6)
        let btc = try #require(
            liquidation(
                .long, "109.488", "32481.98", margin: wallet, tiers: tier(2_500_000, "16300")))
        #expect(abs(btc - 18778.725932) < 1e-6)
    }

    @Test func `an isolated position of one tier is liquidated where the sheet says`() throws {
        let tiers = tier(1_000_000, "0.01")
        let long = try #require(
            liquidation(.long, "1", "10", margin: Money(whole: 2), tiers: tiers))
        let short = try #require(
            liquidation(.short, "1", "10", margin: Money(whole: 2), tiers: tiers))
        #expect(abs(long - 8.070707070707071) < 2e-8)
        #expect(abs(short - 11.89108910891089) < 2e-8)
        // 10 / 3 in steps of 10⁻¹⁶.
        let third = try #require(
            liquidation(
                .long, "1", "10", margin: Money(units: 33_333_333_333_333_333), tiers: tiers))
        #expect(abs(third - 6.723905723905723) < 2e-8)
    }

    @Test(arguments: [
        (Direction.long, "1", "60000", "3000", 57236.18090452261),
        (.short, "1", "49000", "2450", 51243.78109452737),
        (.long, "0.5", "90000", "4500", 81325.30120481928),
    ])
    func `the tier is the one in which the liquidation price lies`(
        _ row: (Direction, String, String, String, Double)
    ) throws {
        let found = try #require(
            liquidation(row.0, row.1, row.2, margin: money(row.3), tiers: instrument.tiers))
        #expect(abs(found - row.4) < 2e-8)
    }

    @Test func `an unleveraged long has no liquidation price`() {
        #expect(
            liquidation(.long, "1", "60000", margin: Money(whole: 60_000), tiers: instrument.tiers)
                == nil)
    }

    @Test func `our arithmetic and that of module Risk agree on thousands of positions`() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<5_000 {
            let direction: Direction = random.chance(0.5) ? .long : .short
            let amount = Quantity(units: Int64(1 + random.below(50_000)) * 100_000)
            let entry = Price(units: Int64(10_000 + random.below(900_000)) * 10_000_000)
            let cost = Money(amount, at: entry)
            let margin = Money(units: cost.units / Int128(1 + random.below(120)))
            let ours = VenueMargin.liquidationPrice(
                direction: direction, quantity: amount, cost: cost, margin: margin,
                tiers: instrument.tiers)
            let risk = Liquidation.price(
                direction: direction, quantity: amount, cost: cost, wallet: margin,
                tiers: instrument.tiers)
            #expect(ours == risk, "\(direction) \(amount) @ \(entry), margin \(margin)")
        }
    }

    @Test func `a bankruptcy price never loses more than the margin`() {
        var random = SplitMix64(seed: 8)
        for _ in 0..<2_000 {
            let amount = Quantity(units: Int64(1 + random.below(5_000)) * 100_000)
            let entry = Price(units: Int64(10_000 + random.below(900_000)) * 10_000_000)
            let cost = Money(amount, at: entry)
            let margin = Money(units: cost.units / Int128(2 + random.below(120)))
            for direction in Direction.allCases {
                let edge = VenueMargin.bankruptcyPrice(
                    direction: direction, quantity: amount, cost: cost, margin: margin,
                    tickSize: instrument.filters.tickSize)
                let value = Money(amount, at: edge)
                let loss = direction == .long ? cost - value : value - cost
                #expect(loss <= margin)
                #expect(edge.units % instrument.filters.tickSize.units == 0)
            }
        }
    }
}

import Testing
import Trading

@testable import Risk

private let flatTier = [
    MarginTier(
        floor: .zero, cap: Money(whole: 1_000_000_000), maxLeverage: 20,
        maintenanceRate: rate("0.01"), deduction: money("0.01"))
]

/// The reference gives 8.070707070707071, 11.89108910891089, 6.723905723905723; longs round up and shorts down.
@Test(arguments: [
    (Direction.long, "2", "8.07070708"), (.short, "2", "11.8910891"),
    (.long, "3.3333333333333333", "6.72390573"),
])
func `one tier gives the reference liquidation prices`(
    direction: Direction, wallet: String, expected: String
) {
    let found = Liquidation.price(
        direction: direction, quantity: quantity("1"), cost: money("10"), wallet: money(wallet),
        tiers: flatTier)
    #expect(found == price(expected))
}

/// The reference gives 57236.18090452261, 51243.78109452737 and 81325.30120481928.
@Test(arguments: [
    (Direction.long, "1", "60000", "3000", "57236.18090453"),
    (.short, "1", "49000", "2450", "51243.78109452"),
    (.long, "0.5", "45000", "4500", "81325.30120482"),
])
func `the tier at the liquidation price counts, not the one at the entry`(
    direction: Direction, size: String, cost: String, wallet: String, expected: String
) {
    let found = Liquidation.price(
        direction: direction, quantity: quantity(size), cost: money(cost), wallet: money(wallet),
        tiers: bitcoin.tiers)
    #expect(found == price(expected))
}

@Test func `a long that is paid for whole cannot be liquidated`() {
    let found = Liquidation.price(
        direction: .long, quantity: quantity("1"), cost: money("100"), wallet: money("100"),
        tiers: bitcoin.tiers)
    #expect(found == nil)
}

@Test func `no position has no liquidation price`() {
    #expect(
        Liquidation.price(
            direction: .short, quantity: .zero, cost: .zero, wallet: money("1"),
            tiers: bitcoin.tiers) == nil)
}

/// Searches the tier whose own answer lies in it, in doubles: slow, and written from the venue's page alone.
private func naive(
    _ direction: Direction, size: Double, cost: Double, wallet: Double, tiers: [MarginTier]
) -> Double? {
    let sign = Double(direction.sign)
    for tier in tiers {
        let rate = tier.maintenanceRate.double
        let found =
            (wallet + tier.deduction.double - sign * cost) / (size * rate - sign * size)
        let notional = size * found
        if notional > tier.floor.double, notional <= tier.cap.double { return found }
    }
    return nil
}

@Test func `the nearest of the tiers' prices is the consistent one`() {
    var seed: UInt64 = 7
    func next(_ range: ClosedRange<Int64>) -> Int64 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return range.lowerBound + Int64(seed >> 33) % (range.upperBound - range.lowerBound + 1)
    }
    var compared = 0
    for _ in 0..<2_000 {
        let direction: Direction = next(0...1) == 0 ? .long : .short
        let size = Quantity(units: next(1...50_000) * 100_000)
        let entry = Price(units: next(10_000...100_000) * FixedPoint.unitsPerOne)
        let cost = Money(size, at: entry)
        let wallet = Money(units: cost.units / Int128(next(2...20)))
        let found = Liquidation.price(
            direction: direction, quantity: size, cost: cost, wallet: wallet, tiers: bitcoin.tiers)
        let expected = naive(
            direction, size: size.double, cost: cost.double, wallet: wallet.double,
            tiers: bitcoin.tiers)
        guard let expected, let found else { continue }
        compared += 1
        #expect(abs(found.double - expected) <= expected * 1e-9, "\(direction) \(size) \(entry)")
    }
    #expect(compared > 1_900)
}

@Test(arguments: [("50000", "200"), ("57236.18", "236.1809"), ("600000", "2950"), ("100", "0.4")])
func `maintenance margin follows the tiers`(notional: String, expected: String) {
    let margin = Liquidation.maintenanceMargin(notional: money(notional), tiers: bitcoin.tiers)
    #expect(margin == money(expected))
}

@Test(arguments: [
    (Direction.long, "85", "0.15"), (.short, "115", "0.15"), (.long, "100", "0"),
    (.long, "101", "-0.01"), (.short, "99", "-0.01"),
])
func `the distance to liquidation is a fraction of the mark`(
    direction: Direction, liquidation: String, expected: String
) {
    let distance = Liquidation.distance(
        direction: direction, mark: price("100"), liquidation: price(liquidation))
    #expect(distance == rate(expected))
}

import Testing
import Trading

/// Sums of whole taker orders in a window, merged anew.
private struct PlainFlow {
    var whale = (buy: 0.0, sell: 0.0)
    var retail = (buy: 0.0, sell: 0.0)
    var orders = 0.0
    var largest = 0.0

    init(_ prints: [Print], whale threshold: Double, minutes: Int64, now: Timestamp) {
        var merged: [(time: Timestamp, side: Side, notional: Double)] = []
        for print in prints {
            let notional = print.price.double * print.quantity.double
            if let last = merged.last, last.time == print.venueTime, last.side == print.takerSide {
                merged[merged.count - 1].notional += notional
            } else {
                merged.append((print.venueTime, print.takerSide, notional))
            }
        }
        let first = now.nanoseconds / 1_000_000_000 - minutes * 60
        for order in merged where order.time.nanoseconds / 1_000_000_000 > first {
            orders += 1
            largest = max(largest, order.notional)
            switch (order.notional >= threshold, order.side) {
            case (true, .buy): whale.buy += order.notional
            case (true, .sell): whale.sell += order.notional
            case (false, .buy): retail.buy += order.notional
            case (false, .sell): retail.sell += order.notional
            }
        }
    }

    var gross: Double { whale.buy + whale.sell + retail.buy + retail.sell }
    var imbalance: Double { (whale.buy + retail.buy - whale.sell - retail.sell) / gross }
    var whaleNet: Double { (whale.buy - whale.sell) / (whale.buy + whale.sell) }
    var retailNet: Double { (retail.buy - retail.sell) / (retail.buy + retail.sell) }
    var divergence: Double { (whaleNet - retailNet) / 2 }
    var whaleShare: Double { (whale.buy + whale.sell) / gross }
}

/// Compares the flow features of `row` with those of `tape`, of which every window must be whole.
func expectPlainFlow(
    _ row: FeatureRow, _ tape: [Print], whale threshold: Double, at now: Timestamp, _ place: String
) {
    var expected: [FeatureID: Double] = [:]
    let minute = PlainFlow(tape, whale: threshold, minutes: 1, now: now)
    expected[.whaleNet1m] = minute.whaleNet
    expected[.retailNet1m] = minute.retailNet
    expected[.takerImbalance1m] = minute.imbalance
    expected[.intensity1m] = 100 * abs(minute.imbalance)
    expected[.divergence1m] = minute.divergence
    let five = PlainFlow(tape, whale: threshold, minutes: 5, now: now)
    expected[.whaleNet5m] = five.whaleNet
    expected[.retailNet5m] = five.retailNet
    expected[.takerImbalance5m] = five.imbalance
    expected[.intensity5m] = 100 * abs(five.imbalance)
    expected[.divergence5m] = five.divergence
    expected[.largestSweep5m] = five.largest / five.gross
    let quarter = PlainFlow(tape, whale: threshold, minutes: 15, now: now)
    expected[.whaleNet15m] = quarter.whaleNet
    expected[.retailNet15m] = quarter.retailNet
    expected[.takerImbalance15m] = quarter.imbalance
    expected[.intensity15m] = 100 * abs(quarter.imbalance)
    expected[.divergence15m] = quarter.divergence
    expected[.whaleShare15m] = quarter.whaleShare
    expected[.largestSweep15m] = quarter.largest / quarter.gross
    let hour = PlainFlow(tape, whale: threshold, minutes: 60, now: now)
    expected[.whaleNet1h] = hour.whaleNet
    expected[.retailNet1h] = hour.retailNet
    expected[.takerImbalance1h] = hour.imbalance
    expected[.intensity1h] = 100 * abs(hour.imbalance)
    expected[.divergence1h] = hour.divergence
    expected[.whaleShare1h] = hour.whaleShare
    expected[.sweepCount5m] = five.orders / (hour.orders / 12)
    let four = PlainFlow(tape, whale: threshold, minutes: 240, now: now)
    expected[.whaleNet4h] = four.whaleNet
    expected[.retailNet4h] = four.retailNet
    expected[.takerImbalance4h] = four.imbalance
    expected[.intensity4h] = 100 * abs(four.imbalance)
    expected[.divergence4h] = four.divergence
    for feature in FeatureID.allCases where feature.group == .flow {
        guard let value = expected[feature] else {
            Issue.record("\(feature.name) has no reference")
            continue
        }
        let known = value.isFinite ? value : .nan
        #expect(
            isNear(row[feature], known),
            "\(feature.name): \(row[feature]), expected \(known), \(place)")
    }
}

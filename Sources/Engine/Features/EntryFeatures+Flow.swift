import Market
import Trading

extension EntryFeatures {
    /// Flow beyond what hand-set scorecards look at. A window that began before the first print is not whole, and missing.
    static func addOtherFlow(
        _ flow: borrowing TakerFlow, to row: inout FeatureRow, at time: Timestamp
    ) {
        guard let start = flow.startTime else { return }
        let known = time - start
        guard known >= FlowWindow.oneMinute.length else { return }
        let minute = Reading(flow.window(.oneMinute))
        row[.intensity1m] = minute.intensity
        row[.divergence1m] = minute.divergence
        guard known >= FlowWindow.fiveMinutes.length else { return }
        let five = flow.window(.fiveMinutes)
        let fiveMinutes = Reading(five)
        row[.intensity5m] = fiveMinutes.intensity
        row[.largestSweep5m] =
            approximate(flow.largestTakerOrder(in: .fiveMinutes)) / fiveMinutes.gross
        guard known >= FlowWindow.fifteenMinutes.length else { return }
        let quarter = Reading(flow.window(.fifteenMinutes))
        row[.takerImbalance15m] = quarter.imbalance
        row[.intensity15m] = quarter.intensity
        row[.divergence15m] = quarter.divergence
        row[.whaleShare15m] = quarter.whaleShare
        row[.largestSweep15m] =
            approximate(flow.largestTakerOrder(in: .fifteenMinutes)) / quarter.gross
        guard known >= FlowWindow.oneHour.length else { return }
        let oneHour = flow.window(.oneHour)
        let hour = Reading(oneHour)
        row[.whaleNet1h] = hour.whaleNet
        row[.retailNet1h] = hour.retailNet
        row[.takerImbalance1h] = hour.imbalance
        row[.intensity1h] = hour.intensity
        row[.divergence1h] = hour.divergence
        row[.whaleShare1h] = hour.whaleShare
        row[.sweepCount5m] = 12 * Double(five.takerOrders) / Double(oneHour.takerOrders)
        guard known >= FlowWindow.fourHours.length else { return }
        let four = Reading(flow.window(.fourHours))
        row[.whaleNet4h] = four.whaleNet
        row[.retailNet4h] = four.retailNet
        row[.takerImbalance4h] = four.imbalance
        row[.intensity4h] = four.intensity
        row[.divergence4h] = four.divergence
    }

    /// The sums of one window as doubles, in units of money.
    private struct Reading {
        private let whaleBuy: Double
        private let whaleSell: Double
        private let retailBuy: Double
        private let retailSell: Double

        init(_ sums: FlowSums) {
            whaleBuy = approximate(sums.whaleBuy)
            whaleSell = approximate(sums.whaleSell)
            retailBuy = approximate(sums.retailBuy)
            retailSell = approximate(sums.retailSell)
        }

        var gross: Double { whaleBuy + whaleSell + retailBuy + retailSell }
        var imbalance: Double { (whaleBuy - whaleSell + (retailBuy - retailSell)) / gross }
        var intensity: Double { 100 * abs(imbalance) }
        var whaleNet: Double { (whaleBuy - whaleSell) / (whaleBuy + whaleSell) }
        var retailNet: Double { (retailBuy - retailSell) / (retailBuy + retailSell) }
        var divergence: Double { (whaleNet - retailNet) / 2 }
        var whaleShare: Double { (whaleBuy + whaleSell) / gross }
    }
}

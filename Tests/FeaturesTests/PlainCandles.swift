import Foundation
import Market
import Trading

extension Price {
    /// In whole units of 10⁻⁸, which are exact: a difference of two prices must not be off in the reference, and a rise as
    /// long as a fall must be just that.
    fileprivate var whole: Double { Double(units) }
}

/// The slow reference of the candle features: textbook formulas over arrays, oldest first, that end with the candle of
/// the row. It is given nothing later, and shares no code with what it checks.
struct PlainCandles {
    var candles: ArraySlice<Candle>
    var hasTakerVolume = true

    private var closes: [Double] { candles.map(\.close.whole) }

    /// The newest `count` candles, when they are there and lie within twice their time.
    private func newest(_ count: Int, endingAt end: Int = 0) -> [Candle]? {
        guard candles.count >= count + end else { return nil }
        let window = Array(candles.dropLast(end).suffix(count))
        let minutes = (window[count - 1].openTime - window[0].openTime).seconds / 60
        return minutes <= Double(2 * (count - 1) + 2) * 5 ? window : nil
    }

    func value(_ feature: FeatureID) -> Double {
        switch feature {
        case .return1: change(1)
        case .return3: change(3)
        case .return5: change(5)
        case .return12: change(12)
        case .return20: change(20)
        case .return72: change(72)
        case .return288: change(288)
        case .volatility12: volatility(12)
        case .volatility72: volatility(72)
        case .volatility288: volatility(288)
        case .volatilityRatio: volatility(12) / volatility(288)
        case .volatilityPercentile: percentile()
        case .atr14: atr() / 1e8
        case .natr14: atr() / last.close.whole
        case .rsi14: rsi()
        case .macd: macd().line
        case .macdSignal: macd().signal
        case .macdHistogram: macd().line - macd().signal
        case .adx14: adx().index
        case .directionalBalance14: adx().balance
        case .stochasticK14: stochastic(0)
        case .stochasticD14: (stochastic(0) + stochastic(1) + stochastic(2)) / 3
        case .bollingerPosition: bollinger().position
        case .bollingerWidth: bollinger().width
        case .smaDistance20: distance(20)
        case .smaDistance50: distance(50)
        case .smaDistance200: distance(200)
        case .rangePosition72: range(72)
        case .rangePosition288: range(288)
        case .candleBody: (last.close.whole - last.open.whole) / span
        case .upperWick: (last.high.whole - max(last.close, last.open).whole) / span
        case .lowerWick: (min(last.close, last.open).whole - last.low.whole) / span
        case .candleRange: span / last.close.whole
        case .volumeRatio: volumeRatio()
        case .volumeZ: volumeZ()
        case .volumeChange: volumeChange()
        case .takerBuyRatio1: takerBuy(1)
        case .takerBuyRatio3: takerBuy(3)
        case .takerBuyRatio12: takerBuy(12)
        case .hurst100: hurst()
        case .timeOfDaySine: sin(2 * .pi * hours / 24)
        case .timeOfDayCosine: cos(2 * .pi * hours / 24)
        case .dayOfWeekSine: sin(2 * .pi * weekHours / 168)
        case .dayOfWeekCosine: cos(2 * .pi * weekHours / 168)
        default: .nan
        }
    }

    private var last: Candle { candles[candles.endIndex - 1] }
    private var span: Double { last.high.whole - last.low.whole }

    private var hours: Double {
        let end = last.openTime.nanoseconds / 1_000_000_000 + 300
        return Double(end % 86_400) / 3_600
    }
    /// Hours since Monday 00:00; 1970-01-05 was one.
    private var weekHours: Double {
        let end = last.openTime.nanoseconds / 1_000_000_000 + 300
        return Double((end - 4 * 86_400) % 604_800) / 3_600
    }

    private func change(_ back: Int) -> Double {
        guard let window = newest(back + 1) else { return .nan }
        return (window[back].close.whole - window[0].close.whole) / window[0].close.whole
    }

    private func simpleReturns(_ closes: [Double]) -> [Double] {
        zip(closes, closes.dropFirst()).map { before, after in (after - before) / before }
    }

    private func volatility(_ count: Int) -> Double {
        guard let window = newest(count + 1) else { return .nan }
        let squares = simpleReturns(window.map(\.close.whole)).map { $0 * $0 }
        return (squares.reduce(0, +) / Double(count)).squareRoot()
    }

    private func percentile() -> Double {
        guard candles.count >= 719 * 12 + 1 else { return .nan }
        let returns = simpleReturns(Array(closes.suffix(719 * 12 + 1)))
        let hours = (0..<719).map { hour in
            returns[hour * 12..<hour * 12 + 12].reduce(0) { $0 + $1 * $1 }
        }
        let now = hours[718]
        let before = hours.dropLast()
        let lower = Double(before.filter { $0 < now }.count)
        let equal = Double(before.filter { $0 == now }.count)
        return (lower + equal / 2) / 718
    }

    /// Wilder's smoothing of all `values`.
    private func wilder(_ values: [Double]) -> [Double] {
        var smoothed = [values[..<14].reduce(0, +) / 14]
        for value in values[14...] {
            smoothed.append((smoothed[smoothed.count - 1] * 13 + value) / 14)
        }
        return smoothed
    }

    private func trueRanges(_ window: [Candle]) -> [Double] {
        zip(window, window.dropFirst()).map { before, now in
            [
                now.high.whole - now.low.whole, abs(now.high.whole - before.close.whole),
                abs(now.low.whole - before.close.whole),
            ].max() ?? .nan
        }
    }

    private func atr() -> Double {
        guard let window = newest(151) else { return .nan }
        return wilder(trueRanges(window)).last ?? .nan
    }

    private func rsi() -> Double {
        guard let window = newest(151)?.map(\.close.whole) else { return .nan }
        let moves = zip(window, window.dropFirst()).map { $1 - $0 }
        let gain = wilder(moves.map { max($0, 0) }).last ?? .nan
        let loss = wilder(moves.map { max(-$0, 0) }).last ?? .nan
        if gain + loss == 0 { return .nan }
        return loss == 0 ? 100 : 100 - 100 / (1 + gain / loss)
    }

    private func adx() -> (index: Double, balance: Double) {
        guard let window = newest(151) else { return (.nan, .nan) }
        let pairs = Array(zip(window, window.dropFirst()))
        let rises = pairs.map { $1.high.whole - $0.high.whole }
        let falls = pairs.map { $0.low.whole - $1.low.whole }
        let up = wilder(zip(rises, falls).map { $0 > $1 && $0 > 0 ? $0 : 0 })
        let down = wilder(zip(rises, falls).map { $1 > $0 && $1 > 0 ? $1 : 0 })
        let ranges = wilder(trueRanges(window))
        let indices = (0..<ranges.count).map { step in
            let plus = 100 * up[step] / ranges[step]
            let minus = 100 * down[step] / ranges[step]
            return up[step] + down[step] == 0 ? 0 : 100 * abs(plus - minus) / (plus + minus)
        }
        let rise = up[up.count - 1]
        let fall = down[down.count - 1]
        return (wilder(indices).last ?? .nan, (rise - fall) / (rise + fall))
    }

    private func average(_ values: [Double], _ length: Double) -> [Double] {
        var smoothed = [values[0]]
        for value in values.dropFirst() {
            let weight = 2 / (length + 1)
            smoothed.append(value * weight + smoothed[smoothed.count - 1] * (1 - weight))
        }
        return smoothed
    }

    private func macd() -> (line: Double, signal: Double) {
        guard let window = newest(151)?.map(\.close.whole) else { return (.nan, .nan) }
        let line = zip(average(window, 12), average(window, 26)).map { $0 - $1 }
        let close = window[150]
        return (line[150] / close, average(line, 9)[150] / close)
    }

    private func stochastic(_ end: Int) -> Double {
        // The span that counts is that of the whole window.
        guard newest(end == 0 ? 14 : 16) != nil else { return .nan }
        let window = Array(candles.dropLast(end).suffix(14))
        let high = window.map(\.high.whole).max() ?? .nan
        let low = window.map(\.low.whole).min() ?? .nan
        return 100 * (window[13].close.whole - low) / (high - low)
    }

    private func bollinger() -> (position: Double, width: Double) {
        guard let window = newest(20)?.map(\.close.whole) else { return (.nan, .nan) }
        let mean = window.reduce(0, +) / 20
        let deviation = (window.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 20).squareRoot()
        let upper = mean + 2 * deviation
        let lower = mean - 2 * deviation
        return ((window[19] - mean) / (upper - mean), (upper - lower) / mean)
    }

    private func distance(_ count: Int) -> Double {
        guard let window = newest(count)?.map(\.close.whole) else { return .nan }
        let mean = window.reduce(0, +) / Double(count)
        return window[count - 1] / mean - 1
    }

    private func range(_ count: Int) -> Double {
        guard let window = newest(count) else { return .nan }
        let high = window.map(\.high.whole).max() ?? .nan
        let low = window.map(\.low.whole).min() ?? .nan
        return 2 * (window[count - 1].close.whole - low) / (high - low) - 1
    }

    private func volumeChange() -> Double {
        guard let window = newest(2)?.map(\.volume.double) else { return .nan }
        return window[1] / window[0] - 1
    }

    private func volumeRatio() -> Double {
        guard let window = newest(21)?.map(\.volume.double) else { return .nan }
        return window[20] / (window[..<20].reduce(0, +) / 20)
    }

    private func volumeZ() -> Double {
        guard let window = newest(73)?.map(\.volume.double) else { return .nan }
        let usual = window[..<72]
        let mean = usual.reduce(0, +) / 72
        let deviation = (usual.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 72).squareRoot()
        return (window[72] - mean) / deviation
    }

    private func takerBuy(_ count: Int) -> Double {
        guard hasTakerVolume, let window = newest(count) else { return .nan }
        return window.map(\.takerBuyVolume.double).reduce(0, +)
            / window.map(\.volume.double).reduce(0, +)
    }

    private func hurst() -> Double {
        guard let window = newest(101)?.map(\.close.whole) else { return .nan }
        let changes = zip(window, window.dropFirst()).map { log($1 / $0) }
        let mean = changes.reduce(0, +) / 100
        var profile: [Double] = []
        for change in changes { profile.append((profile.last ?? 0) + change - mean) }
        var points: [(x: Double, y: Double)] = []
        for scale in 8...49 {
            var squares: [Double] = []
            for box in 0..<100 / scale {
                squares += offLine(Array(profile[box * scale..<(box + 1) * scale]))
                squares += offLine(Array(profile[100 - (box + 1) * scale..<100 - box * scale]))
            }
            let fluctuation = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
            guard fluctuation > 0 else { return .nan }
            points.append((log(Double(scale)), log(fluctuation)))
        }
        return line(points).slope
    }

    /// The squared distances of the values from the best straight line through them.
    private func offLine(_ values: [Double]) -> [Double] {
        let points = values.enumerated().map { (x: Double($0.offset), y: $0.element) }
        let fit = line(points)
        return points.map { point in
            let rest = point.y - fit.intercept - fit.slope * point.x
            return rest * rest
        }
    }

    private func line(_ points: [(x: Double, y: Double)]) -> (slope: Double, intercept: Double) {
        let count = Double(points.count)
        let meanX = points.map(\.x).reduce(0, +) / count
        let meanY = points.map(\.y).reduce(0, +) / count
        let together = points.map { ($0.x - meanX) * ($0.y - meanY) }.reduce(0, +)
        let spread = points.map { ($0.x - meanX) * ($0.x - meanX) }.reduce(0, +)
        let slope = together / spread
        return (slope, meanY - slope * meanX)
    }
}

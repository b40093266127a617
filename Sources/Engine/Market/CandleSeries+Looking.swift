import Trading

// What features look at in closed candles.

extension CandleSeries {
    /// Whether the candle `back` candles before the one of `age` is kept, and not so old that there must have been long
    /// silences between them: intervals without prints are absent, and neighbors in the series need not be neighbors in
    /// time.
    package func reaches(back: Int, from age: Int) -> Bool {
        guard let newest = fromEnd(age), let oldest = fromEnd(age + back) else { return false }
        return newest.openTime - oldest.openTime <= interval * Int64(2 * back + 2)
    }

    /// The sum of the squared simple returns of the `activityReturns` candles up to that of `age`; NaN when not all
    /// are known, or when the series does not keep it. Kept because a month of it is looked at in every row.
    package func activity(_ age: Int) -> Double {
        guard keepsActivity, age >= 0, age + Self.activityReturns < ring.count else { return .nan }
        let position = start + ring.count - 1 - age
        return activities[position < ring.count ? position : position - ring.count]
    }

    /// An hour of 5-minute candles.
    package static let activityReturns = 12

    /// The share of `hours` hours before the one that ends with the candle of `age` whose activity was lower, equal ones
    /// counting half; NaN when not all are kept.
    package func activityRank(_ age: Int, hours: Int) -> Double {
        let step = Self.activityReturns
        let now = activity(age)
        guard hours > 0, !now.isNaN, age + (hours + 1) * step < ring.count else { return .nan }
        var lower = 0
        var equal = 0
        var position = start + ring.count - 1 - age
        if position >= ring.count { position -= ring.count }
        for _ in 0..<hours {
            position -= step
            if position < 0 { position += ring.count }
            let before = activities[position]
            if before < now { lower += 1 } else if before == now { equal += 1 }
        }
        return (Double(lower) + Double(equal) / 2) / Double(hours)
    }

    /// Gives `body` at most `count` closed candles, newest first, the first of them that of `age`; answers how many.
    @inline(__always)
    func read(from age: Int, count: Int, _ body: (_ back: Int, _ candle: Candle) -> Void) -> Int {
        guard age >= 0, age < ring.count else { return 0 }
        let length = min(count, ring.count - age)
        var position = start + ring.count - 1 - age
        if position >= ring.count { position -= ring.count }
        for back in 0..<length {
            body(back, ring[position])
            position = position == 0 ? ring.count - 1 : position - 1
        }
        return length
    }

    private func measuredActivity(_ age: Int) -> Double {
        guard age + Self.activityReturns < ring.count else { return .nan }
        var after = Double(self[ring.count - 1 - age].close.units)
        var sum = 0.0
        for back in 1...Self.activityReturns {
            let before = Double(self[ring.count - 1 - age - back].close.units)
            let change = after / before - 1
            sum += change * change
            after = before
        }
        return sum
    }

    /// Measures the candle of `age` anew, and those after it, which look back on it.
    mutating func measureActivity(from age: Int) {
        guard keepsActivity else { return }
        for age in 0...age {
            let position = start + ring.count - 1 - age
            activities[position < ring.count ? position : position - ring.count] =
                measuredActivity(age)
        }
    }
}

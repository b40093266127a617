import Trading

// What features look at in closed candles.

extension CandleSeries {
    /// The sum of the squared simple returns of the `activityReturns` candles up to that of `age`; NaN when not all
    /// are known, or when the series does not keep it. Kept because a month of it is looked at in every row.
    package func activity(_ age: Int) -> Double {
        guard keepsActivity, age >= 0, age + Self.activityReturns < ring.count else { return .nan }
        return activities[activityPlace(closedCount - 1 - age)]
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
        // Hours back in time are neighbors, which the processor compares several at once.
        let length = activityLength
        let begin = (closedCount - 1 - age) % step * length
        var newest = (closedCount - 1 - age) / step % length
        var left = hours
        while left > 0 {
            if newest == 0 { newest = length }
            let count = min(left, newest)
            let stretch = begin + newest - count..<begin + newest
            activities.withUnsafeBufferPointer { all in
                for before in UnsafeBufferPointer(rebasing: all[stretch]) {
                    lower &+= before < now ? 1 : 0
                    equal &+= before == now ? 1 : 0
                }
            }
            newest -= count
            left -= count
        }
        return (Double(lower) + Double(equal) / 2) / Double(hours)
    }

    /// Hours of one phase that are kept: those of a full ring, and the one that is being overwritten.
    var activityLength: Int { capacity / Self.activityReturns + 2 }

    /// Where the activity of the candle of this number is, counted from the first candle ever: the hours that end a whole
    /// number of hours apart lie side by side.
    private func activityPlace(_ number: Int) -> Int {
        number % Self.activityReturns * activityLength
            + number / Self.activityReturns % activityLength
    }

    /// Writes closed candles into columns, newest first, the first of them that of `age`; answers how many there were
    /// for the first four columns, which are of one length. Times are nanoseconds, all others units of 10⁻⁸. One call for
    /// all, because a call a candle costs more than the candle. Elements beyond the candles that are kept stay as they are.
    package func read(
        from age: Int, times: UnsafeMutableBufferPointer<Int64>,
        closes: UnsafeMutableBufferPointer<Double>, highs: UnsafeMutableBufferPointer<Double>,
        lows: UnsafeMutableBufferPointer<Double>, volumes: UnsafeMutableBufferPointer<Double>,
        takerBuys: UnsafeMutableBufferPointer<Double>
    ) -> Int {
        precondition(
            closes.count == times.count && highs.count == times.count && lows.count == times.count,
            "columns of prices are of one length")
        guard age >= 0, age < ring.count else { return 0 }
        let known = ring.count - age
        let length = min(times.count, known)
        var position = place(age)
        for back in 0..<max(length, min(known, max(volumes.count, takerBuys.count))) {
            if back < length {
                times[back] = ring[position].openTime.nanoseconds
                closes[back] = Double(ring[position].close.units)
                highs[back] = Double(ring[position].high.units)
                lows[back] = Double(ring[position].low.units)
            }
            if back < volumes.count { volumes[back] = Double(ring[position].volume.units) }
            if back < takerBuys.count {
                takerBuys[back] = Double(ring[position].takerBuyVolume.units)
            }
            position = position == 0 ? ring.count - 1 : position - 1
        }
        return length
    }

    /// Where the candle of `age` is in the ring.
    private func place(_ age: Int) -> Int {
        let position = start + ring.count - 1 - age
        return position < ring.count ? position : position - ring.count
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
        if activities.isEmpty {
            activities = Array(repeating: .nan, count: Self.activityReturns * activityLength)
        }
        for age in 0...age {
            activities[activityPlace(closedCount - 1 - age)] = measuredActivity(age)
        }
    }
}

import Market
import Trading

extension EntryFeatures {
    /// Clusters farther from the mark than this do not pull, as a fraction of the mark.
    static let magnetReach = 0.03
    /// Five-minute counts of open interest that its usual change is taken from: six hours.
    static let openInterestCandles = 72
    /// Settled fundings that the usual one is taken from: ten days of eight hours.
    static let usualFundings = 30

    /// Basis, predicted funding, forced orders and magnets, each if needed.
    static func addDerivatives(
        _ market: borrowing MarketState, to row: inout FeatureRow, at time: Timestamp,
        needed: FeatureMask
    ) {
        if needed.intersects(Masks.basis), !market.isStale(.mark, at: time),
            let mark = market.mark, mark.source == .venue
        {
            if let index = market.indexPrice?.asDouble {
                row[.basis] = 10_000 * (mark.price.asDouble - index) / index
            }
            if let rate = market.fundingRate { row[.fundingPredicted] = rate.double * 10_000 }
        }
        if needed.intersects(Masks.forcedOrders) {
            let five = market.forcedFlow.sums(over: .minutes(5), endingAt: time)
            row[.forcedImbalance5m] = balance(five.buy, five.sell)
            let hour = market.forcedFlow.sums(over: .hours(1), endingAt: time)
            row[.forcedImbalance1h] = balance(hour.buy, hour.sell)
        }
        if needed.intersects(Masks.magnets), !market.isStale(.clusters, at: time),
            let mark = market.mark?.price.asDouble
        {
            addMagnets(market, mark, to: &row)
        }
    }

    /// The nearest clusters above and below within reach, and how the notional within reach is shared between them.
    private static func addMagnets(
        _ market: borrowing MarketState, _ mark: Double, to row: inout FeatureRow
    ) {
        var nearestUp = Double.infinity
        var nearestDown = Double.infinity
        var up = 0.0
        var down = 0.0
        for index in market.clusters.indices {
            let cluster = market.clusters[index]
            let distance = cluster.price.asDouble / mark - 1
            guard abs(distance) <= magnetReach, cluster.notional.units > 0 else { continue }
            switch cluster.liquidates {
            case .short:
                guard distance > 0 else { continue }
                nearestUp = min(nearestUp, distance)
                up += approximate(cluster.notional)
            case .long:
                guard distance < 0 else { continue }
                nearestDown = min(nearestDown, -distance)
                down += approximate(cluster.notional)
            }
        }
        row[.magnetDistanceUp] = nearestUp
        row[.magnetDistanceDown] = nearestDown
        row[.magnetStrengthUp] = up / (up + down)
        row[.magnetStrengthDown] = down / (up + down)
    }

    /// Settled fundings that were paid by `end`, unless the last is longer ago than the venue pays.
    static func addFunding(
        _ fundings: borrowing FundingHistory, asOf end: Timestamp, to row: inout FeatureRow
    ) {
        let newest = fundings.newestIndex(asOf: end)
        guard newest >= 0, end - fundings[newest].venueTime <= maxFundingAge else { return }
        let rate = Double(fundings[newest].rate.units)
        // A hundred millionth is a ten thousandth of a basis point.
        row[.fundingRate] = rate / 10_000
        if newest >= 1 {
            row[.fundingChange] = (rate - Double(fundings[newest - 1].rate.units)) / 10_000
        }
        if newest >= 7 {
            var sum = 0.0
            for index in newest - 7...newest { sum += Double(fundings[index].rate.units) }
            row[.fundingSum8] = sum / 10_000
        }
        guard newest >= usualFundings - 1 else { return }
        let range = newest - (usualFundings - 1)...newest
        var sum = 0.0
        for index in range { sum += Double(fundings[index].rate.units) }
        let mean = sum / Double(usualFundings)
        var squares = 0.0
        for index in range {
            let off = Double(fundings[index].rate.units) - mean
            squares += off * off
        }
        row[.fundingZ] = (rate - mean) / (squares / Double(usualFundings)).squareRoot()
    }

    private static let maxFundingAge = Duration.hours(9)
    private static let maxOpenInterestAge = Duration.minutes(10)

    /// Open interest every five minutes back from `end`, as of then.
    static func addOpenInterest(
        _ market: borrowing MarketState, asOf end: Timestamp, to row: inout FeatureRow
    ) {
        var memory = InlineArray<73, Double>(repeating: .nan)
        var span = memory.mutableSpan
        span.withUnsafeMutableBufferPointer { counts in
            market.openInterest.read(asOf: end, maxAge: maxOpenInterestAge, into: counts)
            addOpenInterest(UnsafeBufferPointer(counts), market.candles5m, to: &row)
        }
    }

    /// `counts` newest first, missing ones NaN.
    private static func addOpenInterest(
        _ counts: UnsafeBufferPointer<Double>, _ candles: borrowing CandleSeries,
        to row: inout FeatureRow
    ) {
        let now = counts[0]
        guard !now.isNaN else { return }
        row[.openInterestChange1] = now / counts[1] - 1
        row[.openInterestChange5] = now / counts[5] - 1
        row[.openInterestChange20] = now / counts[20] - 1
        let slope = slope(counts, from: 0)
        row[.openInterestVelocity] = slope
        row[.openInterestAcceleration] = slope - self.slope(counts, from: slopeCounts)
        // One missing count makes every sum missing, and with it what is made of it.
        var sum = 0.0
        var squaredChanges = 0.0
        for back in 0..<openInterestCandles {
            sum += counts[back]
            let change = counts[back] / counts[back + 1] - 1
            squaredChanges += change * change
        }
        let mean = sum / Double(openInterestCandles)
        var squares = 0.0
        for back in 0..<openInterestCandles {
            let off = counts[back] - mean
            squares += off * off
        }
        row[.openInterestZ] = (now - mean) / (squares / Double(openInterestCandles)).squareRoot()
        let usual = (squaredChanges / Double(openInterestCandles)).squareRoot()
        let moved = (now / counts[5] - 1) / (usual * 5.0.squareRoot())
        row[.openInterestDivergence] = priceMove(candles) - moved
    }

    /// Counts that a slope is fitted to.
    private static let slopeCounts = 6

    /// The slope a candle of the straight line through six counts, as a fraction of their mean.
    private static func slope(_ counts: UnsafeBufferPointer<Double>, from first: Int)
        -> Double
    {
        var sum = 0.0
        var moment = 0.0
        for back in 0..<slopeCounts {
            let count = counts[first + back]
            sum += count
            moment += (2.5 - Double(back)) * count
        }
        // Σ (x − mean x)² of six neighbors is 17.5.
        return moment / 17.5 / (sum / Double(slopeCounts))
    }

    /// The return of five candles in multiples of what is usual over six hours.
    private static func priceMove(_ candles: borrowing CandleSeries) -> Double {
        var moves = Double.nan
        CandleColumns.read(candles, from: 0, count: openInterestCandles + 1) { columns in
            guard columns.reaches(openInterestCandles) else { return }
            var squares = 0.0
            for back in 0..<openInterestCandles {
                let change = columns.closes[back] / columns.closes[back + 1] - 1
                squares += change * change
            }
            let usual = (squares / Double(openInterestCandles)).squareRoot()
            moves = (columns.closes[0] / columns.closes[5] - 1) / (usual * 5.0.squareRoot())
        }
        return moves
    }
}

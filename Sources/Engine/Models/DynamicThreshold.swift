package import Trading

/// The numbers of the loop that keeps the signal rate where it is expected.
package struct DynamicThresholdConfiguration: Hashable, Sendable, Codable {
    /// Threshold when the rate is as expected, 0.5...0.85.
    package var base: Double
    /// Share of candles on which this side is expected to signal, above 0 and at most 0.5.
    package var expectedRate: Double
    /// Candles looked back, 1...128.
    package var lookback: Int = 72
    /// How far the threshold goes from its base for each percentage point of rate.
    package var gain: Double = 0.1
    /// How far its rest moves for each percentage point that one candle is off, 0 for never. Without it the loop would
    /// rest where the rate is off by two points for every 0.1 between base and the threshold that the market needs.
    package var trimGain: Double = 0.00005
    /// How far it moves at most in one candle.
    package var maxStep: Double = 0.01
    /// How far it may be from its base.
    package var maxOffset: Double = 0.15
    /// Where it may be at all.
    package var lowest: Double = 0.50
    package var highest: Double = 0.85
    /// Without a signal for this many expected intervals, at a bound, it is stuck.
    package var stuckIntervals: Double = 3

    package init(base: Double, expectedRate: Double) {
        self.base = base
        self.expectedRate = expectedRate
    }
}

/// The entry threshold of one side: rises when signals are more than expected, falls when they are fewer.
///
/// A closed loop: what counts as a signal is judged by the threshold in force at that candle, so that the loop sees its
/// own effect. The target is base + gain × (recent − expected), both rates in percentage points, plus a slow trim that
/// takes away what is left of the difference.
package struct DynamicThreshold: Hashable, Sendable {
    package let configuration: DynamicThresholdConfiguration
    /// The threshold in force for the next candle.
    package private(set) var value: Double
    /// Candles since the last signal, or since the start.
    package private(set) var candlesSinceSignal = 0

    /// Where the loop rests when the recent rate is as expected, less the base.
    private var trim = 0.0
    /// One bit a candle, the latest lowest.
    private var signals: UInt128 = 0
    private var seen = 0

    package init(_ configuration: DynamicThresholdConfiguration) {
        precondition(
            (1...128).contains(configuration.lookback) && configuration.expectedRate > 0,
            "the lookback fits in 128 bits and some signals are expected")
        self.configuration = configuration
        value = configuration.base
        value = min(max(value, lowerBound), upperBound)
    }

    package var lowerBound: Double {
        max(configuration.lowest, configuration.base - configuration.maxOffset)
    }

    package var upperBound: Double {
        min(configuration.highest, configuration.base + configuration.maxOffset)
    }

    /// Whether the loop would go farther than its bounds let it.
    package var isPinned: Bool { value <= lowerBound || value >= upperBound }

    /// Whether no signal came for much longer than expected although the loop is at a bound: an alarm.
    package var isStuck: Bool {
        isPinned
            && Double(candlesSinceSignal)
                >= configuration.stuckIntervals / configuration.expectedRate
    }

    /// Signals of the lookback as a share of its candles, shrunk half toward what is expected; candles not yet seen
    /// count as expected.
    package var recentRate: Double {
        let lookback = Double(configuration.lookback)
        let unseen = Double(configuration.lookback - seen)
        let expected = configuration.expectedRate * (lookback + unseen)
        return (Double(signals.nonzeroBitCount) + expected) / (2 * lookback)
    }

    /// Whether `probability` is a signal at the threshold in force, or at the `bar` that is in its place.
    package func isSignal(_ probability: Double, bar: Double? = nil) -> Bool {
        probability >= bar ?? value
    }

    /// Counts one decision candle, judged by the threshold in force or by the `bar` that was in its place, then moves
    /// the threshold. Says whether it was a signal. A candle without a probability is passed as `nil`: no signal.
    @discardableResult
    package mutating func record(_ probability: Double?, bar: Double? = nil) -> Bool {
        let signaled = probability.map { isSignal($0, bar: bar) } ?? false
        let mask: UInt128 =
            configuration.lookback == 128 ? .max : (1 << UInt128(configuration.lookback)) - 1
        signals = (signals << 1 | (signaled ? 1 : 0)) & mask
        seen = min(seen + 1, configuration.lookback)
        candlesSinceSignal = signaled ? 0 : candlesSinceSignal + 1
        let points = 100 * (recentRate - configuration.expectedRate)
        let push = configuration.gain * points
        let off = 100 * ((signaled ? 1 : 0) - configuration.expectedRate)
        // The rest stays within the bounds: beyond them it would only have to come back, and be late.
        trim += configuration.trimGain * off
        trim = min(max(trim, lowerBound - configuration.base), upperBound - configuration.base)
        let target = configuration.base + trim + push
        let step = min(max(target - value, -configuration.maxStep), configuration.maxStep)
        value = min(max(value + step, lowerBound), upperBound)
        return signaled
    }

    /// Adds the state, canonically.
    package func hash(into hasher: inout StateHasher) {
        hasher.combine(value)
        hasher.combine(trim)
        hasher.combine(candlesSinceSignal)
        hasher.combine(UInt64(truncatingIfNeeded: signals))
        hasher.combine(UInt64(truncatingIfNeeded: signals >> 64))
        hasher.combine(seen)
    }
}

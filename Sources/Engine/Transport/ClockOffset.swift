package import Trading

/// How far a venue's clock is ahead of ours, from requests that it answered with its time.
///
/// Of the latest samples the one with the shortest round trip is used: its error is at most half of that trip. Local
/// times must come from a clock that does not jump; a monotonic one with a fixed origin is best.
package struct ClockOffset: Hashable, Sendable {
    package struct Estimate: Hashable, Sendable {
        /// Venue time minus local time.
        package let offset: Trading.Duration
        /// The true offset lies within this on both sides.
        package let uncertainty: Trading.Duration
    }

    private struct Sample: Hashable {
        let received: Timestamp
        let estimate: Estimate
    }

    /// The venue's stamps are whole milliseconds, rounded down: its true time is half of one later on average.
    private static let halfStamp = Trading.Duration.microseconds(500)

    /// A clock that is further away is broken: no request stamped by it could be meant.
    private static let maxOffset: Trading.Duration = .hours(24)

    private let maxSamples: Int
    private let maxAge: Trading.Duration
    private let maxRoundTrip: Trading.Duration
    /// Oldest first, at most `maxSamples`.
    private var samples: [Sample] = []
    private var latest: Timestamp = .distantPast

    package init(
        maxSamples: Int = 16, maxAge: Trading.Duration = .minutes(30),
        maxRoundTrip: Trading.Duration = .seconds(2)
    ) {
        precondition(maxSamples > 0, "An offset needs a sample.")
        self.maxSamples = maxSamples
        self.maxAge = maxAge
        self.maxRoundTrip = maxRoundTrip
    }

    /// Takes one sample. Answers whether it was of use: not when the trip was too long, its times are out of order,
    /// or the venue's clock is more than a day away.
    @discardableResult
    package mutating func add(sent: Timestamp, received: Timestamp, venueTime: Timestamp) -> Bool {
        let trip = received - sent
        guard trip >= .zero, trip <= maxRoundTrip else { return false }
        let half = Trading.Duration(nanoseconds: trip.nanoseconds / 2)
        let offset = venueTime + Self.halfStamp - (sent + half)
        guard offset <= Self.maxOffset, .zero - Self.maxOffset <= offset else { return false }
        // One nanosecond more for the half that was rounded down.
        let uncertainty = half + Self.halfStamp + Trading.Duration(nanoseconds: 1)
        if samples.count == maxSamples { samples.removeFirst() }
        samples.append(
            Sample(
                received: received, estimate: Estimate(offset: offset, uncertainty: uncertainty)))
        return true
    }

    /// The best estimate that is not too old, or `nil` when there is none.
    package func estimate(at local: Timestamp) -> Estimate? {
        samples.filter { local - $0.received <= maxAge }
            .min { $0.estimate.uncertainty < $1.estimate.uncertainty }?.estimate
    }

    /// The venue's time for a stamp, never before one given earlier; `nil` without an estimate.
    package mutating func venueTime(at local: Timestamp) -> Timestamp? {
        guard let estimate = estimate(at: local) else { return nil }
        latest = max(latest, local + estimate.offset)
        return latest
    }

    /// Forgets everything, also how far the stamps have come: for when the venue says that our time is wrong.
    package mutating func reset() {
        samples = []
        latest = .distantPast
    }
}

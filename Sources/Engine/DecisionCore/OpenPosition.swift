import Market
package import Messages
package import Trading

/// That a position is to be closed, why, and how far that is.
package struct Closing: Hashable, Sendable {
    /// The strongest reason so far; it names the close orders from then on.
    package var reason: ExitReason
    package var decidedTime: Timestamp
    /// The exit probability when it was decided; `nil` when none was known.
    package var exitProbability: Double?
    /// Close orders sent so far.
    package var attempts = 0
    /// Not before then is the next close order sent.
    package var nextAttempt: Timestamp
}

/// One value of the exit probability.
package struct ExitPoint: Hashable, Sendable {
    package var time: Timestamp
    package var probability: Double
}

/// The exit probability of an open position as it is watched live.
package struct ExitWatch: Sendable {
    /// The newest value; `nil` while the model has none.
    package var probability: Double?
    /// Since when it is at or over its threshold; `nil` while it is below.
    package var overSince: Timestamp?
    /// It wants out but the hold rule keeps it in until then.
    package var heldUntil: Timestamp?
    package var lowest = 1.0
    package var highest = 0.0
    /// When it was last evaluated.
    package var evaluatedTime = Timestamp.distantPast
    /// One value a second, oldest first, at most `maxPoints`.
    package private(set) var series: [ExitPoint] = []

    package static let maxPoints = 1_800

    /// Takes a new value under `threshold`.
    mutating func see(_ value: Double, threshold: Double, at time: Timestamp) {
        probability = value
        lowest = min(lowest, value)
        highest = max(highest, value)
        if value >= threshold {
            if overSince == nil { overSince = time }
        } else {
            overSince = nil
            heldUntil = nil
        }
        if let last = series.last, time - last.time < .seconds(1) { return }
        if series.count == Self.maxPoints { series.removeFirst(Self.maxPoints / 4) }
        series.append(ExitPoint(time: time, probability: value))
    }

    /// No model has an answer any more: the last one is not shown as if it were of now.
    mutating func seeNothing() {
        probability = nil
        overSince = nil
        heldUntil = nil
    }
}

extension MarketRegime {
    /// `nil` when none of its words is known.
    var known: MarketRegime? { self == MarketRegime() ? nil : self }
}

/// A position of ours with everything that keeps it safe and closes it.
package struct OpenPosition: Sendable {
    package internal(set) var record: PositionRecord
    /// Found at the venue: it is protected, and closed by kill and flatten, but no other rule touches it.
    package internal(set) var isAdopted = false
    /// Found at the venue and left alone, by the policy.
    package var isObserved: Bool { record.isObserved ?? false }
    package internal(set) var closing: Closing?
    /// Since when some of it has no confirmed stop; `nil` while all of it is covered.
    package internal(set) var nakedSince: Timestamp? {
        get { record.nakedSince }
        set { record.nakedSince = newValue }
    }
    /// The longest time in which some of it was without a confirmed stop.
    package internal(set) var longestNaked = Duration.zero
    /// When its stop was last seen at the venue.
    package internal(set) var stopSeenTime: Timestamp?
    /// Whether a reading of the account said so, and not only the answer to the order.
    package internal(set) var isStopSeenByReading = false
    /// Stops and targets that the venue refused in a row.
    package internal(set) var stopFailures = 0
    package internal(set) var targetFailures = 0
    /// Since when the mark is beyond the stop; the venue should have fired it by then.
    package internal(set) var beyondStopSince: Timestamp?
    package internal(set) var liquidationPrice: Price?
    package internal(set) var exit = ExitWatch()
    /// The sums of all flow when it was opened; `nil` for a position of an earlier run, whose sums began elsewhere.
    var flowAtEntry: FlowSums?

    init(record: PositionRecord) { self.record = record }

    var isClosing: Bool { closing != nil }

    func hash(into hasher: inout StateHasher, _ depth: HashDepth) {
        hasher.combine(record, depth)
        hasher.combine(isAdopted)
        hasher.combine(closing?.reason.rawValue ?? "")
        hasher.combine(closing?.attempts ?? -1)
        hasher.combine(nakedSince?.nanoseconds ?? -1)
        hasher.combine(longestNaked.nanoseconds)
        hasher.combine(stopFailures)
        hasher.combine(exit.heldUntil?.nanoseconds ?? -1)
        if depth == .everything { hasher.combine(exit.probability ?? .nan) }
    }
}

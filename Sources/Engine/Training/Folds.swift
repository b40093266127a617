package import Trading

/// What one label needs to be known: from when its features are known to when it is decided.
package struct LabelSpan: Hashable, Sendable {
    package let start: Timestamp
    package let end: Timestamp

    package init(start: Timestamp, end: Timestamp) {
        precondition(start <= end, "a label is decided after its features are known")
        self.start = start
        self.end = end
    }
}

/// One split of the samples, as places in the array that the splits were made of.
package struct Fold: Hashable, Sendable {
    /// Ascending.
    package let training: [Int]
    /// Ascending.
    package let validation: [Int]
    /// The time that the validation part covers: from here...
    package let from: Timestamp
    /// ...up to here, not included.
    package let to: Timestamp
}

/// Splits samples by time, so that no training label has seen any of what it is judged on.
///
/// Samples of several symbols go by their times alone: markets move together, so a sample of one symbol tells of another.
package enum Folds {
    /// Which samples may be learned from.
    package enum Kind: Hashable, Sendable {
        /// Only what lies before the validation part, as it would have been then.
        case walkForward
        /// Also what comes later.
        case bothSides
    }

    /// Cuts the time from the first to the last start into equal parts and makes each a validation part once; walking
    /// forward the first part is only learned from.
    ///
    /// Purged: a training sample whose span touches the time from the validation part's beginning to the end of its last
    /// label is left out. Embargoed: so is one that comes within `embargo` of that time on either side.
    ///
    /// - Returns: the folds in the order of time; those without training or validation samples are left out.
    /// - Complexity: O(samples × `count`).
    /// - Source: López de Prado, Advances in Financial Machine Learning, 2018, chapter 7.
    package static func make(
        _ spans: [LabelSpan], count: Int, embargo: Duration, kind: Kind = .walkForward
    ) -> [Fold] {
        precondition(count > 0 && embargo >= .zero, "there is something to split into")
        guard let first = spans.map(\.start).min(), let last = spans.map(\.start).max() else {
            return []
        }
        let parts = kind == .walkForward ? count + 1 : count
        // Behind the last start, so that it lies in the last part.
        let length = (last - first).nanoseconds + 1
        func boundary(_ part: Int) -> Timestamp {
            part == parts
                ? Timestamp(nanoseconds: last.nanoseconds + 1)
                : Timestamp(
                    nanoseconds: first.nanoseconds + length / Int64(parts) * Int64(part))
        }
        return (kind == .walkForward ? 1..<parts : 0..<parts).compactMap { part in
            fold(spans, from: boundary(part), to: boundary(part + 1), embargo: embargo, kind: kind)
        }
    }

    /// The one split at a given time: everything that starts in `from..<to` validates.
    package static func fold(
        _ spans: [LabelSpan], from: Timestamp, to: Timestamp, embargo: Duration,
        kind: Kind = .walkForward
    ) -> Fold? {
        let validation = spans.indices.filter { spans[$0].start >= from && spans[$0].start < to }
        guard let lastEnd = validation.map({ spans[$0].end }).max() else { return nil }
        let (closedFrom, closedTo) = (from - embargo, lastEnd + embargo)
        let training = spans.indices.filter { index in
            let span = spans[index]
            if span.end < closedFrom { return true }
            return kind == .bothSides && span.start > closedTo
        }
        guard !training.isEmpty else { return nil }
        return Fold(training: training, validation: validation, from: from, to: to)
    }
}

/// Whether our copy of the order book can be trusted. Diffs that arrive before the snapshot are kept by the caller.
///
/// - Source: Binance USDⓈ-M, "How to manage a local order book correctly", read 2026-05: the first diff applied has
///   `U ≤ lastUpdateId ≤ u`, every later one `pu` equal to the `u` before it.
package enum BookSync: Hashable, Sendable {
    /// No snapshot yet, or a diff was missed; ended by the next snapshot.
    case waitingForSnapshot
    /// A snapshot is loaded and no diff has joined it yet.
    case joining(snapshot: UInt64)
    /// The book is the venue's as of update `last`.
    case live(last: UInt64)

    package enum Effect: Hashable, Sendable { case keep, skip, apply, requestSnapshot }

    /// Takes the first, last and previous-last update id of one diff (`U`, `u`, `pu`), and says what to do with it.
    package mutating func receive(first: UInt64, last: UInt64, previous: UInt64) -> Effect {
        switch self {
        case .waitingForSnapshot:
            return .keep
        case .joining(let snapshot) where last < snapshot:
            return .skip  // Older than the snapshot.
        case .joining(let snapshot) where first > snapshot:
            self = .waitingForSnapshot  // The joining diff was missed.
            return .requestSnapshot
        case .live(let known) where previous != known:
            self = .waitingForSnapshot  // A gap: the book is no longer true.
            return .requestSnapshot
        case .joining, .live:
            self = .live(last: last)
            return .apply
        }
    }

    /// Takes the update id of a snapshot that has been loaded. One that stands where the book already is confirms it, so
    /// that a picture taken now and then does not make a good book doubtful.
    package mutating func receive(snapshot: UInt64) {
        if case .live(snapshot) = self { return }
        self = .joining(snapshot: snapshot)
    }

    /// Forgets what was known: the connection was lost, or the book contradicts itself.
    package mutating func reset() { self = .waitingForSnapshot }
}

package import Trading

/// The link over which order and account reports come.
package struct OrderLink: Hashable, Sendable {
    /// When it was last seen alive; `nil` before, and after it was lost.
    package private(set) var seenTime: Timestamp?
    package private(set) var losses = 0

    mutating func seen(at time: Timestamp) { seenTime = time }

    mutating func lost() {
        seenTime = nil
        losses += 1
    }
}

/// What complete readings of the account at the venue have said.
package struct AccountReadings: Sendable {
    /// When the one that is on its way was asked for; `nil` when none is.
    package internal(set) var askedTime: Timestamp?
    /// When the latest came.
    package internal(set) var readTime: Timestamp?
    /// The latest agreed with what we book, and the link was not lost since.
    package internal(set) var isAgreed = false
    /// One has agreed since the start: from then on new things may be done.
    package internal(set) var hasEverAgreed = false
    /// A reading after everything was closed said that nothing is open and no order of ours is left.
    package internal(set) var flatAgreed = false
    /// The differences that the latest one showed.
    package internal(set) var differences: [String] = []
    /// Open orders at the venue that are not ours, as the latest one listed them.
    package internal(set) var foreignOrders: [ForeignOrder] = []
    /// Those whose end was asked for since it came.
    var canceledForeign: [VenueOrderID] = []
    /// Those that can only reduce and were reported, at most `maxReportedForeign`, oldest first.
    var reportedForeign: [VenueOrderID] = []
    static let maxReportedForeign = 256
    /// Readings in a row in which the wallet differed by the same amount.
    var walletDifference = Money.zero
    var walletRepeats = 0
    /// The difference that was adopted last and not explained, and the venue's time of the reading.
    var adoptedWallet: (difference: Money, time: Timestamp)?
    /// Deposits and withdrawals that were booked lately, oldest first, at most `maxTransfers`: a link that was lost
    /// may tell them again.
    var transfers: [(amount: Money, time: Timestamp)] = []
    static let maxTransfers = 64
    /// Another is wanted as soon as this one has come.
    var wantsAnother = false
    /// The account had no history: the first reading says where it begins.
    var isFresh = true
}

package import Trading

/// One settlement of funding at the venue.
package struct FundingRow: Hashable, Sendable {
    /// When it was settled.
    package var time: Timestamp
    /// Of the position's value, paid by longs to shorts; negative the other way round.
    package var rate: Rate

    package init(time: Timestamp, rate: Rate) {
        self.time = time
        self.rate = rate
    }
}

package import Trading

/// The kinds of market data that can go stale, each by its own limit.
package enum MarketFeed: Hashable, Sendable, CaseIterable {
    /// Any frame or pong of the market connection.
    case connection
    /// The mark price; where it is derived, what it is derived from.
    case mark
    /// Best bid and ask.
    case book
    /// The liquidation clusters.
    case clusters
    case openInterest
    /// The settled fundings.
    case funding
}

/// When each kind of data was last heard of, in engine time; `nil` before the first.
package struct MarketAges: Hashable, Sendable {
    /// Any frame of this instrument.
    package var seen: Timestamp?
    package var print: Timestamp?
    package var book: Timestamp?
    package var mark: Timestamp?
    package var clusters: Timestamp?
    package var openInterest: Timestamp?
    package var funding: Timestamp?
    /// The connection was lost and nothing has come since.
    package var isLost = false

    package init() {}

    @inline(__always)
    mutating func seen(at time: Timestamp) {
        seen = time
        isLost = false
    }

    func hashFacts(into hasher: inout StateHasher) {
        hasher.combine(seen?.nanoseconds ?? -1)
        hasher.combine(print?.nanoseconds ?? -1)
        hasher.combine(book?.nanoseconds ?? -1)
        hasher.combine(mark?.nanoseconds ?? -1)
        hasher.combine(clusters?.nanoseconds ?? -1)
        hasher.combine(openInterest?.nanoseconds ?? -1)
        hasher.combine(funding?.nanoseconds ?? -1)
        hasher.combine(isLost)
    }
}

/// How much was seen, and how much of it was refused, since the start.
package struct MarketCounts: Hashable, Sendable {
    /// Prints counted in flow and candles.
    package var prints = 0
    /// Prints whose id was not above the last.
    package var duplicatePrints = 0
    /// Values that cannot be true: a crossed ticker, a jump of more than half, a print from the future.
    package var quarantined = 0
    package var bookTickers = 0
    package var depthUpdates = 0
    package var markPrices = 0
    package var forcedOrders = 0
    /// Candles that the venue closed with another volume than ours.
    package var klineDifferences = 0

    package init() {}

    func hashFacts(into hasher: inout StateHasher) {
        hasher.combine(prints)
        hasher.combine(duplicatePrints)
        hasher.combine(quarantined)
        hasher.combine(bookTickers)
        hasher.combine(depthUpdates)
        hasher.combine(markPrices)
        hasher.combine(forcedOrders)
        hasher.combine(klineDifferences)
    }
}

extension MarketState {
    /// When any frame of this instrument was last seen, in engine time; `nil` before the first.
    package var lastSeen: Timestamp? { ages.seen }
    /// When the last print was counted, in engine time.
    package var lastPrintTime: Timestamp? { ages.print }
    /// When best bid or ask were last said, in engine time.
    package var bookTime: Timestamp? { ages.book }
    /// When the mark price was last said, in engine time; where it is derived, when the newest of its sources was.
    package var markTime: Timestamp? {
        if let mark = ages.mark { return mark }
        guard let book = ages.book, let print = ages.print else { return ages.book ?? ages.print }
        return max(book, print)
    }

    /// Whether `feed` was not heard of for longer than its limit, was never heard of, or its connection is lost.
    package func isStale(_ feed: MarketFeed, at now: Timestamp) -> Bool {
        switch feed {
        case .connection: isStale(lastSeen, limit: configuration.connectionStaleAfter, at: now)
        case .mark: isStale(markTime, limit: configuration.markStaleAfter, at: now)
        case .book: isStale(bookTime, limit: configuration.bookStaleAfter, at: now)
        case .clusters:
            // Clusters come over another connection than the market's.
            ages.clusters.map { now - $0 > configuration.clustersStaleAfter } ?? true
        // What these count is old by itself: their age is the venue's time of the last, whenever it was told.
        case .openInterest:
            openInterest.last.map { now - $0.venueTime > configuration.openInterestStaleAfter }
                ?? true
        case .funding:
            fundings.last.map { now - $0.venueTime > configuration.fundingStaleAfter } ?? true
        }
    }

    private func isStale(_ heard: Timestamp?, limit: Duration, at now: Timestamp) -> Bool {
        guard let heard, !ages.isLost else { return true }
        return now - heard > limit
    }
}

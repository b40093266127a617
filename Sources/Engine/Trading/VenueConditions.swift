/// A setting of the account at the venue under which no new risk may be taken.
package enum UnsafeSetting: Hashable, Sendable, Codable {
    /// Long and short of one symbol are two positions there; what only reduces is not what we mean by it.
    case hedgeMode
    /// All assets together are the margin of everything.
    case multiAssets
    /// A position in this instrument would stand for the whole account.
    case crossMargin(InstrumentID)
    /// The leverage is not the one that is configured, and could not be set.
    case leverage(InstrumentID, found: Int)
    /// The key may not place orders.
    case cannotTrade
}

/// Why the venue does not serve us as it should.
package enum VenueTrouble: Hashable, Sendable, Codable {
    case keyRefused(code: Int)
    /// It refuses all requests until then; `nil` when it does not say.
    case banned(until: Timestamp?)
    /// It takes only orders that reduce, or none at all, by its own decision.
    case restricted
}

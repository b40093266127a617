/// Whether moves continue, by the Hurst exponent of the last 100 five-minute returns.
package enum Persistence: Int8, Hashable, Sendable, CaseIterable, Codable {
    /// Moves are taken back more often than chance would.
    case meanReverting = -1
    /// Not to be told from chance; the usual case.
    case random = 0
    /// Moves continue more often than chance would.
    case trending = 1
}

/// How much the price moves, against its own last 30 days.
package enum VolatilityLevel: Int8, Hashable, Sendable, CaseIterable, Codable {
    case calm = -1
    case normal = 0
    case volatile = 1
}

/// Where the price has gone over the last 24 hours.
package enum DayTrend: Int8, Hashable, Sendable, CaseIterable, Codable {
    case bear = -1
    case sideways = 0
    case bull = 1
}

/// The state of a market in three words, each `nil` while it is not known.
package struct MarketRegime: Hashable, Sendable, Codable {
    package var persistence: Persistence?
    package var volatility: VolatilityLevel?
    package var dayTrend: DayTrend?

    package init(
        persistence: Persistence? = nil, volatility: VolatilityLevel? = nil,
        dayTrend: DayTrend? = nil
    ) {
        self.persistence = persistence
        self.volatility = volatility
        self.dayTrend = dayTrend
    }
}

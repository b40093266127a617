package import Trading

/// The shortest times that positions are held before the model may close them.
package struct HoldTimeConfiguration: Hashable, Sendable, Codable {
    package var majors: [String] = ["BTCUSDT", "ETHUSDT"]
    package var otherMajors: [String] = [
        "BNBUSDT", "SOLUSDT", "XRPUSDT", "ADAUSDT", "DOGEUSDT", "AVAXUSDT", "LINKUSDT", "LTCUSDT",
    ]
    package var ofMajors: Duration = .minutes(15)
    package var ofOtherMajors: Duration = .minutes(12)
    package var ofOthers: Duration = .minutes(10)
    package var trueTrend: Duration = .minutes(45)
    /// For a TRUE TREND entry farther than `maxPainDistance` from option max pain.
    package var farFromMaxPain: Duration = .minutes(75)
    /// For a TRUE TREND position whose price moves toward a cluster in its direction.
    package var towardCluster: Duration = .minutes(90)
    /// A fraction of the price.
    package var maxPainDistance: Rate = .basisPoints(200)

    package init() {}
}

/// What the minimum hold of a position depends on.
package struct HoldTimeInput: Hashable, Sendable {
    package var symbol: SymbolName
    /// Whether the entry was a TRUE TREND one.
    package var isTrueTrend: Bool
    /// Distance of the entry from option max pain, a fraction without sign; `nil` when not known.
    package var maxPainDistance: Rate?
    /// Whether the distance to a cluster in the trade's direction shrank since entry.
    package var nearsCluster: Bool

    package init(
        symbol: SymbolName, isTrueTrend: Bool = false, maxPainDistance: Rate? = nil,
        nearsCluster: Bool = false
    ) {
        self.symbol = symbol
        self.isTrueTrend = isTrueTrend
        self.maxPainDistance = maxPainDistance
        self.nearsCluster = nearsCluster
    }
}

/// The hold-time enforcer.
package enum HoldTime {
    /// The longest minimum hold that applies.
    package static func minimum(
        _ input: HoldTimeInput, _ configuration: HoldTimeConfiguration
    ) -> Duration {
        if input.isTrueTrend {
            if input.nearsCluster { return configuration.towardCluster }
            if let distance = input.maxPainDistance, distance > configuration.maxPainDistance {
                return configuration.farFromMaxPain
            }
            return configuration.trueTrend
        }
        let symbol = input.symbol.description
        if configuration.majors.contains(symbol) { return configuration.ofMajors }
        if configuration.otherMajors.contains(symbol) { return configuration.ofOtherMajors }
        return configuration.ofOthers
    }
}

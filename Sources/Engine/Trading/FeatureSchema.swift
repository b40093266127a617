/// What a feature's number is measured in.
package enum FeatureUnit: String, Hashable, Sendable, CaseIterable, Codable {
    /// Of one; signed features lie in −1...1.
    case fraction
    /// Multiples of the usual movement over the same time, or standard deviations from a mean.
    case sigma
    /// Multiples of the distance from entry to the initial stop.
    case r
    case basisPoints
    /// A change or distance as a fraction of what it is compared with, a price as a rule: 0.01 is one per cent.
    case relative
    /// A quotient of two like numbers; 1 when they are equal.
    case ratio
    /// 0...100.
    case percent
    /// Quote currency a base unit; not comparable among symbols.
    case quote
    case hours
    /// A scaling exponent; 0.5 for a random walk.
    case exponent
    /// −1, 0 or 1, as `MarketRegime` says.
    case code
}

/// What a feature is made from, and so what must be known for it.
package enum FeatureGroup: String, Hashable, Sendable, CaseIterable, Codable {
    /// Prices of closed 5-minute candles.
    case returns, volatility, oscillators, levels, shape, regime
    /// The volume of closed 5-minute candles.
    case volume
    /// The taker-buy volume of closed 5-minute candles, which some sources do not say.
    case takerVolume
    /// The time at which the newest 5-minute candle ended.
    case calendar
    /// Closed 1-minute candles.
    case minutes
    /// Prints, merged to taker orders.
    case flow
    case openInterest, funding
    /// Mark and index price.
    case basis
    case forcedOrders
    /// Liquidation clusters.
    case magnets
    /// Best bid and ask.
    case book
    /// An open position, and the market as it sees it.
    case position

    /// Whether the features of this group are made of 5-minute candles alone.
    package var isOfCandles: Bool {
        switch self {
        case .returns, .volatility, .oscillators, .levels, .shape, .regime, .volume, .takerVolume,
            .calendar:
            true
        case .minutes, .flow, .openInterest, .funding, .basis, .forcedOrders, .magnets, .book,
            .position:
            false
        }
    }
}

/// What the schema says of one feature.
package struct FeatureDefinition: Hashable, Sendable {
    /// Snake case; the name in model files, tables and on screens.
    package var name: String
    package var unit: FeatureUnit
    package var group: FeatureGroup
    /// Rises when the formula changes, so that models made with the old one are refused.
    package var revision: Int

    package init(name: String, unit: FeatureUnit, group: FeatureGroup, revision: Int = 1) {
        self.name = name
        self.unit = unit
        self.group = group
        self.revision = revision
    }
}

/// The ordered features with units and revisions, and the digest by which models name them.
package enum FeatureSchema {
    /// One definition a slot, in the order of slots.
    package static let definitions = FeatureID.allCases.map(\.definition)

    /// The digest of the features that this build computes, 16 lower-case hexadecimal digits.
    package static let hash = hash(of: definitions)

    /// The digest of `definitions`: their order, names, units and revisions.
    package static func hash(of definitions: [FeatureDefinition]) -> String {
        var hasher = StateHasher()
        hasher.combine(definitions.count)
        for definition in definitions {
            hasher.combine(definition.name)
            hasher.combine(definition.unit.rawValue)
            hasher.combine(definition.revision)
        }
        return hasher.text
    }
}

extension FeatureID {
    /// The name in model files and on screens.
    package var name: String { definition.name }
    package var unit: FeatureUnit { definition.unit }
    package var group: FeatureGroup { definition.group }
    package var revision: Int { definition.revision }

    /// The feature of this name, or `nil`.
    package init?(name: String) {
        for feature in FeatureID.allCases where feature.name == name {
            self = feature
            return
        }
        return nil
    }
}

extension FeatureMask {
    /// The features that are known before a position is open.
    package static let market = FeatureMask(where: { $0 != .position })
    /// The features made of 5-minute candles alone.
    package static let candles = FeatureMask(where: { $0.isOfCandles })
    /// The features that need an open position.
    package static let position = FeatureMask(where: { $0 == .position })
    /// The features that hand-set scorecards use.
    package static let scorecard = FeatureMask(
        FeatureID.allCases.filter { $0.rawValue <= FeatureID.momentumAgainst3.rawValue })

    /// The features of one group.
    package init(_ group: FeatureGroup) { self.init(where: { $0 == group }) }

    private init(where isWanted: (FeatureGroup) -> Bool) {
        self.init(FeatureID.allCases.filter { isWanted($0.group) })
    }
}

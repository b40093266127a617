/// What a feature's number is measured in.
package enum FeatureUnit: String, Hashable, Sendable, Codable {
    /// Of one; signed features lie in −1...1.
    case fraction
    /// Multiples of the usual movement over the same time.
    case sigma
    /// Multiples of the distance from entry to the initial stop.
    case r
    case basisPoints
}

/// The features by name, market first, then position; the raw value is the slot in a `FeatureRow`.
///
/// Signed market features are positive when buyers press or prices rise. `…Against` features are positive when what
/// they look at goes against the open position. This is the small set of the scorecard; the names are stable.
package enum FeatureID: UInt8, Hashable, Sendable, CaseIterable, Codable {
    case whaleNet1m, whaleNet5m, whaleNet15m
    case retailNet1m, retailNet5m, retailNet15m
    case takerImbalance1m, takerImbalance5m
    case momentum1, momentum3, momentum5, momentum15
    case volatility15m
    case rangePosition15
    case divergence5m
    case spread
    case heldFraction
    case unrealizedR, drawdownR
    case stopDistanceR, targetDistanceR
    case whaleAgainst1m, whaleAgainst5m
    case takerAgainst1m
    case momentumAgainst1, momentumAgainst3

    /// The name in model files and on screens.
    package var name: String {
        switch self {
        case .whaleNet1m: "whale_net_1m"
        case .whaleNet5m: "whale_net_5m"
        case .whaleNet15m: "whale_net_15m"
        case .retailNet1m: "retail_net_1m"
        case .retailNet5m: "retail_net_5m"
        case .retailNet15m: "retail_net_15m"
        case .takerImbalance1m: "taker_imbalance_1m"
        case .takerImbalance5m: "taker_imbalance_5m"
        case .momentum1: "momentum_1"
        case .momentum3: "momentum_3"
        case .momentum5: "momentum_5"
        case .momentum15: "momentum_15"
        case .volatility15m: "volatility_15m"
        case .rangePosition15: "range_position_15"
        case .divergence5m: "divergence_5m"
        case .spread: "spread"
        case .heldFraction: "held_fraction"
        case .unrealizedR: "unrealized_r"
        case .drawdownR: "drawdown_r"
        case .stopDistanceR: "stop_distance_r"
        case .targetDistanceR: "target_distance_r"
        case .whaleAgainst1m: "whale_against_1m"
        case .whaleAgainst5m: "whale_against_5m"
        case .takerAgainst1m: "taker_against_1m"
        case .momentumAgainst1: "momentum_against_1"
        case .momentumAgainst3: "momentum_against_3"
        }
    }

    package var unit: FeatureUnit {
        switch self {
        case .whaleNet1m, .whaleNet5m, .whaleNet15m, .retailNet1m, .retailNet5m, .retailNet15m,
            .takerImbalance1m, .takerImbalance5m, .divergence5m, .rangePosition15, .heldFraction,
            .whaleAgainst1m, .whaleAgainst5m, .takerAgainst1m:
            .fraction
        case .momentum1, .momentum3, .momentum5, .momentum15: .sigma
        case .volatility15m, .spread: .basisPoints
        case .unrealizedR, .drawdownR, .stopDistanceR, .targetDistanceR, .momentumAgainst1,
            .momentumAgainst3:
            .r
        }
    }

    /// The feature of this name, or `nil`.
    package init?(name: String) {
        for feature in FeatureID.allCases where feature.name == name {
            self = feature
            return
        }
        return nil
    }
}

/// One value a feature, inline, without allocation; NaN is a missing value, and infinities are stored as missing.
package struct FeatureRow: Sendable {
    /// Slots in a row: at least the number of features.
    package static let capacity = 128

    @usableFromInline var values: InlineArray<128, Double>

    /// Everything missing.
    @inlinable
    package init() { values = InlineArray(repeating: .nan) }

    @inlinable
    package subscript(_ feature: FeatureID) -> Double {
        get { values[Int(feature.rawValue)] }
        set { values[Int(feature.rawValue)] = newValue.isFinite ? newValue : .nan }
    }

    /// Adds all features, canonically.
    package func hash(into hasher: inout StateHasher) {
        for feature in FeatureID.allCases { hasher.combine(self[feature]) }
    }
}

extension FeatureRow: Equatable {
    /// Missing values are equal to each other.
    package static func == (left: FeatureRow, right: FeatureRow) -> Bool {
        for feature in FeatureID.allCases {
            let a = left[feature]
            let b = right[feature]
            if a != b && !(a.isNaN && b.isNaN) { return false }
        }
        return true
    }
}

/// A set of features, one bit each: what a model needs, or what has been computed.
package struct FeatureMask: Hashable, Sendable {
    private var bits: UInt128

    private init(bits: UInt128) { self.bits = bits }

    package init() { bits = 0 }

    package init(_ features: some Sequence<FeatureID>) {
        bits = 0
        for feature in features { insert(feature) }
    }

    /// Every feature.
    package static let all = FeatureMask(FeatureID.allCases)

    package var isEmpty: Bool { bits == 0 }
    package var count: Int { bits.nonzeroBitCount }

    @inline(__always)
    package func contains(_ feature: FeatureID) -> Bool {
        bits & (1 << UInt128(feature.rawValue)) != 0
    }

    package mutating func insert(_ feature: FeatureID) { bits |= 1 << UInt128(feature.rawValue) }

    package func union(_ other: FeatureMask) -> FeatureMask {
        FeatureMask(bits: bits | other.bits)
    }

    /// Whether any feature is in both.
    package func intersects(_ other: FeatureMask) -> Bool { bits & other.bits != 0 }
}

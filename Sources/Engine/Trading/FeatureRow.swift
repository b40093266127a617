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

package import Trading

/// A model set's `set.json` as it is written, before any of its files is read.
package struct SetManifest: Hashable, Sendable {
    /// The only format that is read.
    package static let format = "narwhal-model-set-1"
    /// Bytes of the largest manifest that is read.
    package static let maxBytes = 1 << 20
    package static let maxMembers = 32

    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case scorecard, trees, lstm, policy
    }

    package enum Role: Hashable, Sendable {
        case model(ModelRole)
        case policy

        package var name: String {
            switch self {
            case .model(let role): role.rawValue
            case .policy: "policy"
            }
        }
    }

    /// One file in one role.
    package struct Member: Hashable, Sendable {
        package var id = ""
        package var kind = Kind.trees
        package var role = Role.policy
        /// The file's name beside the manifest: `a-z 0-9 . -`, no path.
        package var file = ""
        /// 64 lower-case hexadecimal digits.
        package var sha256 = ""
        package var weight = 1.0
        package var features: [FeatureID] = []
        package var calibration = Calibration.none
        /// Rows that an LSTM looks back on, 2...512.
        package var steps = 64
        /// Which of the model's outputs is meant.
        package var output = 0
        package var mode = PolicyMode.advise

        package init() {}
    }

    package var name = ""
    package var note = ""
    package var schema = ""
    package var parent = ""
    package var window = TrainingWindow()
    package var bracket: TrainedBracket?
    package var entryThresholds = PerDirection(long: 0.5, short: 0.5)
    package var exitThreshold = 0.5
    package var bounds = ThresholdBounds()
    package var expectedSignalRate = PerDirection(long: 0.03, short: 0.03)
    package var exitCadence = ExitCadence.decisionClose
    package var members: [Member] = []
    /// By `ModelRole.index`.
    package var training: [[DriftMonitor.Quantity]] = [[], [], [], []]

    package init() {}
}

/// How far the policy's word goes.
package enum PolicyMode: String, Hashable, Sendable, CaseIterable, Codable {
    case off
    /// Shown and recorded.
    case advise
    /// May turn an entry into a hold.
    case veto
}

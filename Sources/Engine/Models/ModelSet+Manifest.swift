import Trading

/// That a set cannot be made, and of which file that is said; the file is empty when it is the manifest itself.
package struct MemberError: Error, Hashable, Sendable {
    package let file: String
    package let cause: ModelError

    package init(_ file: String, _ cause: ModelError) {
        self.file = file
        self.cause = cause
    }
}

extension ModelSet {
    /// Makes the set that a manifest describes.
    ///
    /// - Parameters:
    ///   - digest: SHA-256 of the manifest, 64 hexadecimal digits.
    ///   - bytes: the bytes of the file of this name; the caller has compared them with the manifest's digest.
    /// - Throws: when the set was made for another feature schema, when a file is not the model that the manifest says,
    ///   or when the members do not fit together.
    package convenience init(
        manifest: SetManifest, digest: String, bytes: (String) -> [UInt8]
    ) throws(MemberError) {
        guard manifest.schema == FeatureSchema.hash else {
            throw MemberError(
                "",
                .badSet(
                    "it was made for feature schema \(manifest.schema), this program computes \(FeatureSchema.hash): train it again"
                ))
        }
        var parts = Parts()
        parts.name = manifest.name
        parts.note = manifest.note
        parts.digest = digest
        parts.schema = manifest.schema
        parts.parent = manifest.parent
        parts.window = manifest.window
        parts.bracket = manifest.bracket
        parts.entryThresholds = manifest.entryThresholds
        parts.bounds = manifest.bounds
        parts.exitThreshold = manifest.exitThreshold
        parts.expectedSignalRate = manifest.expectedSignalRate
        parts.exitCadence = manifest.exitCadence
        parts.training = manifest.training
        var loader = MemberLoader()
        for member in manifest.members {
            do throws(ModelError) {
                try loader.load(member, bytes(member.file), into: &parts)
            } catch {
                throw MemberError(member.file, error)
            }
        }
        do throws(ModelError) {
            try self.init(parts)
        } catch {
            throw MemberError("", error)
        }
    }
}

/// Reads each file once, also when it serves in two roles.
private struct MemberLoader {
    /// Nodes times depth of the trees: a few milliseconds for an explanation.
    private let maxTreeWork = 2_000_000
    /// Multiplications of a network for one answer: a few milliseconds.
    private let maxNetworkWork = 8_000_000
    private var trees: [String: BoostedTrees] = [:]
    private var networks: [String: LSTMNetwork] = [:]

    mutating func load(
        _ member: SetManifest.Member, _ bytes: [UInt8], into parts: inout ModelSet.Parts
    ) throws(ModelError) {
        switch member.role {
        case .policy: parts.policy = try Self.policy(member, bytes)
        case .model(let role):
            parts.members.append(
                ModelMember(
                    id: member.id, role: role, judge: try judge(member, bytes),
                    weight: member.weight,
                    features: member.features, calibration: member.calibration,
                    file: member.file, digest: member.sha256))
        }
    }

    private mutating func judge(
        _ member: SetManifest.Member, _ bytes: [UInt8]
    ) throws(ModelError) -> ModelMember.Judge {
        switch member.kind {
        case .scorecard:
            let card = try Scorecard(json: bytes)
            guard Set(card.terms.map(\.feature)) == Set(member.features) else {
                throw .badSet("the scorecard of '\(member.id)' looks at other features")
            }
            return .scorecard(card)
        case .trees:
            let model: BoostedTrees
            if let known = trees[member.file] {
                model = known
            } else {
                model = try BoostedTrees(json: bytes)
                trees[member.file] = model
            }
            try Self.check(model, of: member)
            try Self.check(model.nodeCount * max(1, model.depth), atMost: maxTreeWork, member)
            return .trees(model)
        case .lstm:
            let network: LSTMNetwork
            if let known = networks[member.file] {
                network = known
            } else {
                network = try LSTMNetwork(try SafeTensors(bytes))
                networks[member.file] = network
            }
            let names = member.features.map(\.name)
            guard network.featureNames.isEmpty || network.featureNames == names else {
                throw .badSet("the network of '\(member.id)' names other features than the set")
            }
            guard network.inputSize == member.features.count else {
                throw .badSet(
                    "the network takes \(network.inputSize) features, the set gives it \(member.features.count)"
                )
            }
            let width = 4 * network.hiddenSize * (network.inputSize + network.hiddenSize)
            try Self.check(
                width * network.layers * member.steps, atMost: maxNetworkWork, member)
            guard member.output < network.outputs else {
                throw .badSet("the network has no output \(member.output)")
            }
            return .lstm(network, steps: member.steps, output: member.output)
        case .policy:
            throw .badSet("'\(member.id)' is a policy: its role must be policy")
        }
    }

    /// All models are asked on the thread that also closes positions: one may take milliseconds, not more.
    private static func check(
        _ work: Int, atMost limit: Int, _ member: SetManifest.Member
    ) throws(ModelError) {
        guard work <= limit else {
            throw .badSet("'\(member.id)' is too large to be asked in time: train a smaller one")
        }
    }

    private static func check(
        _ model: BoostedTrees, of member: SetManifest.Member
    ) throws(ModelError) {
        guard model.outputCount == 1, model.objective.isProbability else {
            throw .badSet("the trees of '\(member.id)' must give one probability")
        }
        guard model.featureCount == member.features.count else {
            throw .badSet(
                "the trees of '\(member.id)' take \(model.featureCount) features, the set gives them \(member.features.count)"
            )
        }
        let names = member.features.map(\.name)
        guard model.featureNames.isEmpty || model.featureNames == names else {
            throw .badSet("the trees of '\(member.id)' name other features than the set")
        }
    }

    private static func policy(
        _ member: SetManifest.Member, _ bytes: [UInt8]
    ) throws(ModelError) -> PolicyMember {
        let network = try PolicyNetwork(try SafeTensors(bytes))
        guard network.stateCount == PolicyState.Component.allCases.count,
            network.actionCount == PolicyAction.allCases.count
        else {
            throw .badSet(
                "the policy takes \(network.stateCount) numbers and knows \(network.actionCount) actions: \(PolicyState.Component.allCases.count) and \(PolicyAction.allCases.count) are meant"
            )
        }
        guard network.isForTrading else {
            throw .badSet("the policy names other components or actions, or in another order")
        }
        return PolicyMember(
            id: member.id, mode: member.mode, network: network, file: member.file,
            digest: member.sha256)
    }
}

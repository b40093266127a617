import CockpitModel
import Wire

// Engines with a set of several models, for the Exit view.

extension Sample {
    static func contribution(_ name: String, _ value: Double) -> ContributionTopic {
        ContributionTopic(name: name, value: value)
    }

    /// The set of the samples, everything in order.
    static var models: ModelsTopic {
        func member(_ id: String, _ kind: String, _ role: String, _ weight: Double)
            -> ModelMemberTopic
        {
            ModelMemberTopic(id: id, kind: kind, role: role, weight: weight, state: "ready")
        }
        func drift(_ role: String, _ name: String, _ psi: Double) -> DriftTopic {
            DriftTopic(
                role: role, word: "ok", rows: 900, neededRows: 500,
                worst: [DriftFeatureTopic(name: name, psi: psi)], outputPsi: 0.03)
        }
        return ModelsTopic(
            name: "eyes-1", digest: "3f9a0c21be04",
            note: "trees and LSTM of January to August 2025", schema: "5d1c9a7e02b4f688",
            degraded: false,
            members: [
                member("trees-long", "trees", "entryLong", 0.7),
                member("lstm-long", "lstm", "entryLong", 0.3),
                member("trees-short", "trees", "entryShort", 0.7),
                member("lstm-short", "lstm", "entryShort", 0.3),
                member("trees-exit-long", "trees", "exitLong", 1),
                member("trees-exit-short", "trees", "exitShort", 1),
                member("policy", "policy", "policy", 0),
            ],
            drift: [
                drift("entryLong", "rsi_14", 0.04), drift("entryShort", "rsi_14", 0.05),
                drift("exitLong", "position_age", 0.06),
                drift("exitShort", "position_age", 0.02),
            ], changedAt: now - 90 * minute, changedBy: "uid 1000 pid 4711")
    }

    static func threshold(
        _ value: Double, base: Double, pinned: Bool = false, stuck: Bool = false
    ) -> ThresholdTopic {
        ThresholdTopic(
            value: value, base: base, lowest: 0.5, highest: 0.85, pinned: pinned, stuck: stuck,
            signalRate: stuck ? 0 : 0.028, expectedSignalRate: 0.03,
            candlesSinceSignal: stuck ? 104 : 14)
    }

    static var policy: PolicyTopic {
        func action(_ name: String, _ probability: Double) -> PolicyActionTopic {
            PolicyActionTopic(action: name, probability: probability)
        }
        return PolicyTopic(
            mode: "advise", action: "hold",
            actions: [
                action("hold", 0.62), action("enterLong", 0.02), action("enterShort", 0.01),
                action("exit", 0.28), action("scaleIn", 0.02), action("scaleOut", 0.05),
            ], at: now - 153_000)
    }

    static var modelEntry: EntryTopic {
        var entry = entries[0]
        entry.longThreshold = threshold(0.63, base: 0.6)
        entry.shortThreshold = threshold(0.5, base: 0.56, pinned: true)
        entry.policy = policy
        entry.decidedAt = now - 153_000
        entry.long?.baseThreshold = 0.6
        entry.short?.baseThreshold = 0.56
        entry.long?.decided = 0.58
        entry.short?.decided = 0.47
        entry.long?.members = [
            MemberTopic(id: "trees-long", weight: 0.7, probability: 0.63),
            MemberTopic(id: "lstm-long", weight: 0.3, probability: 0.563),
        ]
        entry.short?.members = [
            MemberTopic(id: "trees-short", weight: 0.7, probability: 0.5),
            MemberTopic(id: "lstm-short", weight: 0.3, probability: 0.433),
        ]
        entry.long?.degraded = false
        entry.short?.degraded = false
        entry.contributors = [
            contribution("taker buy share 5m", 0.44), contribution("momentum 12", 0.21),
            contribution("whale net 15m", -0.31), contribution("rsi 14", 0.08),
            contribution("funding rate", -0.05), contribution("hour sin", 0.02),
        ]
        return entry
    }

    /// An exit model's answer under its threshold and rising.
    static var risingExit: ExitTopic {
        ExitTopic(
            symbol: "BTCUSDT", probability: 0.56, threshold: 0.603, overSince: nil,
            state: "hold", until: nil, reason: nil,
            contributors: [
                contribution("unrealised in R", 0.41), contribution("whale net 15m", 0.29),
                contribution("momentum 12", -0.22), contribution("position age", 0.11),
                contribution("distance to target", -0.06), contribution("rsi 14", 0.03),
            ], lowestSinceEntry: 0.12, highestSinceEntry: 0.61, slopePerMinute: 0.065,
            crossesInMs: 40_000,
            members: [MemberTopic(id: "trees-exit-long", weight: 1, probability: 0.56)],
            degraded: false)
    }

    /// In position, under the threshold, every model ready.
    static var rising: Snapshot {
        var snapshot = flying
        snapshot.engine?.modelSet = "eyes-1"
        snapshot.models = models
        snapshot.exits = [risingExit, ethExit]
        snapshot.entries = [modelEntry, entries[1]]
        // One point a second since the entry, as far back as the engine keeps them.
        var exit = series("BTCUSDT", "exit", count: 1_200, last: 0.56)
        exit.times = (0..<1_200).map { now - Int64(1_199 - $0) * 1_000 }
        snapshot.exitSeries?[0] = exit
        snapshot.positions?[0].openedAt = now - 18 * minute
        return snapshot
    }

    /// Over the threshold, and held by the minimum hold.
    static var held: Snapshot {
        var snapshot = rising
        snapshot.exits?[0].probability = 0.63
        snapshot.exits?[0].overSince = now - 6_000
        snapshot.exits?[0].state = "held"
        snapshot.exits?[0].until = now + 48 * minute
        snapshot.exits?[0].reason = "exitProbability"
        snapshot.exits?[0].highestSinceEntry = 0.66
        snapshot.exits?[0].crossesInMs = nil
        snapshot.exits?[0].members?[0].probability = 0.63
        snapshot.exitSeries?[0].values[1_199] = 0.63
        return snapshot
    }

    /// The same set with nothing open.
    static var modelFlat: Snapshot {
        var snapshot = flat
        snapshot.engine?.modelSet = "eyes-1"
        snapshot.models = models
        snapshot.entries = [modelEntry, entries[1]]
        return snapshot
    }

    /// Two members cannot answer.
    static var degraded: Snapshot {
        var snapshot = rising
        let why = "fewer than 64 candles"
        snapshot.models?.degraded = true
        for index in [1, 3] {
            snapshot.models?.members[index].state = "absent"
            snapshot.models?.members[index].why = why
        }
        snapshot.entries?[0].long?.degraded = true
        snapshot.entries?[0].long?.members?[1].probability = nil
        snapshot.entries?[0].long?.members?[1].absent = why
        snapshot.entries?[0].short = nil
        snapshot.entries?[0].shortAbsent = "trees-short: answer is no number, lstm-short: " + why
        snapshot.exits?[0].degraded = true
        snapshot.exits?[0].members = [
            MemberTopic(id: "trees-exit-long", weight: 0.7, probability: 0.56),
            MemberTopic(id: "lstm-exit-long", weight: 0.3, probability: nil, absent: why),
        ]
        snapshot.exits?[0].slopePerMinute = -0.04
        snapshot.exits?[0].crossesInMs = nil
        return snapshot
    }

    /// The market does not look like what the models were trained on, and a change was refused.
    static var drifting: Snapshot {
        var snapshot = held
        snapshot.models?.drift[0].word = "warn"
        snapshot.models?.drift[0].worst[0].psi = 0.13
        snapshot.models?.drift[2].word = "alarm"
        snapshot.models?.drift[2].worst = [
            DriftFeatureTopic(name: "funding_rate", psi: 0.31),
            DriftFeatureTopic(name: "probability", psi: 0.28),
        ]
        snapshot.models?.drift[2].outputPsi = 0.28
        snapshot.models?.problem = "entry-long.json: SHA-256 is not that of set.json"
        snapshot.entries?[0].shortThreshold = threshold(
            0.5, base: 0.56, pinned: true, stuck: true)
        return snapshot
    }

    /// An engine without a model that can say anything.
    static func modelless(_ base: Snapshot) -> Snapshot {
        var snapshot = base
        snapshot.exits = []
        snapshot.exitSeries = []
        snapshot.models = ModelsTopic(
            name: "none", digest: "", note: "", schema: "", degraded: false, members: [],
            drift: [])
        for index in snapshot.positions?.indices ?? 0..<0 {
            snapshot.positions?[index].exitAbsent = "no model for this"
        }
        for index in snapshot.entries?.indices ?? 0..<0 {
            snapshot.entries?[index].long = nil
            snapshot.entries?[index].short = nil
            snapshot.entries?[index].longAbsent = "no model for this"
            snapshot.entries?[index].shortAbsent = "no model for this"
            snapshot.entries?[index].contributors = []
        }
        return snapshot
    }
}

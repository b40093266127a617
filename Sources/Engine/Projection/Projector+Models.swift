import DecisionCore
import Messages
import Models
import Trading
import Wire

// The models and what they say of themselves.

extension Projector {
    func models(_ engine: borrowing Engine) -> ModelsTopic {
        let models = engine.models
        var members: [ModelMemberTopic] = []
        for member in models.set.members {
            let absence = absence(of: member, engine)
            members.append(
                ModelMemberTopic(
                    id: member.id, kind: member.kind.rawValue, role: member.role.rawValue,
                    weight: member.weight, state: absence == nil ? "ready" : "absent",
                    why: absence))
        }
        let degraded = members.contains { $0.state == "absent" }
        if let policy = models.set.policy {
            members.append(
                ModelMemberTopic(
                    id: policy.id, kind: "policy", role: "policy", weight: 0,
                    state: policy.mode.rawValue))
        }
        return ModelsTopic(
            name: models.set.name, digest: String(models.set.digest.prefix(12)),
            note: models.set.note, schema: models.set.schema,
            degraded: degraded, members: members,
            drift: models.drift.map(Self.topic), changedAt: models.changedTime?.milliseconds,
            changedBy: models.changedBy, problem: models.problem)
    }

    /// Why an entry member had no answer at the last decision, or an exit member about an open position, with the
    /// symbols; `nil` when it had one everywhere.
    private func absence(of member: ModelMember, _ engine: borrowing Engine) -> String? {
        var symbols: [String] = []
        var why: MemberAbsence?
        for index in engine.symbols.indices {
            let reading: EnsembleReading?
            switch member.role {
            case .entryLong: reading = engine.symbols[index].entry?.long
            case .entryShort: reading = engine.symbols[index].entry?.short
            case .exitLong, .exitShort:
                let direction = engine.symbols[index].position?.record.direction
                reading =
                    direction.map { ModelRole.exit($0) } == member.role
                    ? outlooks[index].exit : nil
            }
            guard let said = reading?.members.first(where: { $0.id == member.id }),
                let absence = said.absence
            else { continue }
            symbols.append(engine.symbols[index].instrument.symbol.description)
            why = absence
        }
        return why.map { "\($0.text): \(symbols.prefix(5).joined(separator: ", "))" }
    }

    private static func topic(_ drift: RoleDrift) -> DriftTopic {
        DriftTopic(
            role: drift.role.rawValue,
            word: drift.level == .unknown ? "n/a" : drift.level.rawValue, rows: drift.monitor.rows,
            neededRows: DriftMonitor.minRows,
            worst: drift.worst.map { DriftFeatureTopic(name: $0.name, psi: $0.index) },
            outputPsi: drift.output,
            output: drift.monitor.quantities.first { $0.name == DriftMonitor.output }.map(topic))
    }

    private static func topic(_ quantity: DriftMonitor.Quantity) -> DistributionTopic {
        let total = Double(max(1, quantity.counts.reduce(0, +)))
        return DistributionTopic(
            edges: quantity.histogram.edges, trained: quantity.histogram.shares,
            seen: quantity.counts.map { Double($0) / total })
    }

    static func topic(_ advice: PolicyAdvice) -> PolicyTopic {
        PolicyTopic(
            mode: advice.mode.rawValue, action: advice.action.name,
            actions: zip(PolicyAction.allCases, advice.probabilities).map {
                PolicyActionTopic(action: $0.name, probability: $1)
            },
            at: advice.time.milliseconds)
    }

    static func topics(_ members: [MemberReading]) -> [MemberTopic] {
        members.map {
            MemberTopic(
                id: $0.id, weight: $0.share, probability: $0.probability, absent: $0.absence?.text)
        }
    }

    static func topic(_ threshold: DynamicThreshold) -> ThresholdTopic {
        ThresholdTopic(
            value: threshold.value, base: threshold.configuration.base,
            lowest: threshold.lowerBound, highest: threshold.upperBound,
            pinned: threshold.isPinned, stuck: threshold.isStuck,
            signalRate: threshold.recentRate,
            expectedSignalRate: threshold.configuration.expectedRate,
            candlesSinceSignal: threshold.candlesSinceSignal)
    }

    /// Why nobody has a probability, in plain words; `nil` when somebody has.
    static func absence(_ reading: EnsembleReading?) -> String? {
        guard let reading, reading.isAbsent else { return nil }
        guard !reading.members.isEmpty else { return "no model for this" }
        return reading.members.map { "\($0.id): \($0.absence?.text ?? "no answer")" }
            .joined(separator: ", ")
    }

    /// How a series has moved over its last minute, per minute, and when it would cross `threshold` if it went on so:
    /// a line through the two ends.
    static func extrapolation(
        _ series: [ExitPoint], now: Timestamp, threshold: Double
    ) -> (slopePerMinute: Double, crosses: Duration?)? {
        guard let last = series.last,
            let first = series.last(where: { last.time - $0.time >= .seconds(60) })
                ?? series.first, last.time - first.time >= .seconds(30)
        else { return nil }
        let minutes = (last.time - first.time).seconds / 60
        let slope = (last.probability - first.probability) / minutes
        let way = threshold - last.probability
        guard slope > 0, way > 0, way / slope <= 60 else { return (slope, nil) }
        let crossing = last.time + .milliseconds(Int64(way / slope * 60_000))
        return (slope, max(.zero, crossing - now))
    }
}

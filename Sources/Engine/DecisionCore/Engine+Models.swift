import Features
import Messages
package import Models
import Risk
import Trading

// Which models decide, and what is said when they cannot.

/// How the answer of one role is: told once when it changes, not at every candle.
enum ModelCondition: Hashable, Sendable {
    case whole
    /// Some members are absent; the others decide.
    case degraded
    /// No member has an answer.
    case absent

    init(_ reading: EnsembleReading) {
        self = reading.isAbsent ? .absent : reading.isDegraded ? .degraded : .whole
    }
}

extension Engine {
    /// Keeps a set ready for an event that names it. Not an event itself: who replays the events provides the same sets
    /// before.
    package mutating func provide(_ set: ModelSet) { models.provide(set) }

    mutating func receive(_ change: ModelChange) {
        switch change {
        case .use(let digest, let name, let by): use(digest: digest, name: name, by: by)
        case .damaged(let name, let why):
            models.problem = "\(name): \(why)"
            tell(
                .models, .alarm,
                "model set \(name) is damaged: \(why); \(models.set.name) decides on")
        }
    }

    private mutating func use(digest: String, name: String, by: String) {
        let before = models.set
        guard let set = models.provided(digest: digest, name: name) else {
            models.problem = "\(name): this set was not loaded"
            tell(
                .models, .alarm,
                "model set \(name) was not loaded; \(before.name) decides on")
            return
        }
        guard set !== before else {
            models.problem = nil
            tell(.models, .info, "model set \(set.name) decides already")
            return
        }
        if let why = configuration.profile.mismatch(with: set.bracket) {
            models.problem = "\(name): \(why)"
            tell(
                .models, .alarm,
                "model set \(name) does not fit: \(why); \(before.name) decides on")
            return
        }
        models.put(set, by: by, at: now)
        for index in symbols.indices {
            symbols[index].take(set, configuration)
            symbols[index].prime(models.neededAtClose, at: now)
        }
        record(
            .modelsChanged(
                ModelChangeRecord(
                    name: set.name, digest: set.digest, previousName: before.name,
                    previousDigest: before.digest, by: by)))
        let open = symbols.count { $0.position != nil }
        let exits =
            open == 0
            ? "" : "; exits of \(open == 1 ? "the open position" : "\(open) positions") too"
        tell(
            .models, .warning,
            "model set \(set.name) decides from the next candle on, instead of \(before.name), "
                + "by \(by)\(exits)")
    }

    /// Tells when the models of `role` begin or cease to have an answer for symbol `index`.
    mutating func see(_ reading: EnsembleReading, _ role: ModelRole, _ index: Int) {
        let condition = ModelCondition(reading)
        let before = symbols[index].conditions[role.index]
        guard condition != before else { return }
        // While candles are missing, features are too, and nothing is decided anyway.
        if role.isEntry, symbols[index].knownCandles < configuration.profile.warmUpCandles {
            return
        }
        symbols[index].conditions[role.index] = condition
        let whose = "\(name(index)) \(role.words)"
        switch condition {
        case .whole: tell(.models, .info, "\(whose): all models answer again")
        case .degraded:
            tell(.models, .warning, "\(whose): degraded, \(reading.absentees)")
        case .absent:
            let effect = role.isEntry ? "no entries on this side" : "only the rules close it"
            tell(
                .models, .alarm, "\(whose): no model has an answer, \(effect); \(reading.absentees)"
            )
        }
    }

    /// Counts what the models of `role` were given and said; tells when that comes to differ from training, or ceases
    /// to. What they could not answer is told as that, and not counted: a market that is not known yet is no drift.
    mutating func countDrift(_ role: ModelRole, _ row: borrowing FeatureRow, _ probability: Double?)
    {
        guard let probability else { return }
        guard let before = models.drift[role.index].record(row, probability) else { return }
        let drift = models.drift[role.index]
        guard let worst = drift.worst.first else { return }
        let text =
            "\(role.words): \(worst.name) differs from training, PSI \(hundredths(worst.index))"
        switch drift.level {
        case .unknown: break
        case .ok: if before > .ok { tell(.models, .info, "\(role.words): as in training again") }
        case .warn: tell(.models, before > .warn ? .info : .warning, text)
        case .alarm: tell(.models, .alarm, text)
        }
    }

    /// Tells when the loop of a threshold can do no more, and when it can again.
    mutating func seeThreshold(_ direction: Direction, _ index: Int) {
        let threshold = symbols[index].threshold(direction)
        guard threshold.isStuck != symbols[index].isToldStuck(direction) else { return }
        symbols[index].setToldStuck(direction, threshold.isStuck)
        let whose = "\(name(index)) \(direction == .long ? "LONG" : "SHORT") threshold"
        if threshold.isStuck {
            tell(
                .models, .alarm,
                "\(whose) is stuck at \(hundredths(threshold.value)): no signal for "
                    + "\(threshold.candlesSinceSignal) candles")
        } else {
            tell(.models, .info, "\(whose) is free again, at \(hundredths(threshold.value))")
        }
    }

    /// Two digits behind the point.
    func hundredths(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "-" }
        return FixedPoint.text(Int128((value * 100).rounded()), digits: 2)
    }
}

extension ModelRole {
    /// For people.
    var words: String {
        switch self {
        case .entryLong: "LONG entry"
        case .entryShort: "SHORT entry"
        case .exitLong: "LONG exit"
        case .exitShort: "SHORT exit"
        }
    }
}

extension EnsembleReading {
    /// Who has no answer, and why.
    var absentees: String {
        members.compactMap { member in
            member.absence.map { "\(member.id): \($0.text)" }
        }.joined(separator: ", ")
    }

    var records: [MemberRecord] {
        members.map {
            MemberRecord(
                id: $0.id, share: $0.share, probability: $0.probability,
                absence: $0.absence?.rawValue)
        }
    }
}

import CellGrid
import CockpitModel
import Wire

/// One row of the table of members.
struct MemberRow: Hashable {
    /// `L` or `S` where members of both sides stand together, else empty.
    var side: String
    var id: String
    var weight: Double
    var probability: Double?
    var absent: String?
}

extension Lines {
    // MARK: The set

    /// Which set decides, whether it is whole, and whether the market still looks like what it was trained on.
    static func models(_ state: CockpitState) -> [Segment] {
        guard let models = state.shown.models else { return [] }
        return [Segment(setName(models, digits: 8))] + condition(models)
    }

    /// The same at the top, where it never stands still: the name only, and what must be known of it in a word.
    static func modelsHeader(_ state: CockpitState) -> [Segment] {
        guard let models = state.engine.data.models else { return [] }
        return [Segment(setName(models, digits: 4), rank: 5)]
    }

    static func setName(_ models: ModelsTopic, digits: Int) -> [Phrase] {
        var phrases = [Phrase.label("set "), Phrase(Words.safe(models.name, columns: 20))]
        let digest = models.digest.prefix(digits)
        if !digest.isEmpty {
            phrases.append(Phrase.label(" " + Words.safe(String(digest), columns: digits)))
        }
        return phrases
    }

    /// Whether something about the models is not as it should be.
    static func isTroubled(_ models: ModelsTopic) -> Bool {
        models.degraded || models.problem != nil || models.members.isEmpty
            || models.drift.contains { $0.word == "warn" || $0.word == "alarm" }
    }

    /// The words for members, drift and the last change; the last is cut where there is no room for all of it.
    static func condition(_ models: ModelsTopic) -> [Segment] {
        let isWhole = !models.degraded && !models.members.isEmpty
        var segments = [
            Segment(members(models), rank: isWhole ? 1 : 0), Segment(drift(models.drift)),
        ]
        if let problem = models.problem {
            let words = "CHANGE REFUSED: " + Words.safe(problem, columns: 120)
            segments.append(Segment([Phrase(words, .alarm, .bold)]))
        }
        return segments
    }

    /// `7/7 ready`, or who is absent.
    static func members(_ models: ModelsTopic) -> [Phrase] {
        let absent = models.members.filter { $0.state == "absent" }
        guard models.degraded || !absent.isEmpty else {
            let count = models.members.count
            guard count > 0 else { return [Phrase("no members", .warning, .bold)] }
            return [.label("members "), Phrase("\(count)/\(count)", .ok), .label(" ready")]
        }
        let names = absent.prefix(2).map { Words.safe($0.id, columns: 16) }.joined(separator: ", ")
        var phrases = [Phrase("degraded", .warning, .bold)]
        if !absent.isEmpty {
            phrases.append(
                Phrase(
                    " \(absent.count)/\(models.members.count) absent: " + names
                        + (absent.count > 2 ? " .." : ""), .warning))
        }
        return phrases
    }

    /// The worst that the drift of any role says: `drift warn PSI 0.13 rsi_14`.
    static func drift(_ all: [DriftTopic], namesRole: Bool = false) -> [Phrase] {
        for word in ["alarm", "warn"] {
            let some = all.filter { $0.word == word }
            let worst = some.max { ($0.worst.first?.psi ?? 0) < ($1.worst.first?.psi ?? 0) }
            if let worst { return drift(worst, namesRole: namesRole) }
        }
        let known = all.filter { $0.word == "ok" }.count
        if known > 0 {
            let part = known < all.count ? " \(known) of \(all.count) roles" : ""
            return [.label("drift "), Phrase("ok", .ok), .label(part)]
        }
        guard let first = all.min(by: { $0.rows < $1.rows }) else {
            return [.label("drift "), Phrase("n/a", .unknown)]
        }
        return drift(first)
    }

    /// The drift of one role.
    static func drift(_ drift: DriftTopic, namesRole: Bool = false) -> [Phrase] {
        let role = namesRole ? " " + self.role(drift.role) : ""
        switch drift.word {
        case "alarm", "warn":
            let isAlarm = drift.word == "alarm"
            let style: Role = isAlarm ? .alarm : .warning
            var phrases = [
                Phrase("drift " + (isAlarm ? "ALARM" : "warn"), style, .bold)
            ]
            if let worst = drift.worst.first {
                phrases += [
                    .label(" PSI "), Phrase(Figures.fixed(worst.psi, decimals: 2), style),
                    Phrase(" " + Words.safe(worst.name, columns: 20)),
                ]
            }
            return phrases + [.label(role)]
        case "ok":
            var phrases = [Phrase.label("drift "), Phrase("ok", .ok)]
            if let worst = drift.worst.first {
                phrases.append(.label(" PSI " + Figures.fixed(worst.psi, decimals: 2)))
            }
            return phrases + [.label(role)]
        default:
            let rows =
                drift.rows < drift.neededRows ? " \(drift.rows)/\(drift.neededRows) rows" : ""
            return [.label("drift "), Phrase("n/a", .unknown), .label(rows + role)]
        }
    }

    /// `entry long`, from the name on the wire.
    static func role(_ name: String) -> String {
        switch name {
        case "entryLong": "entry long"
        case "entryShort": "entry short"
        case "exitLong": "exit long"
        case "exitShort": "exit short"
        default: Words.safe(name, columns: 12)
        }
    }

    // MARK: Members of one answer

    /// The members of what the Exit view shows: of the exit while a position is open, else of both entries.
    static func memberRows(_ state: CockpitState) -> [MemberRow] {
        func rows(_ members: [MemberTopic]?, side: String) -> [MemberRow] {
            (members ?? []).map {
                MemberRow(
                    side: side, id: $0.id, weight: $0.weight, probability: $0.probability,
                    absent: $0.absent)
            }
        }
        if state.selectedPosition != nil { return rows(state.selectedExit?.members, side: "") }
        let entry = state.selectedEntry
        return rows(entry?.long?.members, side: "L") + rows(entry?.short?.members, side: "S")
    }

    /// What the policy would do: `policy advises hold .71  exit .20`.
    static func policy(_ policy: PolicyTopic, others: Int) -> [Segment] {
        let mode = policy.mode == "veto" ? "policy may veto:" : "policy advises:"
        let chosen = policy.actions.first { $0.action == policy.action }
        var segments = [
            Segment([
                .label(mode + " "), Phrase(action(policy.action), .emphasis, .bold),
                Phrase(chosen.map { " " + Figures.probability($0.probability) } ?? ""),
            ])
        ]
        let rest = policy.actions.enumerated().filter { $0.element.action != policy.action }
            .sorted { left, right in
                let (a, b) = (left.element.probability, right.element.probability)
                return a == b ? left.offset < right.offset : a > b
            }
        for (rank, one) in rest.prefix(others).enumerated() {
            segments.append(
                Segment(
                    [
                        .label(action(one.element.action) + " "),
                        Phrase(Figures.probability(one.element.probability)),
                    ], rank: rank + 1))
        }
        return segments
    }

    private static func action(_ name: String) -> String {
        switch name {
        case "enterLong": "enter long"
        case "enterShort": "enter short"
        case "scaleIn": "scale in"
        case "scaleOut": "scale out"
        default: Words.safe(name, columns: 12)
        }
    }
}

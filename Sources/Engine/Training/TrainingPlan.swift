package import Trading

/// What is to be trained, and on which days.
package struct TrainingPlan: Hashable, Sendable {
    /// First day whose candles may be learned from, and the first day that may not.
    package var from = Timestamp(milliseconds: 1_735_689_600_000)
    package var to = Timestamp(milliseconds: 1_756_684_800_000)
    /// First day of the held-out stretch, and the first day after it.
    package var validateFrom = Timestamp(milliseconds: 1_756_684_800_000)
    package var validateTo = Timestamp(milliseconds: 1_761_955_200_000)
    package var bracket = Bracket(stop: 0.015, target: 0.02, horizon: 48, costs: 0.0011)
    package var folds = 5
    /// Time kept free on both sides of each judged part; longer than the autocorrelation of most features.
    package var embargo = Duration.hours(4)
    package var seed: UInt64 = 20_251_101
    package var trees = BoosterParameters()
    package var sequence = SequenceParameters()
    package var policy = PolicyParameters()
    /// Positions of a symbol and side that exit models learn from, and that they are judged on.
    package var exits = ExitRows.Counts()
    package var heldOutExits = ExitRows.Counts(signals: 300, random: 300)

    package init() {}

    /// The seed of one stage, so that stages do not share their chances.
    func seed(of stage: String) -> UInt64 {
        var mixed = seed
        for byte in stage.utf8 { mixed = (mixed ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return mixed
    }

    /// Everything above in words, for fingerprints.
    package var text: String {
        "\(from.nanoseconds) \(to.nanoseconds) \(validateFrom.nanoseconds) "
            + "\(validateTo.nanoseconds) \(bracket) \(folds) \(embargo.nanoseconds) \(seed) \(trees) \(sequence) \(policy) \(exits) "
            + "\(heldOutExits)"
    }
}

extension Timestamp {
    /// The day in UTC as `2025-01-31`.
    ///
    /// - Source: Hinnant, chrono-compatible low-level date algorithms, civil_from_days.
    package var dayText: String {
        let days = floor(to: .hours(24)).nanoseconds / Duration.hours(24).nanoseconds
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        let civilYear = year + era * 400 + (civilMonth <= 2 ? 1 : 0)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(civilYear)-\(two(civilMonth))-\(two(day))"
    }

    /// Midnight UTC of a day written as `2025-01-31`; `nil` for anything else.
    package init?(day text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.count == 3, let year = Int64(parts[0]),
            let month = Int64(parts[1]), let day = Int64(parts[2]), (1970...2200).contains(year),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let ofEra = shiftedYear - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
        self.init(milliseconds: days * 86_400_000)
        // The 31st of February is another day than it says.
        guard dayText == text else { return nil }
    }
}

import Features
import Market
import Messages
package import Models
import Risk
package import Trading

// What the models are given: the row of the last closed decision candle, and the rows before it.

/// The newest rows of a set's sequence models, kept so that a close computes a few of them and not all.
///
/// A late print may still change the newest three closed candles, so their rows and the one after them are made anew at
/// every close; those before are settled.
struct SequenceRows: Sendable {
    /// Rows that are made anew.
    static let unsettled = 4

    /// Rows of the candles that nothing changes any more.
    private var settled: FeatureHistory
    /// All rows as of the latest close.
    private(set) var rows: FeatureHistory
    private let needed: FeatureMask

    init(features: [FeatureID], length: Int) {
        settled = FeatureHistory(features: features, capacity: length)
        rows = settled
        needed = FeatureMask(features)
    }

    /// Brings the rows up to the newest closed candle. After a gap, and at the start, all are computed.
    mutating func update(_ candles: borrowing CandleSeries) {
        var from = settled.capacity - 1
        if let last = settled.lastOpenTime, let age = Self.age(of: last, candles, within: from) {
            from = age - 1
        } else {
            settled.removeAll()
        }
        var age = from
        while age >= Self.unsettled {
            append(age, candles, to: &settled)
            age -= 1
        }
        rows = settled
        age = min(Self.unsettled, settled.capacity) - 1
        while age >= 0 {
            append(age, candles, to: &rows)
            age -= 1
        }
    }

    /// How many candles closed after the one that opened at `time`; `nil` when it is not among the newest, or so young
    /// that its row is not settled.
    private static func age(
        of time: Timestamp, _ candles: borrowing CandleSeries, within limit: Int
    ) -> Int? {
        var age = unsettled
        while age <= limit, let candle = candles.fromEnd(age) {
            if candle.openTime == time { return age }
            if candle.openTime < time { return nil }
            age += 1
        }
        return nil
    }

    private func append(
        _ age: Int, _ candles: borrowing CandleSeries, to history: inout FeatureHistory
    ) {
        guard let candle = candles.fromEnd(age) else { return }
        var row = FeatureRow()
        CandleFeatures.compute(candles, age: age, needed: needed, into: &row)
        history.append(row, openTime: candle.openTime)
    }
}

extension SymbolState {
    /// Closed decision candles that are known, those of the venue's history too.
    package var knownCandles: Int {
        decidesOn1m ? market.candles1m.count : market.candles5m.count
    }

    package func threshold(_ direction: Direction) -> DynamicThreshold {
        switch direction {
        case .long: longThreshold
        case .short: shortThreshold
        }
    }

    func isToldStuck(_ direction: Direction) -> Bool {
        switch direction {
        case .long: isLongToldStuck
        case .short: isShortToldStuck
        }
    }

    mutating func setToldStuck(_ direction: Direction, _ isStuck: Bool) {
        switch direction {
        case .long: isLongToldStuck = isStuck
        case .short: isShortToldStuck = isStuck
        }
    }

    /// The rows that sequence models look back on; `nil` when the set has none.
    package var history: FeatureHistory? { sequence?.rows }

    /// Computes what the models are given at the close of a decision candle, and keeps it for the exits until the next.
    mutating func computeClosedRow(_ needed: FeatureMask, at time: Timestamp) {
        closedRow = EntryFeatures.compute(market, at: time, needed: needed)
        sequence?.update(market.candles5m)
        isPrimed = true
    }

    /// Computes it once from what is known when no decision candle has closed yet: shown, and made anew at the close.
    mutating func prime(_ needed: FeatureMask, at time: Timestamp) {
        guard !isPrimed, needsPriming, !market.candles5m.isEmpty else { return }
        computeClosedRow(needed, at: time)
    }

    /// From here on `models` decide: thresholds begin at their base again, rows are made of what they want.
    mutating func take(
        _ models: ModelSet, _ configuration: borrowing EngineConfiguration
    ) {
        look.models = models
        look.threshold = configuration.profile.exitThreshold ?? models.exitThreshold
        look.needed = models.neededForExit
        look.wantsMarket = models.neededForExit.intersects(.market)
        longThreshold = Self.threshold(.long, models, configuration.profile)
        shortThreshold = Self.threshold(.short, models, configuration.profile)
        isLongToldStuck = false
        isShortToldStuck = false
        conditions = Self.unseenConditions
        sequence = Self.sequence(of: models)
        entry = nil
        advice = nil
        isPrimed = false
        closedRow = FeatureRow()
    }

    static let unseenConditions = ModelRole.allCases.map { _ in ModelCondition.whole }

    static func sequence(of models: ModelSet) -> SequenceRows? {
        models.historyLength > 0
            ? SequenceRows(features: models.historyFeatures, length: models.historyLength) : nil
    }

    private var needsPriming: Bool { look.wantsMarket || sequence != nil }
}

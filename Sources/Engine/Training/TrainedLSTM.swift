import Models
package import Trading

/// The LSTM in one role: its answers joined with the samples of that role's trees, calibrated.
package struct TrainedLSTM: Sendable {
    package let direction: Direction
    /// Places among the trees' training samples, and the calibrated answers by networks that had not seen them.
    package let places: [Int]
    package let unseen: [Double]
    package let calibration: CalibrationFit.Choice
    /// Calibrated answers of the finished network in the order of the trees' training samples; NaN as below.
    package let finished: [Double]
    /// In the order of the trees' held-out samples; NaN where the LSTM had no whole window.
    package let heldOut: [Double]

    init(_ trained: TrainedSequence, role: TrainedRole, direction: Direction) {
        self.direction = direction
        var bySample: [Key: Int] = [:]
        for sample in 0..<role.rows.count {
            bySample[Key(role.rows.symbols[sample], role.rows.candles[sample])] = sample
        }
        var places: [Int] = []
        var raw: [Double] = []
        var parts: [[Int]] = []
        for part in trained.unseen {
            let start = places.count
            let answers = direction == .long ? part.long : part.short
            for index in 0..<part.count {
                guard let sample = bySample[Key(part.symbols[index], part.candles[index])] else {
                    continue
                }
                places.append(sample)
                raw.append(answers[index])
            }
            // Months are judged by what was known before: each part in two, so that one fit has a later part to be tried on.
            let middle = start + (places.count - start) / 2
            parts.append(Array(start..<middle))
            parts.append(Array(middle..<places.count))
        }
        let choice = CalibrationFit.choose(raw, places.map { role.rows.labels[$0] }, parts: parts)
        self.places = places
        calibration = choice
        unseen = raw.map { choice.calibration.apply($0) }
        finished = Self.joined(trained.training, direction, role.rows, choice)
        heldOut = Self.joined(trained.heldOut, direction, role.heldOut, choice)
    }

    /// The calibrated answers in the order of `rows`; NaN where there is none.
    private static func joined(
        _ answers: SequenceAnswers, _ direction: Direction, _ rows: LabeledRows,
        _ choice: CalibrationFit.Choice
    ) -> [Double] {
        var byKey: [Key: Double] = [:]
        let raw = direction == .long ? answers.long : answers.short
        for index in 0..<answers.count {
            byKey[Key(answers.symbols[index], answers.candles[index])] =
                choice.calibration.apply(raw[index])
        }
        return (0..<rows.count).map { byKey[Key(rows.symbols[$0], rows.candles[$0])] ?? .nan }
    }

    private struct Key: Hashable {
        let symbol: Int
        let candle: Int
        init(_ symbol: Int, _ candle: Int) {
            self.symbol = symbol
            self.candle = candle
        }
    }
}

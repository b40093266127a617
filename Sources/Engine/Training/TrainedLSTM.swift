import Models
package import Trading

/// The LSTM in one role: its answers joined with the samples of that role's trees, calibrated.
package struct TrainedLSTM: Sendable {
    package let direction: Direction
    /// Places among the trees' training samples, and the calibrated answers by networks that had not seen them.
    package let places: [Int]
    package let unseen: [Double]
    package let calibration: CalibrationFit.Choice
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
        var later: [Key: Double] = [:]
        let answers = direction == .long ? trained.heldOut.long : trained.heldOut.short
        for index in 0..<trained.heldOut.count {
            later[Key(trained.heldOut.symbols[index], trained.heldOut.candles[index])] =
                choice.calibration.apply(answers[index])
        }
        heldOut = (0..<role.heldOut.count).map {
            later[Key(role.heldOut.symbols[$0], role.heldOut.candles[$0])] ?? .nan
        }
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

import Models
import Networks
import Research
import Trading

/// How the LSTM is trained.
package struct SequenceParameters: Hashable, Sendable {
    package var hidden = 16
    package var steps = 64
    package var epochs = 12
    package var patience = 3
    /// Every so many candles make a sample: neighbours say the same thing.
    package var stride = 6
    /// The walk-forward parts that are judged, from the last; each is one training.
    package var judgedParts = 5
    /// Share of the candles before a judged part, the latest, on which early stopping looks.
    package var stoppingShare = 0.15

    package init() {}
}

/// What the LSTM says of some candles: raw probabilities that the bracket of a long and of a short wins.
package struct SequenceAnswers: Hashable, Sendable, Codable {
    package var symbols: [Int] = []
    package var candles: [Int] = []
    package var long: [Double] = []
    package var short: [Double] = []

    package init() {}

    package var count: Int { candles.count }
}

/// A finished LSTM, and what was learned about it on the way.
package struct TrainedSequence: Sendable, Codable {
    /// The model file: output 0 is the long's probability, output 1 the short's, as logits.
    package var model: [UInt8]
    /// Passes that the finished network took, and those of the judged ones.
    package var epochs: [Int]
    /// Of the walk-forward parts, by networks that had not seen them; one a part, in the order of time.
    package var unseen: [SequenceAnswers]
    /// Of the training window, by the finished network, which has learned from most of it.
    package var training: SequenceAnswers
    /// Of the held-out stretch, by the finished network.
    package var heldOut: SequenceAnswers
}

/// Samples of the LSTM: rows of features of all symbols behind each other, and where windows end.
struct SequenceRows {
    let rows: [Float]
    let inputs: Int
    /// One a candle whose brackets of both sides can be followed, by time and then by symbol.
    struct Sample {
        let end: Int
        let symbol: Int
        let candle: Int
        let span: LabelSpan
        let labels: [Float]
    }
    let samples: [Sample]

    init(_ data: TrainingData, plan: TrainingPlan, steps: Int) {
        let features = TrainingFeatures.sequence
        var rows: [Float] = []
        var samples: [Sample] = []
        var starts: [Int] = []
        for symbol in data.symbols {
            starts.append(rows.count / features.count)
            let columns = features.map { symbol.table.column(of: $0) }
            for row in 0..<symbol.table.count {
                for column in columns {
                    rows.append(column.map { Float(symbol.table.value(row, $0)) } ?? .nan)
                }
            }
        }
        let complete = SequenceSamples.endsOfCompleteWindows(
            in: rows, inputs: features.count, steps: steps)
        for place in EntryRows.order(data) {
            let symbol = data.symbols[place.symbol]
            let candle = symbol.table.candles[place.row]
            let end = starts[place.symbol] + place.row
            guard place.row >= steps - 1, complete[end],
                let long = plan.bracket.outcome(symbol.path, entry: candle, direction: .long),
                let short = plan.bracket.outcome(symbol.path, entry: candle, direction: .short)
            else { continue }
            samples.append(
                Sample(
                    end: end, symbol: place.symbol, candle: candle,
                    span: LabelSpan(
                        start: symbol.path.closeTime(candle),
                        end: symbol.path.closeTime(max(long.exitIndex, short.exitIndex))),
                    labels: [long.isWin ? 1 : 0, short.isWin ? 1 : 0]))
        }
        self.rows = rows
        inputs = features.count
        self.samples = samples
    }

    func sequences(_ places: [Int], steps: Int) throws(TrainingError) -> SequenceSamples {
        do throws(SampleError) {
            return try SequenceSamples(
                rows: rows, inputs: inputs, steps: steps, ends: places.map { samples[$0].end },
                labels: places.flatMap { samples[$0].labels }, outputs: 2,
                weights: [Float](repeating: 1, count: places.count))
        } catch {
            throw .tooFewSamples(error.text)
        }
    }

    /// What a network file says of these samples.
    func answers(_ file: [UInt8], _ places: [Int], steps: Int) throws(TrainingError)
        -> SequenceAnswers
    {
        let network: LSTMNetwork
        do throws(ModelError) {
            network = try LSTMNetwork(try SafeTensors(file))
        } catch {
            throw .ownModelRefused(error.text)
        }
        var answers = SequenceAnswers()
        for place in places {
            let sample = samples[place]
            let window = Array(rows[(sample.end - steps + 1) * inputs..<(sample.end + 1) * inputs])
            let logits = network.logits(window.span, steps: steps)
            answers.symbols.append(sample.symbol)
            answers.candles.append(sample.candle)
            answers.long.append(CalibrationFit.logistic(Double(logits[0])))
            answers.short.append(CalibrationFit.logistic(Double(logits[1])))
        }
        return answers
    }
}

/// Trains the LSTM by walking forward, then once on the whole window.
package enum SequenceTraining {
    /// Each training stops early by the latest part of its own samples, purged, so that what is judged has no say in it.
    static func train(
        _ rows: SequenceRows, plan: TrainingPlan, parameters: SequenceParameters, seed: UInt64,
        progress: (Double) -> Void
    ) throws(TrainingError) -> TrainedSequence {
        let inside = rows.samples.indices.filter {
            rows.samples[$0].span.start >= plan.from && rows.samples[$0].span.end < plan.to
        }
        let folds = Folds.make(
            inside.map { rows.samples[$0].span }, count: plan.folds, embargo: plan.embargo
        ).suffix(parameters.judgedParts)
        let runs = Double(folds.count + 1)
        var result = TrainedSequence(
            model: [], epochs: [], unseen: [], training: SequenceAnswers(),
            heldOut: SequenceAnswers())
        for (number, fold) in folds.enumerated() {
            let network = try fit(
                rows, fold.training.map { inside[$0] }, plan, parameters, seed: seed
            ) { share in progress((Double(number) + share) / runs) }
            result.epochs.append(network.epochs)
            result.unseen.append(
                try rows.answers(
                    network.file, fold.validation.map { inside[$0] }, steps: parameters.steps))
        }
        let final = try fit(rows, inside, plan, parameters, seed: seed) { share in
            progress((runs - 1 + share) / runs)
        }
        result.model = final.file
        result.epochs.append(final.epochs)
        result.training = try rows.answers(final.file, inside, steps: parameters.steps)
        let later = rows.samples.indices.filter {
            rows.samples[$0].span.start >= plan.validateFrom
                && rows.samples[$0].span.end < plan.validateTo
        }
        result.heldOut = try rows.answers(final.file, later, steps: parameters.steps)
        return result
    }

    private static func fit(
        _ rows: SequenceRows, _ places: [Int], _ plan: TrainingPlan,
        _ parameters: SequenceParameters, seed: UInt64, progress: (Double) -> Void
    ) throws(TrainingError) -> (file: [UInt8], epochs: Int) {
        let thin = places.filter { rows.samples[$0].candle % parameters.stride == 0 }
        guard thin.count >= 100 else {
            throw .tooFewSamples("\(thin.count) windows of \(parameters.steps) candles")
        }
        let cut = Int(Double(thin.count) * (1 - parameters.stoppingShare))
        let spans = thin.map { rows.samples[$0].span }
        let last = spans[spans.count - 1].start + .minutes(1)
        guard
            let split = Folds.fold(spans, from: spans[cut].start, to: last, embargo: plan.embargo)
        else { throw .tooFewSamples("no windows before the part that early stopping looks at") }
        let training = try rows.sequences(
            split.training.map { thin[$0] }, steps: parameters.steps)
        let stopping = try rows.sequences(
            split.validation.map { thin[$0] }, steps: parameters.steps)
        var configuration = LSTMConfiguration(inputs: rows.inputs)
        configuration.hidden = parameters.hidden
        configuration.steps = parameters.steps
        configuration.epochs = parameters.epochs
        configuration.patience = parameters.patience
        configuration.seed = seed
        var trainer = LSTMTrainer(
            configuration, normalization: InputNormalization(of: training))
        let prepared = trainer.prepare(training)
        let preparedStopping = trainer.prepare(stopping)
        while !trainer.isFinished {
            let done = Double(trainer.epoch)
            _ = trainer.runEpoch(prepared, validation: preparedStopping) { batch, all in
                progress((done + Double(batch) / Double(all)) / Double(parameters.epochs))
            }
        }
        return (
            trainer.export(features: TrainingFeatures.sequence.map(\.name)), trainer.bestEpoch
        )
    }
}

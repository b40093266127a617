import Archive
import ArgumentParser
import Models
import Text

/// `narwhald models score`: the answers of one model file for rows of a table, for checking against its trainer.
struct ModelsScore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Print margin and probability of a model file for each row of a table.",
        discussion: """
            The model is an XGBoost JSON file of 1.7 to 3; its answers are those of XGBoost in every bit. Rows are \
            comma-separated, with or without a header; an empty field or nan is a missing value. Both files may be \
            gzip. The output is described in docs/models.md.
            """)

    @Option(help: "The model file.")
    var model: String

    @Option(help: "Rows to score, comma-separated.")
    var rows: String

    @Flag(help: "Print what each feature adds to the margin, too: exact Shapley values.")
    var contributions = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let trees = try Self.load(model)
        let table = try Self.rows(rows, for: trees)
        if table.ignoredColumns > 0 {
            note("\(rows): \(table.ignoredColumns) columns that the model does not use are ignored")
        }
        if json { return say(jsonText(trees, table)) }
        for index in 0..<table.count {
            let row = Array(table.row(index))
            for (output, answer) in Self.answers(trees, row).enumerated() {
                say(line(trees, row: index, values: row, output: output, answer))
            }
        }
    }

    /// The trees in the file at `path`.
    static func load(_ path: String) throws -> BoostedTrees {
        try trees(read(path, maxBytes: BoostedTrees.maxBytes), of: path)
    }

    /// The trees in `bytes`, which the file at `path` has.
    static func trees(_ bytes: [UInt8], of path: String) throws -> BoostedTrees {
        do throws(ModelError) {
            return try BoostedTrees(json: bytes)
        } catch { throw refusal(path, error.text) }
    }

    /// Names come from the file, so they are made harmless.
    private static func refusal(_ path: String, _ text: String) -> ExitCode {
        fail("\(SafeText.clean(path)): \(SafeText.clean(text, maxLength: 400))")
    }

    /// The rows in the file at `path`.
    static func rows(_ path: String, for trees: BoostedTrees) throws -> ModelRows {
        let bytes = try read(path, maxBytes: ModelRows.maxBytes)
        do throws(ModelRowsError) {
            return try ModelRows(
                csv: bytes, featureNames: trees.featureNames, featureCount: trees.featureCount)
        } catch { throw refusal(path, error.text) }
    }

    /// The bytes of the file at `path`, unpacked.
    static func read(_ path: String, maxBytes: Int) throws -> [UInt8] {
        do throws(ArchiveError) {
            return try WholeFile.read(path: path, maxBytes: maxBytes)
        } catch { throw fail(SafeText.clean(error.description, maxLength: 1_000)) }
    }

    /// One output of one row.
    private struct Answer {
        var margin: Float
        /// What XGBoost predicts.
        var probability: Float
    }

    private static func answers(_ trees: BoostedTrees, _ row: [Float]) -> [Answer] {
        zip(trees.margins(row.span), trees.probabilities(row.span)).map {
            Answer(margin: $0, probability: $1)
        }
    }

    // MARK: Text

    /// The bits of a number as 8 hexadecimal digits.
    static func bits(_ value: Float) -> String {
        let pattern = value.bitPattern
        return String(
            hexadecimal: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: pattern >> UInt32($0)) })
    }

    /// The number with the shortest text that reads back as `value`.
    private static func shortest(_ value: Float) -> Double {
        Double(value.description) ?? Double(value)
    }

    private func line(
        _ trees: BoostedTrees, row: Int, values: [Float], output: Int, _ answer: Answer
    ) -> String {
        let place = trees.outputCount == 1 ? "\(row)" : "\(row) output \(output)"
        var text =
            "\(place) margin \(answer.margin) \(Self.bits(answer.margin)) probability "
            + "\(answer.probability) \(Self.bits(answer.probability))"
        if contributions {
            let sums = trees.contributions(values.span, output: output)
            text += " contributions " + sums.map { "\($0)" }.joined(separator: " ")
        }
        return text
    }

    private func jsonText(_ trees: BoostedTrees, _ table: ModelRows) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("objective", trees.objective.rawValue)
        writer.field("isProbability", trees.objective.isProbability)
        writer.field("trees", trees.treeCount)
        writer.field("outputs", trees.outputCount)
        writer.field("featureCount", trees.featureCount)
        writer.key("features")
        writer.beginArray()
        for name in trees.featureNames { writer.string(name) }
        writer.endArray()
        writer.key("rows")
        writer.beginArray()
        var bar = ProgressBar("score")
        defer { bar.clear() }
        for index in 0..<table.count {
            let row = Array(table.row(index))
            let answers = Self.answers(trees, row)
            bar.show(Double(index) / Double(table.count))
            writer.beginObject()
            writer.field("row", index)
            if answers.count == 1 {
                write(trees, row, output: 0, answers[0], to: &writer)
            } else {
                writer.key("outputs")
                writer.beginArray()
                for (output, answer) in answers.enumerated() {
                    writer.beginObject()
                    write(trees, row, output: output, answer, to: &writer)
                    writer.endObject()
                }
                writer.endArray()
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(
        _ trees: BoostedTrees, _ row: [Float], output: Int, _ answer: Answer,
        to writer: inout JSONWriter
    ) {
        writer.field("margin", Self.shortest(answer.margin))
        writer.field("marginBits", Self.bits(answer.margin))
        writer.field("probability", Self.shortest(answer.probability))
        writer.field("probabilityBits", Self.bits(answer.probability))
        guard contributions else { return }
        writer.key("contributions")
        writer.beginArray()
        for sum in trees.contributions(row.span, output: output) { writer.double(sum) }
        writer.endArray()
    }
}

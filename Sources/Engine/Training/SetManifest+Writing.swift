package import Models
import Text
import Trading

extension SetManifest {
    /// The bytes of `set.json`: what the reader takes back. The same content gives the same bytes.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("format", Self.format)
        writer.field("name", name)
        writer.field("note", note)
        writer.field("schema", schema)
        writer.field("parent", parent)
        writer.key("trained")
        writer.beginObject()
        writer.field("from", window.from)
        writer.field("to", window.to)
        writer.field("validatedFrom", window.validatedFrom)
        writer.field("validatedTo", window.validatedTo)
        writer.endObject()
        if let bracket { Self.write(bracket, to: &writer) }
        writer.key("thresholds")
        writer.beginObject()
        writer.field("long", entryThresholds.long)
        writer.field("short", entryThresholds.short)
        writer.field("exit", exitThreshold)
        writer.field("lowest", bounds.lowest)
        writer.field("highest", bounds.highest)
        writer.field("maxOffset", bounds.maxOffset)
        writer.endObject()
        writer.key("expectedSignalRate")
        writer.beginObject()
        writer.field("long", expectedSignalRate.long)
        writer.field("short", expectedSignalRate.short)
        writer.endObject()
        writer.field("exitCadence", exitCadence.rawValue)
        writer.key("members")
        writer.beginArray()
        for member in members { member.write(to: &writer) }
        writer.endArray()
        writeTraining(to: &writer)
        writer.endObject()
        writer.newLine()
        return writer.bytes
    }

    private static func write(_ bracket: TrainedBracket, to writer: inout JSONWriter) {
        writer.key("bracket")
        writer.beginObject()
        writer.field("stop", bracket.stop)
        writer.field("target", bracket.target)
        writer.field("horizonCandles", bracket.horizonCandles)
        writer.field("roundTripCosts", bracket.roundTripCosts)
        writer.endObject()
    }

    private func writeTraining(to writer: inout JSONWriter) {
        writer.key("training")
        writer.beginObject()
        for role in ModelRole.allCases where !training[role.index].isEmpty {
            writer.key(role.rawValue)
            writer.beginObject()
            for quantity in training[role.index] {
                writer.key(quantity.name)
                writer.beginObject()
                writer.numbers("edges", quantity.histogram.edges)
                writer.numbers("shares", quantity.histogram.shares)
                writer.endObject()
            }
            writer.endObject()
        }
        writer.endObject()
    }
}

extension SetManifest.Member {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("id", id)
        writer.field("kind", kind.rawValue)
        writer.field("role", role.name)
        writer.field("file", file)
        writer.field("sha256", sha256)
        writer.field("weight", weight)
        switch kind {
        case .scorecard, .trees: break
        case .lstm:
            writer.field("steps", steps)
            writer.field("output", output)
        case .policy: writer.field("mode", mode.rawValue)
        }
        if !features.isEmpty {
            writer.key("features")
            writer.beginArray()
            for feature in features { writer.string(feature.name) }
            writer.endArray()
        }
        if case .model = role { write(calibration, to: &writer) }
        writer.endObject()
    }

    private func write(_ calibration: Calibration, to writer: inout JSONWriter) {
        writer.key("calibration")
        writer.beginObject()
        writer.field("kind", calibration.kind)
        switch calibration {
        case .none: break
        case .platt(let slope, let intercept):
            writer.field("slope", slope)
            writer.field("intercept", intercept)
        case .isotonic(let knots):
            writer.numbers("inputs", knots.inputs)
            writer.numbers("outputs", knots.outputs)
        }
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func numbers(_ name: String, _ values: [Double]) {
        key(name)
        beginArray()
        for value in values { double(value) }
        endArray()
    }
}

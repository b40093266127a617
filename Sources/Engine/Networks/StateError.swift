package import Models

/// Why the saved state of a training was refused.
package enum StateError: Error, Hashable, Sendable {
    /// The file around it.
    case file(ModelError)
    /// Not a state of this kind of training, or one of a later build.
    case otherFormat
    /// Saved under another configuration: going on would give neither result.
    case otherConfiguration
    /// A tensor or number that is missing or does not fit.
    case damaged(String)

    /// One plain sentence for the operator.
    package var text: String {
        switch self {
        case .file(let error): "the saved training cannot be read: \(error.text)"
        case .otherFormat: "the file is no saved training of this kind"
        case .otherConfiguration:
            "the training was saved under other settings: use those or begin anew"
        case .damaged(let what): "the saved training is damaged: \(what)"
        }
    }
}

/// Reads the saved state of a training.
struct StateReader {
    let file: SafeTensors

    init(_ bytes: [UInt8], format: String, configuration: String) throws(StateError) {
        do { file = try SafeTensors(bytes) } catch { throw .file(error) }
        guard file.note("format") == format else { throw .otherFormat }
        guard file.note("configuration") == configuration else { throw .otherConfiguration }
    }

    func values(_ name: String, count: Int) throws(StateError) -> [Float] {
        guard let tensor = file[name], tensor.values.count == count else { throw .damaged(name) }
        return tensor.values
    }

    func integer(_ key: String) throws(StateError) -> Int {
        guard let text = file.note(key), let value = Int(text), (0...1_000_000_000).contains(value)
        else { throw .damaged(key) }
        return value
    }

    func words(_ key: String, count: Int) throws(StateError) -> [UInt64] {
        let texts = file.note(key)?.split(separator: " ") ?? []
        let words = texts.compactMap { UInt64($0, radix: 16) }
        guard words.count == count, texts.count == count else { throw .damaged(key) }
        return words
    }

    /// Doubles, bit for bit.
    func doubles(_ key: String, count: Int) throws(StateError) -> [Double] {
        try words(key, count: count).map { Double(bitPattern: $0) }
    }

    func generator() throws(StateError) -> SeededGenerator {
        guard let generator = SeededGenerator(state: try words("generator", count: 4)) else {
            throw .damaged("generator")
        }
        return generator
    }

    static func line(_ words: [UInt64]) -> String {
        words.map { String($0, radix: 16) }.joined(separator: " ")
    }

    static func line(_ values: [Double]) -> String { line(values.map(\.bitPattern)) }
}

import FoundationEssentials

/// JSON text of values and back. The encoder sorts keys, so that equal values give equal bytes.
enum WireCodec {
    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A statistic that is not a number must not take its whole topic down.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return encoder
    }()

    private static let decoder: JSONDecoder = {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return decoder
    }()

    static func append(_ value: some Encodable, to bytes: inout [UInt8]) throws(WireEncodingError) {
        do {
            bytes.append(contentsOf: try encoder.encode(value))
        } catch {
            throw WireEncodingError(problem: String(describing: error))
        }
    }

    static func decode<Value: Decodable>(
        _ type: Value.Type, from line: some Sequence<UInt8>
    ) throws(WireDecodingError) -> Value {
        let bytes = Data(line)
        guard isShallow(bytes) else { throw .tooDeep }
        do {
            return try decoder.decode(type, from: bytes)
        } catch let error as DecodingError {
            switch error {
            case .dataCorrupted(let context) where context.codingPath.isEmpty: throw .notJSON
            case .typeMismatch(_, let context), .valueNotFound(_, let context),
                .keyNotFound(_, let context), .dataCorrupted(let context):
                throw .notAMessage(id: nil, problem: context.inWords)
            @unknown default: throw .notJSON
            }
        } catch {
            throw .notJSON
        }
    }

    /// Whether arrays and objects nest at most `WireProtocol.maxDepth` deep, strings left out.
    private static func isShallow(_ bytes: Data) -> Bool {
        var depth = 0
        var inString = false
        var escaped = false
        for byte in bytes {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth > WireProtocol.maxDepth { return false }
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return true
    }
}

/// A value that cannot be written as JSON: a bug of ours, since every wire type can.
package struct WireEncodingError: Error, Hashable, Sendable {
    package var problem: String
}

extension DecodingError.Context {
    /// Where and what, without the machine's noise, at most 160 bytes.
    var inWords: String {
        let path = codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
            .joined(separator: ".")
        let text = path.isEmpty ? debugDescription : "\(path): \(debugDescription)"
        return String(decoding: text.utf8.prefix(160), as: UTF8.self)
    }
}

extension DecodingError {
    /// The same for every case.
    var inWords: String {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            return context.inWords
        case .keyNotFound(let key, _): return "'\(key.stringValue)' is missing"
        @unknown default: return "the parameters do not fit"
        }
    }
}

/// Any text as a key.
struct WireKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ text: String) { stringValue = text }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }

    static let jsonrpc = WireKey("jsonrpc")
    static let id = WireKey("id")
    static let method = WireKey("method")
    static let params = WireKey("params")
    static let result = WireKey("result")
    static let error = WireKey("error")
    static let type = WireKey("type")
    static let name = WireKey("name")
    static let notAfter = WireKey("notAfter")
    static let symbol = WireKey("symbol")
    static let set = WireKey("set")
    static let path = WireKey("path")
    static let note = WireKey("note")
    static let percent = WireKey("percent")
    static let subscription = WireKey("subscription")
    static let n = WireKey("n")
    static let topic = WireKey("topic")
    static let data = WireKey("data")
}

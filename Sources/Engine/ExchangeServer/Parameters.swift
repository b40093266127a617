import Text
import Trading

/// The decoded parameters of one request; the query wins over the body.
struct Parameters: Sendable {
    /// Names sent at most; more is refused.
    static let maxCount = 64

    private var values: [String: String] = [:]
    /// What is signed: query and body joined without a separator, without the signature.
    private(set) var signedText = ""
    /// The signature, when it was sent as the very last parameter.
    private(set) var signature: String?

    /// `nil` when there are too many, or percent escapes or text are broken.
    init?(query: String, body: String) {
        // The body first, so that the query overwrites it.
        guard take(body), take(query) else { return nil }
        let all = query + body
        signedText = all
        let last = body.isEmpty ? query : body
        let start = last.split(separator: "&").last.flatMap {
            $0.hasPrefix("signature=") ? $0 : nil
        }
        guard let start else { return }
        signature = String(start.dropFirst("signature=".count))
        var signed = all.dropLast(start.utf8.count)
        if signed.hasSuffix("&") { signed = signed.dropLast() }
        signedText = String(signed)
    }

    /// `nil` when the parameter was not sent or is empty.
    func text(_ name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    func required(_ name: String) throws(APIError) -> String {
        guard let value = text(name) else { throw .missing(name) }
        return value
    }

    func integer(_ name: String) throws(APIError) -> Int64? {
        guard let text = text(name) else { return nil }
        guard text.utf8.count <= 18, let value = Int64(text) else { throw .missing(name) }
        return value
    }

    func bool(_ name: String) throws(APIError) -> Bool {
        switch text(name)?.lowercased() {
        case nil, "false": return false
        case "true": return true
        case .some: throw .invalid(name)
        }
    }

    /// `limit`, held within 1...`max`.
    func limit(default value: Int, max: Int) throws(APIError) -> Int {
        guard let given = try integer("limit") else { return value }
        guard given > 0 else { throw .invalid("limit") }
        return min(Int(clamping: given), max)
    }

    /// `startTime`...`endTime`, open where not sent.
    func times() throws(APIError) -> ClosedRange<Int64> {
        let start = try integer("startTime") ?? 0
        let end = try integer("endTime") ?? .max
        guard start <= end else { throw APIError(-1102, "Start time is after end time.") }
        return start...end
    }

    private mutating func take(_ text: String) -> Bool {
        for part in text.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(pair[0]),
                let value = pair.count == 2 ? Self.decode(pair[1]) : ""
            else { return false }
            values[name] = value
            if values.count > Self.maxCount { return false }
        }
        return true
    }

    private static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case 37:
                guard let high = rest.popFirst(), let low = rest.popFirst(),
                    let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
                else { return nil }
                bytes.append(value)
            case 43: bytes.append(32)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

package import Trading

/// The parameters of one request, in the order in which they are signed and sent.
package struct RequestParameters: Hashable, Sendable {
    private var pairs: [(name: String, value: String)] = []

    /// None yet.
    package init() {}

    /// Adds one parameter behind the others; a name twice is a bug of ours, since the venue would take one of them.
    package mutating func append(_ name: String, _ value: String) {
        precondition(!pairs.contains { $0.name == name }, "a parameter is sent once")
        pairs.append((name, value))
    }

    /// Adds a whole number.
    package mutating func append(_ name: String, _ value: Int64) { append(name, String(value)) }

    /// As the venue reads flags: `true` or `false`.
    package mutating func append(_ name: String, _ value: Bool) {
        append(name, value ? "true" : "false")
    }

    /// `a=1&b=2`, percent-encoded; empty when there are none.
    package var encoded: String {
        pairs.map { Self.encode($0.name) + "=" + Self.encode($0.value) }.joined(separator: "&")
    }

    /// The value of `name`.
    package func value(of name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// `encoded` with the time and the signature behind it, the signature last as the venue demands.
    ///
    /// Takes the venue's time and a closure that gives the lower-case hexadecimal HMAC-SHA256 of a text; the secret stays
    /// in the closure. The text that is signed is exactly what is sent.
    package func signed(
        at timestamp: Timestamp, recvWindow: Duration, hmac: (String) -> String
    ) -> String {
        var parameters = self
        parameters.append("timestamp", timestamp.milliseconds)
        parameters.append("recvWindow", recvWindow.milliseconds)
        let text = parameters.encoded
        return text + "&signature=" + hmac(text)
    }

    /// All bytes but the unreserved ones of RFC 3986 become `%XX`.
    private static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: encoded.append(byte)
            default:
                encoded.append(37)
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    package static func == (left: RequestParameters, right: RequestParameters) -> Bool {
        left.pairs.elementsEqual(right.pairs) { $0 == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        for pair in pairs {
            hasher.combine(pair.name)
            hasher.combine(pair.value)
        }
    }
}

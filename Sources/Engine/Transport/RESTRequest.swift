package import Trading

/// One HTTP request. Headers, target and body may hold keys and signatures: printing shows the server only.
package struct RESTRequest: Sendable {
    package enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    package var method: Method
    package var url: ServerURL
    /// `Host`, `Content-Length`, `Connection` and the encodings are ours to set: a request with them is refused.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// From the call to the end of the answer, waiting for a connection included.
    package var timeout: Trading.Duration
    package var maxAnswerBytes: Int
    /// Goes before others that wait, over connections that others may not use. For what lowers risk.
    package var isUrgent: Bool

    package init(
        _ method: Method, _ url: ServerURL, headers: [(name: String, value: String)] = [],
        body: [UInt8] = [], timeout: Trading.Duration = .seconds(5),
        maxAnswerBytes: Int = 16 << 20, isUrgent: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.maxAnswerBytes = maxAnswerBytes
        self.isUrgent = isUrgent
    }

    /// Whether no header can break out of its line or contradict what we say ourselves.
    var hasValidHeaders: Bool {
        let ours = [
            "host", "content-length", "connection", "transfer-encoding", "accept-encoding",
            "expect", "upgrade",
        ]
        return headers.allSatisfy { name, value in
            !name.isEmpty && name.utf8.allSatisfy(Self.isNameByte)
                && !ours.contains(name.lowercased())
                && value.utf8.allSatisfy { (0x20...0x7e).contains($0) }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}

extension RESTRequest: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(method.rawValue) \(url)" }
    package var customMirror: Mirror { Mirror(self, children: ["request": description]) }
}

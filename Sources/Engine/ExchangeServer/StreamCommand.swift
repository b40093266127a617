import Text

/// What a WebSocket client asks while connected.
struct StreamCommand: Sendable {
    let method: String
    /// Stream names of SUBSCRIBE and UNSUBSCRIBE.
    let names: [String]
    let id: UInt64

    static let maxNames = 1024

    init(_ bytes: [UInt8]) throws(JSONError) {
        var cursor = try JSONCursor(bytes.span, maxLength: 64 << 10)
        var method: String?
        var names: [String] = []
        var id: UInt64?
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            switch try cursor.text(of: key) {
            case "method": method = try cursor.string()
            case "id": id = try cursor.unsigned()
            case "params":
                if try cursor.takeNull() { continue }
                try cursor.beginArray()
                while try cursor.nextElement() {
                    // SET_PROPERTY has other values than text; it is refused by its method.
                    guard try cursor.peek() == UInt8(ascii: "\"") else {
                        try cursor.skipValue()
                        continue
                    }
                    names.append(try cursor.string())
                    if names.count > Self.maxNames {
                        throw JSONError(.tooLong, at: cursor.position)
                    }
                }
            default: try cursor.skipValue()
            }
        }
        try cursor.end()
        guard let method, let id else { throw JSONError(.missingKey, at: bytes.count) }
        self.method = method
        self.names = names
        self.id = id
    }
}

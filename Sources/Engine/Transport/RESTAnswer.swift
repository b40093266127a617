/// What a server answered, whatever its status: redirects and errors are answers too.
package struct RESTAnswer: Sendable {
    package let status: Int
    /// In the order they came.
    package let headers: [(name: String, value: String)]
    /// As it came: nothing is decompressed.
    package let body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of that name, in any case.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// A header that is a plain whole number of at most 15 digits, like a used weight or `Retry-After`.
    package func integerHeader(_ name: String) -> Int? {
        guard let text = header(name), (1...15).contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(text)
    }
}

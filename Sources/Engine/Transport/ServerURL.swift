/// Where a server is and what is asked of it: scheme, host, port, and the target with its query.
///
/// Without TLS only this machine is reachable: a plain scheme with any other host does not parse.
package struct ServerURL: Hashable, Sendable {
    package enum ParseError: Error, Hashable, Sendable {
        case scheme, host, port, target, plainToOtherMachine
    }

    package let isSecure: Bool
    /// Lower case, without the brackets of an IPv6 literal.
    package let host: String
    package let port: Int
    /// Begins with a slash. May hold a listen key or a signature: it is never printed.
    package let target: String
    private let scheme: String

    /// Parses `wss://…`, or `ws://…` to this machine.
    package init(webSocket text: String) throws(ParseError) {
        try self.init(text, plain: "ws", secure: "wss")
    }

    /// Parses `https://…`, or `http://…` to this machine.
    package init(http text: String) throws(ParseError) {
        try self.init(text, plain: "http", secure: "https")
    }

    /// The same server, asked for something else.
    package func with(target: String) throws(ParseError) -> ServerURL {
        guard Self.isTarget(target) else { throw .target }
        return ServerURL(
            isSecure: isSecure, host: host, port: port, target: target, scheme: scheme)
    }

    private init(isSecure: Bool, host: String, port: Int, target: String, scheme: String) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.target = target
        self.scheme = scheme
    }

    private init(_ text: String, plain: String, secure: String) throws(ParseError) {
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            bytes[colon...].starts(with: Array("://".utf8))
        else { throw .scheme }
        scheme = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
        guard scheme == plain || scheme == secure else { throw .scheme }
        isSecure = scheme == secure
        let rest = bytes[(colon + 3)...]
        let slash = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
        (host, port) = try Self.parseAuthority(
            rest[..<(slash ?? rest.endIndex)], standardPort: isSecure ? 443 : 80)
        let tail = String(decoding: rest[(slash ?? rest.endIndex)...], as: UTF8.self)
        target = tail.hasPrefix("/") ? tail : "/" + tail
        guard Self.isTarget(target) else { throw .target }
        guard isSecure || isLoopback else { throw .plainToOtherMachine }
    }

    private static func parseAuthority(
        _ bytes: ArraySlice<UInt8>, standardPort: Int
    ) throws(ParseError) -> (host: String, port: Int) {
        var hostBytes = bytes
        var portBytes: ArraySlice<UInt8>?
        if bytes.first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else { throw .host }
            hostBytes = bytes[(bytes.startIndex + 1)..<end]
            let after = bytes[(end + 1)...]
            guard after.isEmpty || after.first == UInt8(ascii: ":") else { throw .host }
            portBytes = after.isEmpty ? nil : after.dropFirst()
            guard hostBytes.allSatisfy({ isHexadecimal($0) || $0 == UInt8(ascii: ":") }) else {
                throw .host
            }
        } else {
            if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
                hostBytes = bytes[..<colon]
                portBytes = bytes[(colon + 1)...]
            }
            guard hostBytes.allSatisfy(isHostByte) else { throw .host }
        }
        guard (1...253).contains(hostBytes.count) else { throw .host }
        let host = String(decoding: hostBytes, as: UTF8.self).lowercased()
        guard let portBytes else { return (host, standardPort) }
        guard (1...5).contains(portBytes.count), portBytes.allSatisfy(isDigit),
            let port = Int(String(decoding: portBytes, as: UTF8.self)),
            (1...65_535).contains(port)
        else { throw .port }
        return (host, port)
    }

    private static func isTarget(_ text: String) -> Bool {
        text.utf8.first == UInt8(ascii: "/") && text.utf8.count <= 16_384
            && text.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "#") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    /// Whether the host is written as an address, which a certificate must then name.
    var isAddress: Bool {
        host.contains(":") || host.utf8.allSatisfy { Self.isDigit($0) || $0 == UInt8(ascii: ".") }
    }

    /// Whether the host can only be this machine.
    package var isLoopback: Bool {
        host == "localhost" || host == "::1" || Self.isLoopbackIPv4(host)
    }

    private static func isLoopbackIPv4(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy {
                (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy(isDigit)
                    && (Int($0) ?? 256) < 256
            }
    }

    /// What to connect to. A plain `localhost` is not looked up, so that no name server can move it away.
    var addressToDial: String { !isSecure && host == "localhost" ? "127.0.0.1" : host }

    /// For the `Host` header.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }
}

extension ServerURL: CustomStringConvertible, CustomReflectable {
    /// Scheme and authority only.
    package var description: String { "\(scheme)://\(authority)" }
    package var customMirror: Mirror { Mirror(self, children: ["server": description]) }
}

import Testing

@testable import Transport

struct ServerURLTests {
    @Test func `a secure address has host, port and target`() throws {
        let url = try ServerURL(webSocket: "wss://FStream.example.com/market/ws?a=b")
        #expect(url.isSecure)
        #expect(url.host == "fstream.example.com")
        #expect(url.port == 443)
        #expect(url.target == "/market/ws?a=b")
        #expect(try ServerURL(http: "https://a.b:8443").target == "/")
        #expect(try ServerURL(http: "https://a.b:8443").port == 8443)
        #expect(try ServerURL(http: "https://a.b?x=1").target == "/?x=1")
        #expect(try ServerURL(http: "https://[::1]:9/").host == "::1")
    }

    @Test(arguments: ["127.0.0.1", "127.1.2.3:80", "localhost:8080", "[::1]:1"])
    func `without TLS this machine is reachable`(host: String) throws {
        #expect(try !ServerURL(http: "http://\(host)/").isSecure)
        #expect(try !ServerURL(webSocket: "ws://\(host)/").isSecure)
    }

    @Test(arguments: [
        "fapi.example.com", "127.0.0.1.example.com", "128.0.0.1", "127.0.0", "127.0.0.256",
        "localhost.example", "[::2]", "10.0.0.1:80",
    ])
    func `without TLS no other machine is reachable`(host: String) {
        #expect(throws: ServerURL.ParseError.plainToOtherMachine) {
            try ServerURL(http: "http://\(host)/")
        }
        #expect(throws: ServerURL.ParseError.plainToOtherMachine) {
            try ServerURL(webSocket: "ws://\(host)/")
        }
    }

    @Test(arguments: [
        ("ftp://a/", ServerURL.ParseError.scheme), ("https:/a", .scheme), ("", .scheme),
        ("wss://a/", .scheme), ("https://", .host), ("https://user@host/", .host),
        ("https://a b/", .host), ("https://[::1/", .host), ("https://[::1]x/", .host),
        ("https://a:/", .port), ("https://a:0/", .port), ("https://a:65536/", .port),
        ("https://a:+80/", .port), ("https://a/b c", .target), ("https://a/b\r\nX: y", .target),
        ("https://a/#f", .target),
    ])
    func `what is not an address is refused`(text: String, error: ServerURL.ParseError) {
        #expect(throws: error) { try ServerURL(http: text) }
    }
}

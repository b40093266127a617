import Foundation
import Population
import Testing
import Trading

@testable import ExchangeServer

/// The server over real loopback sockets.
@Suite(.serialized) struct ServerTests {
    /// A blocking TCP connection that reads until a text is there, or five seconds have passed.
    final class Wire {
        private let descriptor: Int32
        private(set) var text = ""

        init(port: Int) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let status = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(status == 0)
        }

        deinit { close(descriptor) }

        func send(_ text: String) { send(Array(text.utf8)) }
        func send(_ bytes: [UInt8]) {
            _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }

        /// A masked text frame; the mask is zero, which is allowed.
        func sendFrame(_ text: String) {
            let bytes = Array(text.utf8)
            precondition(bytes.count < 126, "a short frame")
            send([0x81, 0x80 | UInt8(bytes.count), 0, 0, 0, 0] + bytes)
        }

        /// Whether `wanted` came before the connection ended or fell silent.
        func waits(for wanted: String, seconds: Int = 5) -> Bool {
            var limit = timeval(tv_sec: seconds, tv_usec: 0)
            setsockopt(
                descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while !text.contains(wanted) {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return false }
                text += String(decoding: buffer[..<count], as: UTF8.self)
            }
            return true
        }

        func upgrade(_ path: String) -> Bool {
            send(
                "GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            return waits(for: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        }
    }

    static func server(_ change: (inout ExchangeServerConfiguration) -> Void = { _ in }) throws
        -> ExchangeServer
    {
        var configuration = ExchangeServerConfiguration()
        configuration.symbols = [try #require(SymbolName("BTCUSDT"))]
        configuration.history = .zero
        configuration.population.warmUp = .minutes(1)
        configuration.population.holders = 20
        change(&configuration)
        return try ExchangeServer(configuration)
    }

    @Test func `REST answers with the used weight, and refuses who has no key`() throws {
        let server = try Self.server()
        let wire = try Wire(port: server.port)
        wire.send("GET /fapi/v1/ping HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(wire.waits(for: "\r\n\r\n{}"))
        #expect(wire.text.contains("X-MBX-USED-WEIGHT-1M: 1\r\n"))
        wire.send("GET /fapi/v3/account HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(wire.waits(for: "{\"code\":-2014,"))
        wire.send("GET /fapi/v3/account HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: no\r\n\r\n")
        #expect(wire.waits(for: "{\"code\":-2015,"))
        let key = "X-MBX-APIKEY: \(server.apiKey)\r\n"
        wire.send("GET /fapi/v3/account?timestamp=1 HTTP/1.1\r\nHost: x\r\n\(key)\r\n")
        #expect(wire.waits(for: "{\"code\":-1021,"))
        wire.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(wire.waits(for: "404 Not Found"))
        try server.stop()
    }

    @Test func `beyond the weight of the minute the answer is 429`() throws {
        let server = try Self.server { $0.limits.weightPerMinute = 0 }
        let wire = try Wire(port: server.port)
        wire.send("GET /fapi/v1/ping HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(wire.waits(for: "{\"code\":-1003,"))
        #expect(wire.text.hasPrefix("HTTP/1.1 429"))
        try server.stop()
    }

    @Test func `a body beyond the limit and a connection beyond the limit are refused`() throws {
        let server = try Self.server {
            $0.limits.bodyBytes = 100
            $0.limits.connections = 1
        }
        let wire = try Wire(port: server.port)
        wire.send("POST /fapi/v1/order HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        wire.send(String(repeating: "a", count: 1000))
        #expect(wire.waits(for: "HTTP/1.1 413"))
        let busy = try Self.server { $0.limits.connections = 0 }
        let refused = try Wire(port: busy.port)
        refused.send("GET /fapi/v1/ping HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(!refused.waits(for: "200"))
        try server.stop()
        try busy.stop()
    }

    @Test func `a stream is delivered on its route, and a wrong route is acknowledged and silent`()
        throws
    {
        let server = try Self.server()
        let right = try Wire(port: server.port)
        #expect(right.upgrade("/market/stream?streams=btcusdt@markPrice@1s"))
        let wrong = try Wire(port: server.port)
        #expect(wrong.upgrade("/public/ws"))
        wrong.sendFrame("{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@markPrice@1s\"],\"id\":7}")
        #expect(wrong.waits(for: "{\"result\":null,\"id\":7}"))
        #expect(
            right.waits(
                for: "{\"stream\":\"btcusdt@markPrice@1s\",\"data\":{\"e\":\"markPriceUpdate\""))
        wrong.sendFrame("{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":8}")
        #expect(wrong.waits(for: "{\"result\":[\"btcusdt@markPrice@1s\"],\"id\":8}"))
        #expect(!wrong.text.contains("markPriceUpdate"))
        try server.stop()
    }

    @Test func `a stream client that talks too much is dropped`() throws {
        let server = try Self.server()
        let wire = try Wire(port: server.port)
        #expect(wire.upgrade("/public/ws"))
        for _ in 0..<40 { wire.sendFrame("{}") }
        #expect(!wire.waits(for: "never"))
        try server.stop()
    }
}

import NIOCore
import NIOWebSocket
import Testing
import Trading

@testable import Transport

@Suite(.timeLimit(.minutes(1))) struct WebSocketTests {
    enum Heard: Hashable, Sendable {
        case opened
        case message([UInt8])
        case ended(WebSocketEnd)
    }

    /// Connects, waits for the end, and answers everything heard in order.
    static func life(
        of url: String, trust: TLSTrust? = nil,
        _ change: (inout WebSocketConfiguration) -> Void = { _ in },
        then act: @escaping @Sendable (WebSocketClient, Heard) -> Void = { _, _ in }
    ) async throws -> [Heard] {
        let thread = TransportThread()
        var configuration = WebSocketConfiguration(
            url: try ServerURL(webSocket: url), trust: try trust ?? TLSTrust())
        change(&configuration)
        let (stream, continuation) = AsyncStream.makeStream(of: Heard.self)
        let client = WebSocketClient(
            configuration, on: thread,
            WebSocketListener(
                opened: { continuation.yield(.opened) },
                received: { bytes in
                    continuation.yield(.message(bytes.indices.map { bytes[$0] }))
                },
                ended: { continuation.yield(.ended($0)) }))
        var all: [Heard] = []
        for await heard in stream {
            all.append(heard)
            act(client, heard)
            if case .ended = heard { break }
        }
        // What would still come after the end comes while the thread closes its connections.
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            thread.run { done.resume() }
        }
        try thread.stop()
        continuation.finish()
        for await heard in stream { all.append(heard) }
        return all
    }

    @Test func `text messages arrive whole and in order, and what we send arrives`() async throws {
        let server = try LoopbackServer.webSocket { channel in
            channel.frame(.text, Array("one".utf8))
            channel.frame(.text, [])
            channel.frame(.text, Array("three".utf8))
        }
        let heard = try await Self.life(
            of: "ws://127.0.0.1:\(server.port)/ws",
            then: { client, heard in
                guard heard == .message(Array("three".utf8)) else { return }
                client.send(Array("hello".utf8))
                client.close()
            })
        #expect(
            heard == [
                .opened, .message(Array("one".utf8)), .message([]),
                .message(Array("three".utf8)), .ended(.closedByUs),
            ])
        #expect(
            await server.waits(for: .closeFrame(code: 1000)) == [
                .opened, .text(Array("hello".utf8)),
            ])
        try await server.stop()
    }

    @Test func `a message of one mebibyte arrives, also in fragments around a ping`() async throws {
        let whole = [UInt8](repeating: 0x61, count: 1 << 20)
        let server = try LoopbackServer.webSocket { channel in
            channel.frame(.text, whole)
            channel.frame(.text, Array(whole[..<1000]), isFinal: false)
            channel.frame(.ping, [1, 2, 3])
            channel.frame(.continuation, Array(whole[1000..<2000]), isFinal: false)
            channel.frame(.continuation, Array(whole[2000...]))
            channel.frame(.connectionClose, [0x03, 0xe9] + Array("bye".utf8))
        }
        let heard = try await Self.life(of: "ws://localhost:\(server.port)/ws")
        #expect(
            heard == [
                .opened, .message(whole), .message(whole),
                .ended(.closedByPeer(code: 1001, reason: "bye")),
            ])
        #expect(await server.waits(for: .closeFrame(code: 1001)) == [.opened, .pong([1, 2, 3])])
        try await server.stop()
    }

    @Test func `a frame above the limit is refused with 1009`() async throws {
        let server = try LoopbackServer.webSocket { channel in
            channel.frame(.text, [UInt8](repeating: 0x61, count: (1 << 20) + 1))
        }
        let heard = try await Self.life(of: "ws://127.0.0.1:\(server.port)/")
        #expect(heard == [.opened, .ended(.messageTooLarge)])
        #expect(await server.waits(for: .closeFrame(code: 1009)) == [.opened])
        try await server.stop()
    }

    @Test func `fragments that are too large together are refused with 1009`() async throws {
        let server = try LoopbackServer.webSocket { channel in
            channel.frame(.text, [UInt8](repeating: 0x61, count: 1 << 20), isFinal: false)
            channel.frame(.continuation, [0x61])
        }
        let heard = try await Self.life(of: "ws://127.0.0.1:\(server.port)/")
        #expect(heard == [.opened, .ended(.messageTooLarge)])
        #expect(await server.waits(for: .closeFrame(code: 1009)) == [.opened])
        try await server.stop()
    }

    @Test func `a server that masks, or sends binary, violates the protocol`() async throws {
        let masking = try LoopbackServer.webSocket { channel in
            channel.writeAndFlush(
                WebSocketFrame(
                    fin: true, opcode: .text, maskKey: [1, 2, 3, 4],
                    data: ByteBuffer(string: "x")), promise: nil)
        }
        let first = try await Self.life(of: "ws://127.0.0.1:\(masking.port)/")
        #expect(first == [.opened, .ended(.protocolViolation)])
        #expect(await masking.waits(for: .closeFrame(code: 1002)) == [.opened])
        try await masking.stop()

        let binary = try LoopbackServer.webSocket { $0.frame(.binary, [1]) }
        let second = try await Self.life(of: "ws://127.0.0.1:\(binary.port)/")
        #expect(second == [.opened, .ended(.protocolViolation)])
        #expect(await binary.waits(for: .closeFrame(code: 1003)) == [.opened])
        try await binary.stop()
    }

    @Test(arguments: [false, true])
    func `a line that breaks without a close frame is lost, with TLS too`(tls: Bool) async throws {
        let server = try LoopbackServer.webSocket(tls: tls) { channel in
            channel.frame(.text, Array("last".utf8))
        }
        let trust = try TestIdentity.withAuthorityFile { try TLSTrust(extraAuthorities: $0) }
        let heard = try await Self.life(
            of: "\(tls ? "wss" : "ws")://localhost:\(server.port)/", trust: trust,
            then: { client, heard in
                if case .message = heard { client.send(Array("break".utf8)) }
            })
        #expect(heard == [.opened, .message(Array("last".utf8)), .ended(.lost)])
        try await server.stop()
    }

    @Test func `a server that answers nothing, not even pings, is silent`() async throws {
        let server = try LoopbackServer.webSocket { _ in }
        let heard = try await Self.life(of: "ws://127.0.0.1:\(server.port)/") {
            $0.pingInterval = .milliseconds(10)
            $0.silenceLimit = .milliseconds(50)
        }
        #expect(heard == [.opened, .ended(.silent)])
        #expect(await server.waits(for: .ping) == [.opened])
        try await server.stop()
    }

    @Test(arguments: [403, 404, 429, 503])
    func `a page instead of the upgrade is told with its status`(status: Int) async throws {
        let server = try LoopbackServer.raw { _, _, channel in
            channel.say(
                "HTTP/1.1 \(status) No\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"
            )
        }
        let heard = try await Self.life(of: "ws://127.0.0.1:\(server.port)/")
        #expect(heard == [.ended(.refused(status: status))])
        try await server.stop()
    }

    @Test(arguments: [
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: AAAA\r\n\r\n",
        "220 mail.example ESMTP\r\n\r\n",
    ])
    func `an answer that is not our upgrade is refused`(answer: String) async throws {
        let server = try LoopbackServer.raw { _, _, channel in channel.say(answer) }
        let heard = try await Self.life(of: "ws://127.0.0.1:\(server.port)/")
        #expect(heard == [.ended(.notConnected(.notAnUpgrade))])
        try await server.stop()
    }

    @Test func `a server that never answers the upgrade is given up`() async throws {
        let server = try LoopbackServer.raw { _, _, _ in }
        let heard = try await Self.life(of: "ws://127.0.0.1:\(server.port)/") {
            $0.connectTimeout = .milliseconds(100)
        }
        #expect(heard == [.ended(.notConnected(.timeout))])
        try await server.stop()
    }

    @Test func `a connection closed by us while it connects ends once`() async throws {
        let server = try LoopbackServer.raw { _, _, _ in }
        let thread = TransportThread()
        let end = try await withCheckedThrowingContinuation {
            (done: CheckedContinuation<WebSocketEnd, any Error>) in
            do {
                let url = try ServerURL(webSocket: "ws://127.0.0.1:\(server.port)/")
                WebSocketClient(
                    WebSocketConfiguration(url: url, trust: try TLSTrust()), on: thread,
                    WebSocketListener(
                        opened: {}, received: { _ in }, ended: { done.resume(returning: $0) })
                ).close()
            } catch { done.resume(throwing: error) }
        }
        #expect(end == .closedByUs)
        try thread.stop()
        try await server.stop()
    }

    @Test func `nobody there is unreachable`() async throws {
        let server = try LoopbackServer.raw { _, _, _ in }
        try await server.stop()
        let heard = try await Self.life(of: "ws://127.0.0.1:\(server.port)/")
        #expect(heard == [.ended(.notConnected(.unreachable))])
    }

    @Test func `a certificate is believed only from a known authority and for its own name`()
        async throws
    {
        let server = try LoopbackServer.webSocket(tls: true) { $0.frame(.text, [0x78]) }
        let known = try TestIdentity.withAuthorityFile { try TLSTrust(extraAuthorities: $0) }
        let right = try await Self.life(
            of: "wss://localhost:\(server.port)/", trust: known,
            then: { client, heard in
                if heard == .message([0x78]) { client.close() }
            })
        #expect(right == [.opened, .message([0x78]), .ended(.closedByUs)])
        let stranger = try await Self.life(of: "wss://localhost:\(server.port)/")
        #expect(stranger == [.ended(.notConnected(.certificate))])
        let otherName = try await Self.life(of: "wss://127.0.0.1:\(server.port)/", trust: known)
        #expect(otherName == [.ended(.notConnected(.certificate))])
        try await server.stop()
    }
}

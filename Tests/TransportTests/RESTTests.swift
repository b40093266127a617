import Foundation
import NIOCore
import Synchronization
import Testing
import Trading

@testable import Transport

@Suite(.timeLimit(.minutes(1))) struct RESTTests {
    /// Runs `body` with a client of one connection, and stops everything after it.
    static func withClient<Result>(
        trust: TLSTrust? = nil, _ change: (inout RESTConfiguration) -> Void = { _ in },
        _ body: (RESTClient) async throws -> Result
    ) async throws -> Result {
        let thread = TransportThread()
        var configuration = RESTConfiguration(trust: try trust ?? TLSTrust())
        configuration.maxConnections = 1
        configuration.maxUrgentConnections = 0
        change(&configuration)
        let result = try await body(RESTClient(configuration, on: thread))
        try thread.stop()
        return result
    }

    static func url(_ server: LoopbackServer, _ target: String = "/") throws -> ServerURL {
        try ServerURL(http: "http://127.0.0.1:\(server.port)\(target)")
    }

    static let fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    static func failure(_ result: Result<RESTAnswer, RESTFailure>) -> RESTFailure? {
        switch result {
        case .success: nil
        case .failure(let failure): failure
        }
    }

    static func status(_ result: Result<RESTAnswer, RESTFailure>) -> Int? {
        switch result {
        case .success(let answer): answer.status
        case .failure: nil
        }
    }

    @Test func `an answer holds status, headers and body, and the connection is used again`()
        async throws
    {
        let server = try LoopbackServer.raw { number, _, channel in
            let body = "{\"n\":\(number)}"
            channel.say(
                "HTTP/1.1 200 OK\r\nX-MBX-Used-Weight-1M: 17\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
        }
        try await Self.withClient { client in
            for _ in 0..<3 {
                let answer = try await client.send(
                    RESTRequest(
                        .post, Self.url(server, "/fapi/v1/order?a=1"),
                        headers: [(name: "X-MBX-APIKEY", value: "k")], body: Array("b=2".utf8))
                ).get()
                #expect(answer.status == 200)
                #expect(answer.integerHeader("x-mbx-used-weight-1m") == 17)
                #expect(answer.body == Array("{\"n\":0}".utf8))
            }
        }
        let request = await server.next { if case .request = $0 { true } else { false } }
        #expect(
            request
                == .request(
                    "POST /fapi/v1/order?a=1 HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nAccept-Encoding: identity\r\nX-MBX-APIKEY: k\r\nContent-Length: 3\r\n\r\nb=2"
                ))
        try await server.stop()
    }

    @Test func `a refused permit lets not one byte leave`() async throws {
        let server = try LoopbackServer.raw { _, _, channel in channel.say(Self.fine) }
        try await Self.withClient { client in
            let first = await client.send(
                RESTRequest(.post, try Self.url(server, "/refused")), permit: { false })
            #expect(Self.failure(first) == .withheld)
            let second = await client.send(RESTRequest(.post, try Self.url(server, "/allowed")))
            #expect(Self.status(second) == 200)
        }
        var requests: [String] = []
        let before = await server.waits(for: .closed)
        for case .request(let text) in before { requests.append(String(text.prefix(13))) }
        #expect(requests == ["POST /allowed"])
        try await server.stop()
    }

    @Test func `the permit is asked on the transport thread, once, when the connection stands`()
        async throws
    {
        let server = try LoopbackServer.raw { _, _, channel in channel.say(Self.fine) }
        let thread = TransportThread()
        let client = RESTClient(RESTConfiguration(trust: try TLSTrust()), on: thread)
        let asked = Mutex<[Bool]>([])
        let result = await client.send(
            RESTRequest(.get, try Self.url(server)),
            permit: {
                asked.withLock { $0.append(thread.isCurrent) }
                return true
            })
        #expect(Self.status(result) == 200)
        #expect(asked.withLock { $0 } == [true])
        try await server.stop()
        let nobody = await client.send(
            RESTRequest(.get, try Self.url(server)),
            permit: {
                asked.withLock { $0.append(false) }
                return true
            })
        #expect(Self.failure(nobody) == .notSent(.noConnection(.unreachable)))
        #expect(asked.withLock { $0 } == [true])
        try thread.stop()
    }

    @Test func `a request on a kept connection that dies is never sent again`() async throws {
        // The second request of a connection gets no answer but the end of the line.
        let count = Mutex(0)
        let server = try LoopbackServer.raw { _, _, channel in
            let number = count.withLock {
                $0 += 1
                return $0
            }
            if number == 2 { channel.breakLine() } else { channel.say(Self.fine) }
        }
        let url = try Self.url(server)
        try await Self.withClient { client in
            #expect(Self.status(await client.send(RESTRequest(.get, url))) == 200)
            let order = await client.send(RESTRequest(.post, try Self.url(server, "/order")))
            #expect(Self.failure(order) == .unknown(.connectionLost))
            #expect(Self.status(await client.send(RESTRequest(.get, url))) == 200)
        }
        #expect(count.withLock { $0 } == 3)
        try await server.stop()
    }

    @Test func `a connection that the server closed while it was idle is replaced`() async throws {
        let server = try LoopbackServer.raw { _, _, channel in
            channel.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            channel.close(promise: nil)
        }
        try await Self.withClient { client in
            for _ in 0..<3 {
                let answer = await client.send(RESTRequest(.get, try Self.url(server)))
                #expect(Self.status(answer) == 200)
            }
        }
        try await server.stop()
    }

    @Test func `a page of HTML and a redirect are answers like any other`() async throws {
        let server = try LoopbackServer.raw { number, request, channel in
            if request.hasPrefix("GET /moved") {
                channel.say(
                    "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
                )
            } else {
                channel.say(
                    "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\n7\r\n</html>\r\n0\r\n\r\n"
                )
            }
        }
        try await Self.withClient { client in
            let moved = try await client.send(RESTRequest(.get, Self.url(server, "/moved"))).get()
            #expect(moved.status == 302)
            #expect(moved.header("LOCATION") == "http://127.0.0.1:1/")
            let page = try await client.send(RESTRequest(.get, Self.url(server))).get()
            #expect(page.status == 403)
            #expect(page.body == Array("<html></html>".utf8))
        }
        try await server.stop()
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    ])
    func `a body above the limit is refused, and the outcome is unknown`(answer: String)
        async throws
    {
        let server = try LoopbackServer.raw { _, _, channel in channel.say(answer) }
        try await Self.withClient { client in
            let result = await client.send(
                RESTRequest(.post, try Self.url(server), maxAnswerBytes: 10))
            #expect(Self.failure(result) == .unknown(.answerTooLarge(status: 200)))
        }
        try await server.stop()
    }

    @Test func `an answer cut short or not HTTP leaves the outcome unknown`() async throws {
        let cut = try LoopbackServer.raw { _, _, channel in
            channel.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123")
            channel.close(promise: nil)
        }
        let other = try LoopbackServer.raw { _, _, channel in channel.say("hello\r\n\r\n") }
        try await Self.withClient { client in
            let first = await client.send(RESTRequest(.post, try Self.url(cut)))
            #expect(Self.failure(first) == .unknown(.garbledAnswer))
            let second = await client.send(RESTRequest(.post, try Self.url(other)))
            #expect(Self.failure(second) == .unknown(.garbledAnswer))
        }
        try await cut.stop()
        try await other.stop()
    }

    @Test func `a timeout before the write is not sent`() async throws {
        let server = try LoopbackServer.raw { _, _, _ in }
        let url = try Self.url(server)
        try await Self.withClient { client in
            async let busy = client.send(RESTRequest(.post, url, timeout: .seconds(30)))
            _ = await server.next { if case .request = $0 { true } else { false } }
            // The only connection is busy.
            let waiting = await client.send(RESTRequest(.post, url, timeout: .milliseconds(20)))
            #expect(Self.failure(waiting) == .notSent(.timeout))
            client.stop()
            #expect(Self.failure(await busy) == .unknown(.stopped))
        }
        try await server.stop()
    }

    @Test func `a timeout after the write is unknown, and a late answer is nobody's`() async throws
    {
        // The first answer comes with the second request.
        let late = Mutex<(any Channel)?>(nil)
        let server = try LoopbackServer.raw { number, _, channel in
            guard number > 0 else { return late.withLock { $0 = channel } }
            late.withLock { $0 }?.say("HTTP/1.1 500 Late\r\nContent-Length: 0\r\n\r\n")
            channel.say(Self.fine)
        }
        let url = try Self.url(server)
        try await Self.withClient { client in
            let first = await client.send(RESTRequest(.post, url, timeout: .milliseconds(500)))
            #expect(Self.failure(first) == .unknown(.timeout))
            #expect(Self.status(await client.send(RESTRequest(.get, url))) == 200)
        }
        try await server.stop()
    }

    @Test func `an urgent request overtakes a busy client`() async throws {
        let server = try LoopbackServer.raw { _, request, channel in
            if request.hasPrefix("POST /urgent") { channel.say(Self.fine) }
        }
        try await Self.withClient({ $0.maxUrgentConnections = 1 }) { client in
            let url = try Self.url(server)
            async let slow = client.send(RESTRequest(.get, url, timeout: .seconds(30)))
            _ = await server.next { if case .request = $0 { true } else { false } }
            async let queued = client.send(RESTRequest(.get, url, timeout: .seconds(30)))
            let urgent = await client.send(
                RESTRequest(.post, try Self.url(server, "/urgent"), isUrgent: true))
            #expect(Self.status(urgent) == 200)
            client.stop()
            #expect(Self.failure(await slow) == .unknown(.stopped))
            #expect(Self.failure(await queued) == .notSent(.stopped))
            #expect(
                Self.failure(await client.send(RESTRequest(.get, url))) == .notSent(.stopped))
        }
        try await server.stop()
    }

    @Test func `the queue has a limit`() async throws {
        let server = try LoopbackServer.raw { _, _, _ in }
        try await Self.withClient({ $0.maxWaiting = 1 }) { client in
            let url = try Self.url(server)
            async let busy = client.send(RESTRequest(.get, url, timeout: .seconds(30)))
            _ = await server.next { if case .request = $0 { true } else { false } }
            let results = Mutex<[RESTFailure?]>([])
            await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
                client.send(RESTRequest(.get, url, timeout: .seconds(30))) { result in
                    results.withLock { $0.append(Self.failure(result)) }
                }
                client.send(RESTRequest(.get, url, timeout: .seconds(30))) { result in
                    results.withLock { $0.append(Self.failure(result)) }
                    done.resume()
                }
            }
            #expect(results.withLock { $0 } == [.notSent(.queueFull)])
            client.stop()
            #expect(Self.failure(await busy) == .unknown(.stopped))
        }
        try await server.stop()
    }

    @Test(arguments: [
        (name: "X-A", value: "1\r\nX-B: 2"), (name: "X-A\r\n", value: "1"),
        (name: "Host", value: "elsewhere"), (name: "content-length", value: "0"),
        (name: "", value: "1"), (name: "X-A", value: "ü"),
    ])
    func `a header that could break out is not sent`(header: (name: String, value: String))
        async throws
    {
        try await Self.withClient { client in
            let result = await client.send(
                RESTRequest(.get, try ServerURL(http: "http://127.0.0.1:1/"), headers: [header]))
            #expect(Self.failure(result) == .notSent(.invalidHeader))
        }
    }

    @Test func `a bad certificate means that nothing was sent`() async throws {
        let server = try LoopbackServer.raw(tls: true) { _, _, channel in channel.say(Self.fine) }
        let known = try TestIdentity.withAuthorityFile { try TLSTrust(extraAuthorities: $0) }
        let named = try ServerURL(http: "https://localhost:\(server.port)/")
        let address = try ServerURL(http: "https://127.0.0.1:\(server.port)/")
        try await Self.withClient(trust: known) { client in
            #expect(Self.status(await client.send(RESTRequest(.get, named))) == 200)
            let otherName = await client.send(RESTRequest(.get, address))
            #expect(Self.failure(otherName) == .notSent(.noConnection(.certificate)))
        }
        try await Self.withClient { client in
            let stranger = await client.send(RESTRequest(.get, named))
            #expect(Self.failure(stranger) == .notSent(.noConnection(.certificate)))
        }
        try await server.stop()
    }

    @Test func `a request prints neither key nor signature`() throws {
        let request = RESTRequest(
            .post, try ServerURL(http: "https://fapi.example/order?signature=SECRET"),
            headers: [(name: "X-MBX-APIKEY", value: "SECRET")], body: Array("SECRET".utf8))
        var dumped = ""
        dump(request, to: &dumped)
        #expect("\(request)" == "POST https://fapi.example")
        #expect(!"\(String(reflecting: request))\(dumped)".contains("SECRET"))
        #expect(!String(reflecting: request.url).contains("SECRET"))
    }
}

import NIOCore
package import Trading

/// Limits of a REST client.
package struct RESTConfiguration: Sendable {
    package var trust: TLSTrust
    /// To each server.
    package var maxConnections = 4
    /// More of them, which only urgent requests may use.
    package var maxUrgentConnections = 2
    /// Requests to each server that may wait for a connection; as many urgent ones besides.
    package var maxWaiting = 64
    package var connectTimeout: Trading.Duration = .seconds(5)
    /// A connection that was not used for so long is closed.
    package var idleLimit: Trading.Duration = .seconds(30)

    package init(trust: TLSTrust) { self.trust = trust }
}

/// Sends HTTP requests over kept-alive connections, each request at most once.
///
/// Nothing is ever sent again, followed to another address or decompressed. A failure says whether the request may
/// have been executed.
package final class RESTClient: Sendable {
    package typealias Completion = @Sendable (Result<RESTAnswer, RESTFailure>) -> Void

    private let loop: any EventLoop
    private let pool: NIOLoopBoundBox<RESTPool>

    package init(_ configuration: RESTConfiguration, on thread: TransportThread) {
        let loop = thread.loop
        self.loop = loop
        pool = NIOLoopBoundBox.makeBoxSendingValue(
            RESTPool(configuration, loop), as: RESTPool.self, eventLoop: loop)
    }

    /// Sends `request` once, if `permit` answers true at the last moment.
    ///
    /// `permit` is asked on the transport thread when the connection stands, and when it answers true the request
    /// is written in the same breath: between the question and the write nothing else runs on that thread.
    /// `completion` comes exactly once, on the transport thread.
    package func send(
        _ request: RESTRequest, permit: @escaping @Sendable () -> Bool = { true },
        completion: @escaping Completion
    ) {
        let pool = pool
        loop.execute {
            pool.value.send(RESTExchange(request, permit: permit, completion: completion))
        }
    }

    /// Like the other `send`, for callers that wait.
    package func send(
        _ request: RESTRequest, permit: @escaping @Sendable () -> Bool = { true }
    ) async -> Result<RESTAnswer, RESTFailure> {
        await withCheckedContinuation { continuation in
            send(request, permit: permit) { continuation.resume(returning: $0) }
        }
    }

    /// Ends everything that waits or is under way, and refuses what comes later.
    package func stop() {
        let pool = pool
        loop.execute { pool.value.stop() }
    }
}

import NIOCore
import NIOPosix
package import Trading

/// The one thread that connections live on: every callback of this module comes on it, one at a time.
package final class TransportThread: Sendable {
    package struct StopError: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    private let group: MultiThreadedEventLoopGroup
    let loop: any EventLoop

    package init() {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        loop = group.next()
    }

    /// Performs `work` on the thread, after what was given before.
    package func run(_ work: @escaping @Sendable () -> Void) { loop.execute(work) }

    /// Performs `work` on the thread after `delay`, unless the returned closure is called before.
    package func run(
        after delay: Trading.Duration, _ work: @escaping @Sendable () -> Void
    ) -> @Sendable () -> Void {
        let task = loop.scheduleTask(in: .nanoseconds(delay.nanoseconds), work)
        return { task.cancel() }
    }

    /// Whether the caller is on the thread.
    package var isCurrent: Bool { loop.inEventLoop }

    /// Closes every connection and ends the thread. Must not be called on the thread itself.
    ///
    /// Stop each `RESTClient` before: a request that waits for a connection would never hear of its end.
    package func stop() throws(StopError) {
        do {
            try group.syncShutdownGracefully()
        } catch { throw StopError(description: "the transport thread cannot end: \(error)") }
    }
}

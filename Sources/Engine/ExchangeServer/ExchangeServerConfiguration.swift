import Matching
package import Population
package import Trading

/// What the local exchange serves, and its limits.
package struct ExchangeServerConfiguration: Sendable {
    /// 0 takes any free port.
    package var port = 0
    package var seed: UInt64 = 1
    /// Exchange seconds per wall second. Above 1 `timestamp` and `recvWindow` of signed requests are not checked.
    package var speed = 1.0
    /// In the order in which exchangeInfo lists them; without repeats.
    package var symbols: [SymbolName] = []
    /// How long the market lives, and keeps candles, before the doors open.
    package var history: Duration = .minutes(60)
    package var population: PopulationConfiguration
    /// Whether stream paths without a route deliver every stream, as the venue's demo host still does, and not only
    /// those of `/public`, as the live host does.
    package var deliversAllUnrouted = false
    package var limits = Limits()
    /// So many messages a wall second more: the best prices again, under higher ids, of each symbol whose ticker somebody
    /// hears, in turn.
    package var extraTickersPerSecond = 0
    /// What goes wrong, and when.
    package var faults: [Fault] = []
    /// Told when a fault happens for the first time, on the server's thread; must not wait.
    package var onFault: (@Sendable (Fault) -> Void)?

    /// What is refused beyond.
    package struct Limits: Sendable {
        package var weightPerMinute = 2400
        package var ordersPerTenSeconds = 300
        package var ordersPerMinute = 1200
        package var openOrdersPerSymbol = 200
        package var openAlgoOrders = 200
        package var connections = 256
        package var bodyBytes = 64 << 10
        package var frameBytes = 64 << 10
        package var streamsPerConnection = 1024
        package var messagesPerSecond = 10
        /// Seconds in which a request must have come whole after the connection or the answer before it.
        package var requestSeconds: Int64 = 75
        /// Seconds in which the body of a request must follow its head.
        package var bodySeconds: Int64 = 10
        /// Bytes waiting for a stream client at which it is dropped.
        package var clientBacklogBytes = 4 << 20

        package init() {}
    }

    package init() {
        population = PopulationConfiguration()
        // The loopback has a way of its own; an answer tells what has happened.
        population.exchange.latency = .zero
        population.exchange.depthInterval = .milliseconds(100)
        population.exchange.depthSnapshotInterval = .hours(24)
        population.exchange.depthLevels = 1000
        // Plain and conditional orders have limits of their own here.
        population.exchange.maxOpenOrders = 100_000
    }
}

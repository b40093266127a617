import NIOCore
import NIOPosix
import Trading

/// The connections and waiting requests of a REST client; belongs to its event loop.
final class RESTPool {
    private struct Server: Hashable {
        let isSecure: Bool
        let host: String
        let port: Int
    }

    private struct State {
        /// Newest last. The last one is used first, so that the others grow old and are closed.
        var idle: [RESTConnection] = []
        var busy: [RESTConnection] = []
        var dialing = 0
        var urgent: [RESTExchange] = []
        var ordinary: [RESTExchange] = []

        var connections: Int { idle.count + busy.count + dialing }
    }

    private let configuration: RESTConfiguration
    private let loop: any EventLoop
    private var servers: [Server: State] = [:]
    private var isStopped = false

    init(_ configuration: RESTConfiguration, _ loop: any EventLoop) {
        self.configuration = configuration
        self.loop = loop
    }

    func send(_ exchange: RESTExchange) {
        let request = exchange.request
        guard !isStopped else { return exchange.end(.failure(.notSent(.stopped))) }
        guard request.hasValidHeaders else {
            return exchange.end(.failure(.notSent(.invalidHeader)))
        }
        let server = Server(
            isSecure: request.url.isSecure, host: request.url.host, port: request.url.port)
        var state = servers[server] ?? State()
        let waiting = request.isUrgent ? state.urgent : state.ordinary
        guard waiting.count < configuration.maxWaiting else {
            return exchange.end(.failure(.notSent(.queueFull)))
        }
        if request.isUrgent {
            state.urgent.append(exchange)
        } else {
            state.ordinary.append(exchange)
        }
        servers[server] = state
        let this = NIOLoopBound((pool: self, exchange: exchange), eventLoop: loop)
        exchange.deadline = loop.scheduleTask(
            in: .nanoseconds(request.timeout.nanoseconds)
        ) { this.value.pool.timeOut(this.value.exchange, of: server) }
        advance(server)
    }

    func stop() {
        isStopped = true
        let states = servers.sorted { ($0.key.host, $0.key.port) < ($1.key.host, $1.key.port) }
        servers = [:]
        for (_, state) in states {
            for exchange in state.urgent + state.ordinary {
                exchange.fail(notSent: .stopped, unknown: .stopped)
            }
            for connection in state.idle + state.busy { connection.close(.stopped) }
        }
    }

    private func timeOut(_ exchange: RESTExchange, of server: Server) {
        let connection = exchange.connection
        exchange.fail(notSent: .timeout, unknown: .timeout)
        servers[server]?.urgent.removeAll { $0 === exchange }
        servers[server]?.ordinary.removeAll { $0 === exchange }
        // The late answer would be taken for the answer to the next request.
        connection?.close(.timeout)
    }

    /// Gives waiting requests to idle connections, and opens as many more as are missing and allowed.
    private func advance(_ server: Server) {
        while var state = servers[server], let connection = state.idle.popLast() {
            let isUrgent = !state.urgent.isEmpty
            guard isUrgent || mayServeOrdinary(state) else { break }
            let exchange = isUrgent ? state.urgent.removeFirst() : state.ordinary.removeFirst()
            state.busy.append(connection)
            servers[server] = state
            if !connection.perform(exchange) { release(connection, server) }
        }
        while let state = servers[server], state.dialing < missing(state) {
            dial(server, (state.urgent.first ?? state.ordinary.first)?.request.url)
        }
    }

    private func mayServeOrdinary(_ state: State) -> Bool {
        !state.ordinary.isEmpty && state.busy.count < configuration.maxConnections
    }

    /// How many connections should be on their way for what waits.
    private func missing(_ state: State) -> Int {
        let total = configuration.maxConnections + configuration.maxUrgentConnections
        let free = state.urgent.isEmpty ? configuration.maxConnections : total
        let established = state.connections - state.dialing
        let wanted =
            state.urgent.count
            + min(state.ordinary.count, max(0, configuration.maxConnections - state.busy.count))
        return max(0, min(wanted, free - established))
    }

    private func dial(_ server: Server, _ url: ServerURL?) {
        guard let url else { return }
        servers[server]?.dialing += 1
        let this = NIOLoopBound(self, eventLoop: loop)
        let limit = configuration.connectTimeout
        Dialer.dial(url, trust: configuration.trust, timeout: limit, on: loop).whenComplete {
            this.value.dialed(server, $0)
        }
    }

    private func dialed(_ server: Server, _ result: Result<any Channel, any Error>) {
        guard servers[server] != nil, !isStopped else {
            if case .success(let channel) = result { channel.close(promise: nil) }
            return
        }
        servers[server]?.dialing -= 1
        switch result {
        case .success(let channel): add(channel, to: server)
        case .failure(let error): fail(server, ConnectFailure(error))
        }
    }

    private func add(_ channel: any Channel, to server: Server) {
        let this = NIOLoopBound(self, eventLoop: loop)
        let connection = RESTConnection(channel, idleLimit: configuration.idleLimit)
        connection.onFree = { this.value.release($0, server) }
        connection.onClosed = { this.value.remove($0, server) }
        do {
            try connection.install()
        } catch {
            channel.close(promise: nil)
            return fail(server, ConnectFailure(error))
        }
        guard channel.isActive else { return fail(server, .unreachable) }
        servers[server]?.idle.append(connection)
        advance(server)
    }

    /// The server is not to be reached: what waits longest is told so, and the next attempt is for the rest.
    private func fail(_ server: Server, _ failure: ConnectFailure) {
        guard var state = servers[server] else { return }
        let exchange: RESTExchange
        if !state.urgent.isEmpty {
            exchange = state.urgent.removeFirst()
        } else if !state.ordinary.isEmpty {
            exchange = state.ordinary.removeFirst()
        } else {
            return
        }
        servers[server] = state
        exchange.end(.failure(.notSent(.noConnection(failure))))
        advance(server)
    }

    private func release(_ connection: RESTConnection, _ server: Server) {
        guard connection.isUsable, servers[server] != nil else {
            return remove(connection, server)
        }
        servers[server]?.busy.removeAll { $0 === connection }
        servers[server]?.idle.append(connection)
        advance(server)
    }

    private func remove(_ connection: RESTConnection, _ server: Server) {
        servers[server]?.busy.removeAll { $0 === connection }
        servers[server]?.idle.removeAll { $0 === connection }
        if servers[server] != nil { advance(server) }
    }
}

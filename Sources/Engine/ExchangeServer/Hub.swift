import NIOCore
import NIOWebSocket
import Text
import Trading

/// The desk with everybody who listens. Lives on one event loop and is touched nowhere else.
final class Hub {
    /// An answer on its way to a REST client.
    struct Answer {
        var status: Int
        var headers: [(String, String)]
        var body: [UInt8]
        var isJSON = true
        /// Wall time after which it is sent.
        var delay = Duration.zero
        /// Whether the connection ends instead.
        var isCut = false
    }

    let configuration: ExchangeServerConfiguration
    let apiKey: String
    private let secret: String
    private let clock: ServerClock
    private(set) var desk: VenueDesk
    private var naked: NakedWatch
    private var weight: RateCounter
    private var ordersShort: RateCounter
    private var ordersLong: RateCounter
    /// Connected stream clients by number; the numbers rise, so that order is the order of coming.
    private var clients: [Int: WebSocketHandler] = [:]
    private var lastClient = 0
    /// Clients of each stream, with the name by which each asked for it.
    private var listeners: [StreamKey: [(client: Int, name: String)]] = [:]
    var connections = 0
    /// Open connections of all kinds by number, so that all can be cut at once.
    private var channels: [Int: any Channel] = [:]
    private var lastChannel = 0
    /// Until when the extra messages have been told, in elapsed time.
    private var flooded = Duration.zero
    private var faults: FaultClock
    /// Messages that a fault holds back, with the elapsed time at which they go.
    private var held: [(due: Duration, isReversed: Bool, publication: Publication)] = []
    static let maxHeld = 100_000
    /// What each query was answered the last time; kept while there are faults at all.
    var lastBodies: [Endpoint: [UInt8]] = [:]

    init(_ configuration: ExchangeServerConfiguration, apiKey: String, secret: String) {
        self.configuration = configuration
        self.apiKey = apiKey
        self.secret = secret
        // The history is lived before the clock starts, so that no time is lost to it.
        let opening = ServerClock(speed: 1).start
        var desk = VenueDesk(configuration, start: opening)
        clock = ServerClock(speed: configuration.speed)
        desk.advance(to: clock.now)
        self.desk = desk
        naked = NakedWatch(instruments: desk.instruments.count)
        faults = FaultClock(
            configuration.faults, opening: desk.now, onFault: configuration.onFault)
        let limits = configuration.limits
        weight = RateCounter(window: .minutes(1), max: limits.weightPerMinute)
        ordersShort = RateCounter(window: .seconds(10), max: limits.ordersPerTenSeconds)
        ordersLong = RateCounter(window: .minutes(1), max: limits.ordersPerMinute)
    }

    /// Brings the market to the present and tells the listeners.
    func tick() {
        desk.advance(to: clock.now)
        for moment in faults.advance(to: desk.now) {
            desk.meet(moment)
            if case .disconnect(let streams) = moment { disconnect(streams) }
            if case .listenKeyEnds(isTold: false) = moment { silenceUser() }
        }
        for rule in faults.takeRules() { desk.begin(rule) }
        desk.observe(&naked)
        flood()
        deliver()
    }

    private func flood() {
        let rate = configuration.extraTickersPerSecond
        guard rate > 0 else { return }
        let count = Int((elapsed - flooded).seconds * Double(rate))
        guard count > 0 else { return }
        // What a busy moment has missed is not made good beyond a tenth of a second.
        desk.repeatTickers(min(count, rate / 10))
        flooded = max(
            flooded + Duration(nanoseconds: Int64(count) * 1_000_000_000 / Int64(rate)),
            elapsed - .milliseconds(100))
    }

    /// Lets one thing happen now that a schedule could have brought.
    func meet(_ moment: Fault.Moment) {
        tick()
        desk.meet(moment)
        if case .disconnect(let streams) = moment { disconnect(streams) }
        if case .listenKeyEnds(isTold: false) = moment { silenceUser() }
        deliver()
    }

    // MARK: Connections

    func opened(_ channel: any Channel) -> Int {
        connections += 1
        lastChannel += 1
        channels[lastChannel] = channel
        return lastChannel
    }

    func closed(_ number: Int) {
        connections -= 1
        channels[number] = nil
    }

    /// Ends every connection, of streams and of requests, without a word.
    func cutConnections() {
        for number in channels.keys.sorted() { channels[number]?.close(promise: nil) }
    }

    /// What the venue itself has seen of our account.
    var witness: VenueWitness { desk.witness(naked) }

    /// Wall time that has passed.
    var elapsed: Duration { clock.elapsed }

    // MARK: REST

    func answer(method: String, uri: String, apiKey given: String?, body: String) -> Answer {
        tick()
        defer { deliver() }
        let halves = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let endpoint = Endpoint(rawValue: "\(method) \(halves[0])") else {
            return Answer(
                status: 404, headers: [],
                body: Array("<html><body><h2>404 Not found</h2></body></html>".utf8),
                isJSON: false)
        }
        let time = clock.now
        guard
            let parameters = Parameters(
                query: halves.count == 2 ? String(halves[1]) : "", body: method == "GET" ? "" : body
            )
        else {
            return Answer(
                status: 400, headers: [],
                body: APIError(-1100, "Illegal characters found in a parameter.").body)
        }
        if let fault = faults.answering(endpoint, lowersRisk: endpoint.lowersRisk(parameters)) {
            return answer(endpoint, parameters, given, at: time, fault.answering, until: fault.end)
        }
        return answer(endpoint, parameters, given, at: time)
    }

    /// What a request is answered when nothing is wrong with the venue.
    func answer(
        _ endpoint: Endpoint, _ parameters: Parameters, _ given: String?, at time: Timestamp
    ) -> Answer {
        let isWithin = weight.add(endpoint.weight(parameters), at: time)
        var headers = [("X-MBX-USED-WEIGHT-1M", String(weight.used))]
        var writer = JSONWriter()
        do throws(APIError) {
            guard isWithin else {
                throw .tooManyRequests(limit: weight.max)
            }
            try authenticate(endpoint, parameters, given)
            if endpoint.countsAsOrder {
                let isShortWithin = ordersShort.add(1, at: time)
                let isLongWithin = ordersLong.add(1, at: time)
                headers.append(("X-MBX-ORDER-COUNT-10S", String(ordersShort.used)))
                headers.append(("X-MBX-ORDER-COUNT-1M", String(ordersLong.used)))
                guard isShortWithin, isLongWithin else {
                    throw APIError(
                        -1015,
                        "Too many new orders; current limit is \(isShortWithin ? ordersLong.max : ordersShort.max) orders per \(isShortWithin ? "MINUTE" : "TEN_SECONDS").",
                        status: 429)
                }
            }
            try desk.answer(endpoint, parameters, &writer)
            if !configuration.faults.isEmpty, endpoint.rawValue.hasPrefix("GET") {
                lastBodies[endpoint] = writer.bytes
            }
            return Answer(status: 200, headers: headers, body: writer.bytes)
        } catch {
            return Answer(status: error.status, headers: headers, body: error.body)
        }
    }

    private func authenticate(_ endpoint: Endpoint, _ p: Parameters, _ given: String?)
        throws(APIError)
    {
        guard endpoint.security != .open else { return }
        guard let given, !given.isEmpty else {
            throw APIError(-2014, "API-key format invalid.", status: 401)
        }
        guard given == apiKey else {
            throw APIError(
                -2015, "Invalid API-key, IP, or permissions for action.", status: 401)
        }
        guard endpoint.security == .signed else { return }
        guard let timestamp = try p.integer("timestamp") else { throw .missing("timestamp") }
        let window = try p.integer("recvWindow") ?? 5000
        guard (1...60_000).contains(window) else {
            throw APIError(-1131, "recvWindow must be less than 60000.")
        }
        if configuration.speed == 1 {
            let now = desk.shownTime.milliseconds
            guard timestamp < now + 1000 else {
                throw APIError(
                    -1021, "Timestamp for this request was 1000ms ahead of the server's time.")
            }
            guard now - timestamp <= window else {
                throw APIError(-1021, "Timestamp for this request is outside of the recvWindow.")
            }
        }
        guard p.text("signature") != nil else { throw .missing("signature") }
        guard let signature = p.signature,
            Signature.isValid(signature, of: p.signedText, secret: secret)
        else { throw APIError(-1022, "Signature for this request is not valid.") }
    }

    // MARK: Streams

    /// Takes a new stream client in; answers its number.
    func add(_ client: WebSocketHandler, listenKey: String?) -> Int {
        lastClient += 1
        clients[lastClient] = client
        if let listenKey, listenKey == desk.listenKey?.text { client.hearsUser = true }
        countUserListeners()
        return lastClient
    }

    func remove(_ number: Int) {
        guard let client = clients.removeValue(forKey: number) else { return }
        for name in client.streams { unsubscribe(number, name) }
        countUserListeners()
    }

    /// Subscribes a client to a stream or, by the listen key, to the user stream; a name that means nothing, or that its route does not deliver, stays silent for ever.
    func subscribe(_ number: Int, _ name: String, route: StreamRoute) {
        if name == desk.listenKey?.text, route == .private || route == .unrouted {
            clients[number]?.listenKey = name
            clients[number]?.hearsUser = true
            return countUserListeners()
        }
        guard let key = StreamKey(name, instruments: desk.instruments) else { return }
        switch route {
        case .private: return
        case .public, .market: if key.route != route { return }
        case .unrouted:
            if !configuration.deliversAllUnrouted, key.route == .market { return }
        }
        listeners[key, default: []].append((number, name))
        desk.wanted.insert(key)
    }

    func unsubscribe(_ number: Int, _ name: String) {
        if let client = clients[number], client.listenKey == name {
            client.hearsUser = false
            return countUserListeners()
        }
        guard let key = StreamKey(name, instruments: desk.instruments) else { return }
        listeners[key]?.removeAll { $0.client == number && $0.name == name }
        if listeners[key]?.isEmpty ?? true {
            listeners[key] = nil
            desk.wanted.remove(key)
        }
    }

    private func countUserListeners() {
        desk.hasUserListener = clients.values.contains { $0.hearsUser }
    }

    private func deliver() {
        let fresh = desk.takePublications()
        let publications = configuration.faults.isEmpty ? fresh : afterFaults(fresh)
        guard !publications.isEmpty else { return }
        var touched: Set<Int> = []
        for publication in publications {
            switch publication.target {
            case .stream(let key):
                for listener in listeners[key] ?? [] {
                    clients[listener.client]?.send(publication.payload, stream: listener.name)
                    touched.insert(listener.client)
                }
            case .user(let event):
                for number in clients.keys.sorted() where clients[number]?.hearsUser == true {
                    clients[number]?.sendUser(publication.payload, event: event)
                    touched.insert(number)
                }
            case .keyEnded:
                for number in clients.keys.sorted() where clients[number]?.hearsUser == true {
                    clients[number]?.hearsUser = false
                    clients[number]?.close(.normalClosure)
                }
                countUserListeners()
            }
        }
        for number in touched.sorted() { clients[number]?.flush() }
    }

    // MARK: Faults

    /// What of `fresh`, and of what was held back, goes out now.
    private func afterFaults(_ fresh: [Publication]) -> [Publication] {
        var out: [Publication] = []
        for publication in fresh {
            guard held.count < Self.maxHeld,
                let fault = faults.streaming(publication.streams)
            else {
                out.append(publication)
                continue
            }
            switch fault {
            case .silent, .refused: break
            case .duplicate:
                out.append(publication)
                out.append(publication)
            case .reorder:
                let due = held.first { $0.isReversed }?.due ?? elapsed + .milliseconds(200)
                held.append((due, true, publication))
            case .late(let delay): held.append((elapsed + delay, false, publication))
            case .garbage(let shape):
                out.append(
                    Publication(
                        target: publication.target, payload: shape.spoil(publication.payload)))
                out.append(publication)
            }
        }
        let now = elapsed
        let due = held.filter { $0.due <= now }
        guard !due.isEmpty else { return out }
        held.removeAll { $0.due <= now }
        return due.filter { !$0.isReversed }.map(\.publication)
            + due.filter { $0.isReversed }.reversed().map(\.publication) + out
    }

    /// Whether a client of `path` is refused now.
    func refuses(_ path: StreamPath) -> Bool {
        if configuration.faults.isEmpty { return false }
        tick()
        return Fault.Streams.of(path).contains { faults.refuses($0) }
    }

    /// Ends connections without a close frame.
    private func disconnect(_ streams: Fault.Streams) {
        for number in clients.keys.sorted() {
            guard let client = clients[number] else { continue }
            if streams == .all || Fault.Streams.of(client.path).contains(streams) { client.drop() }
        }
    }

    /// Those who hear by the listen key hear nothing more, on connections that stay.
    private func silenceUser() {
        for client in clients.values { client.hearsUser = false }
        countUserListeners()
    }

    /// Pings, and drops who has gone silent or has been here for a day; once a second.
    func keepAlive() {
        let now = elapsed
        for number in clients.keys.sorted() { clients[number]?.keepAlive(at: now) }
    }
}

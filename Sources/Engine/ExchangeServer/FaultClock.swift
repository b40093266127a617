import Trading

/// Which faults are at work: begins those whose time has come and forgets those that are over.
struct FaultClock {
    private struct Active {
        let fault: Fault
        let end: Timestamp
        var left: Int
        var hasHappened = false
    }

    private let opening: Timestamp
    /// Not begun yet, the earliest last.
    private var waiting: [Fault]
    private var active: [Active] = []
    /// Rules that have begun and were not taken yet.
    private var rules: [VenueDesk.ActiveRule] = []
    private let onFault: (@Sendable (Fault) -> Void)?

    init(_ faults: [Fault], opening: Timestamp, onFault: (@Sendable (Fault) -> Void)?) {
        self.opening = opening
        waiting = faults.sorted { ($0.begin, $0.line) > ($1.begin, $1.line) }
        self.onFault = onFault
    }

    /// Begins what is due; answers the moments, in their order.
    mutating func advance(to now: Timestamp) -> [Fault.Moment] {
        var moments: [Fault.Moment] = []
        while let next = waiting.last, opening + next.begin <= now {
            waiting.removeLast()
            switch next.effect {
            case .moment(let moment):
                moments.append(moment)
                onFault?(next)
            case .rule(let rule):
                rules.append(
                    VenueDesk.ActiveRule(rule: rule, end: end(of: next), left: next.times ?? .max))
                onFault?(next)
            case .answers, .streams:
                active.append(Active(fault: next, end: end(of: next), left: next.times ?? .max))
            }
        }
        active.removeAll { $0.end <= now || $0.left <= 0 }
        return moments
    }

    /// The rules that have begun since they were taken last.
    mutating func takeRules() -> [VenueDesk.ActiveRule] {
        defer { rules.removeAll() }
        return rules
    }

    private func end(of fault: Fault) -> Timestamp {
        fault.length.map { opening + fault.begin + $0 } ?? .distantFuture
    }

    /// What is to happen to the answer of a request; counts as one time. The earlier line wins.
    mutating func answering(_ endpoint: Endpoint, lowersRisk: Bool)
        -> (answering: Fault.Answering, end: Timestamp)?
    {
        for index in active.indices where active[index].left > 0 {
            guard case .answers(let answering, let request) = active[index].fault.effect,
                request == nil || request == endpoint.rawValue
            else { continue }
            if answering == .throttled, lowersRisk { continue }
            if answering == .keyRefused, endpoint.security == .open { continue }
            happen(index)
            return (answering, active[index].end)
        }
        return nil
    }

    /// What is to happen to one message of `streams`; counts as one time.
    mutating func streaming(_ streams: Fault.Streams) -> Fault.Streaming? {
        for index in active.indices where active[index].left > 0 {
            guard case .streams(let streaming, let scope) = active[index].fault.effect,
                scope == .all || scope == streams, streaming != .refused
            else { continue }
            happen(index)
            return streaming
        }
        return nil
    }

    /// Whether connections to `streams` are refused now; a refusal counts as one time.
    mutating func refuses(_ streams: Fault.Streams) -> Bool {
        for index in active.indices where active[index].left > 0 {
            guard case .streams(.refused, let scope) = active[index].fault.effect,
                scope == .all || scope == streams
            else { continue }
            happen(index)
            return true
        }
        return false
    }

    private mutating func happen(_ index: Int) {
        active[index].left -= 1
        guard !active[index].hasHappened else { return }
        active[index].hasHappened = true
        onFault?(active[index].fault)
    }
}

extension Fault.Spoiling {
    /// `bytes` spoiled in this way.
    func spoil(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .truncated: Array(bytes.prefix(bytes.count / 2))
        case .nested: [UInt8](repeating: 91, count: 10_000)
        case .duplicateKeys:
            Array(
                "{\"e\":\"ORDER_TRADE_UPDATE\",\"e\":\"trade\",\"code\":200,\"code\":-2013}".utf8)
        case .wrongTypes:
            Array("[{\"e\":1,\"s\":[],\"orderId\":\"x\",\"code\":{},\"p\":1.5}]".utf8)
        case .numbers:
            Array(
                "{\"e\":\"aggTrade\",\"s\":\"BTCUSDT\",\"p\":\"1e400\",\"q\":\"NaN\",\"a\":12abc}"
                    .utf8)
        case .oversized: [UInt8](repeating: 32, count: 2_000_000)
        }
    }
}

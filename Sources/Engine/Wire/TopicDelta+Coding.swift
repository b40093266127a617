extension TopicDelta {
    /// The JSON text of the topic's value alone, `null` when it is not known.
    package func encodeValue(into bytes: inout [UInt8]) throws(WireEncodingError) {
        switch self {
        case .engine(let value): try WireCodec.append(value, to: &bytes)
        case .safety(let value): try WireCodec.append(value, to: &bytes)
        case .account(let value): try WireCodec.append(value, to: &bytes)
        case .positions(let value): try WireCodec.append(value, to: &bytes)
        case .exits(let value): try WireCodec.append(value, to: &bytes)
        case .exitSeries(let value): try SeriesTopic.encode(value, into: &bytes)
        case .entries(let value): try WireCodec.append(value, to: &bytes)
        case .flow(let value): try WireCodec.append(value, to: &bytes)
        case .map(let value): try WireCodec.append(value, to: &bytes)
        case .guards(let value): try WireCodec.append(value, to: &bytes)
        case .session(let value): try WireCodec.append(value, to: &bytes)
        case .funnel(let value): try WireCodec.append(value, to: &bytes)
        case .events(let value): try WireCodec.append(value, to: &bytes)
        case .commands(let value): try WireCodec.append(value, to: &bytes)
        case .health(let value): try WireCodec.append(value, to: &bytes)
        case .models(let value): try WireCodec.append(value, to: &bytes)
        }
    }

    init(
        topic: Topic, in container: KeyedDecodingContainer<WireKey>
    ) throws {
        switch topic {
        case .engine: self = .engine(try container.decodeIfPresent(EngineTopic.self, forKey: .data))
        case .safety: self = .safety(try container.decodeIfPresent(SafetyTopic.self, forKey: .data))
        case .account:
            self = .account(try container.decodeIfPresent(AccountTopic.self, forKey: .data))
        case .positions:
            self = .positions(try container.decodeIfPresent([PositionTopic].self, forKey: .data))
        case .exits: self = .exits(try container.decodeIfPresent([ExitTopic].self, forKey: .data))
        case .exitSeries:
            self = .exitSeries(try container.decodeIfPresent([SeriesTopic].self, forKey: .data))
        case .entries:
            self = .entries(try container.decodeIfPresent([EntryTopic].self, forKey: .data))
        case .flow: self = .flow(try container.decodeIfPresent([FlowTopic].self, forKey: .data))
        case .map: self = .map(try container.decodeIfPresent([MapTopic].self, forKey: .data))
        case .guards:
            self = .guards(try container.decodeIfPresent([GuardTopic].self, forKey: .data))
        case .session:
            self = .session(try container.decodeIfPresent(SessionTopic.self, forKey: .data))
        case .funnel: self = .funnel(try container.decodeIfPresent(FunnelTopic.self, forKey: .data))
        case .events:
            self = .events(try container.decodeIfPresent([EventTopic].self, forKey: .data))
        case .commands:
            self = .commands(try container.decodeIfPresent([CommandTopic].self, forKey: .data))
        case .health: self = .health(try container.decodeIfPresent(HealthTopic.self, forKey: .data))
        case .models: self = .models(try container.decodeIfPresent(ModelsTopic.self, forKey: .data))
        }
    }
}

extension Snapshot {
    /// The whole topic as a change from nothing; `nil` when it is not known.
    package func whole(_ topic: Topic) -> TopicDelta? {
        switch topic {
        case .engine: engine.map { .engine($0) }
        case .safety: safety.map { .safety($0) }
        case .account: account.map { .account($0) }
        case .positions: positions.map { .positions($0) }
        case .exits: exits.map { .exits($0) }
        case .exitSeries: exitSeries.map { .exitSeries($0) }
        case .entries: entries.map { .entries($0) }
        case .flow: flow.map { .flow($0) }
        case .map: map.map { .map($0) }
        case .guards: guards.map { .guards($0) }
        case .session: session.map { .session($0) }
        case .funnel: funnel.map { .funnel($0) }
        case .events: events.map { .events($0) }
        case .commands: commands.map { .commands($0) }
        case .health: health.map { .health($0) }
        case .models: models.map { .models($0) }
        }
    }
}

extension SeriesTopic {
    /// The largest topic by far, written by hand: the general encoder takes milliseconds for thousands of numbers, and
    /// a command would wait behind it.
    fileprivate static func encode(
        _ list: [SeriesTopic]?, into bytes: inout [UInt8]
    ) throws(WireEncodingError) {
        guard let list else {
            bytes.append(contentsOf: "null".utf8)
            return
        }
        bytes.append(UInt8(ascii: "["))
        for (index, series) in list.enumerated() {
            bytes.append(contentsOf: (index == 0 ? "{" : ",{").utf8)
            if let from = series.from { bytes.append(contentsOf: "\"from\":\(from),".utf8) }
            bytes.append(contentsOf: "\"kind\":".utf8)
            try WireCodec.append(series.kind, to: &bytes)
            bytes.append(contentsOf: ",\"symbol\":".utf8)
            try WireCodec.append(series.symbol, to: &bytes)
            bytes.append(contentsOf: ",\"times\":[".utf8)
            for (index, time) in series.times.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(contentsOf: time.description.utf8)
            }
            bytes.append(contentsOf: "],\"values\":[".utf8)
            for (index, value) in series.values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                if value.isFinite {
                    bytes.append(contentsOf: value.description.utf8)
                } else {
                    let name = value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
                    bytes.append(contentsOf: "\"\(name)\"".utf8)
                }
            }
            bytes.append(contentsOf: "]}".utf8)
        }
        bytes.append(UInt8(ascii: "]"))
    }
}

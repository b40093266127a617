extension Snapshot {
    /// Takes over one change, as a client does.
    ///
    /// Whole topics replace. Events are appended when their number is above the last known, and the oldest leave when
    /// there are more than `WireProtocol.maxEvents`. A series that the change does not name is gone; of one that it names
    /// the points before `from`, and those from the first new point on, leave before the new points are appended.
    package mutating func apply(_ change: TopicDelta) {
        switch change {
        case .engine(let value): engine = value
        case .safety(let value): safety = value
        case .account(let value): account = value
        case .positions(let value): positions = value
        case .exits(let value): exits = value
        case .exitSeries(let value):
            let known = exitSeries ?? []
            exitSeries = value?.map { change in
                let base = known.first { $0.symbol == change.symbol && $0.kind == change.kind }
                return
                    (base
                    ?? SeriesTopic(symbol: change.symbol, kind: change.kind, times: [], values: []))
                    .applying(change)
            }
        case .entries(let value): entries = value
        case .flow(let value): flow = value
        case .map(let value): map = value
        case .guards(let value): guards = value
        case .session(let value): session = value
        case .funnel(let value): funnel = value
        case .events(let value):
            guard let value else {
                events = nil
                return
            }
            var all = events ?? []
            for event in value where event.number > (all.last?.number ?? 0) || all.isEmpty {
                all.append(event)
            }
            if all.count > WireProtocol.maxEvents {
                all.removeFirst(all.count - WireProtocol.maxEvents)
            }
            events = all
        case .commands(let value): commands = value
        case .health(let value): health = value
        case .models(let value): models = value
        }
    }

    /// The changes that bring a client from `old` to this, of `topics` only, in the order of `Topic.allCases`.
    ///
    /// `nil` when changes cannot say it, because the events start over: then only a snapshot helps.
    package func changes(from old: Snapshot, topics: Set<Topic>) -> [TopicDelta]? {
        var changes: [TopicDelta] = []
        for topic in Topic.allCases where topics.contains(topic) {
            switch change(of: topic, from: old) {
            case .none: continue
            case .delta(let delta): changes.append(delta)
            case .inexpressible: return nil
            }
        }
        return changes
    }

    /// What `change(of:from:)` found.
    package enum Change: Hashable, Sendable {
        case none
        case delta(TopicDelta)
        /// Only a snapshot can say it.
        case inexpressible
    }

    /// How one topic differs from what it was in `old`.
    package func change(of topic: Topic, from old: Snapshot) -> Change {
        switch topic {
        case .engine: engine == old.engine ? .none : .delta(.engine(engine))
        case .safety: safety == old.safety ? .none : .delta(.safety(safety))
        case .account: account == old.account ? .none : .delta(.account(account))
        case .positions: positions == old.positions ? .none : .delta(.positions(positions))
        case .exits: exits == old.exits ? .none : .delta(.exits(exits))
        case .exitSeries:
            exitSeries == old.exitSeries ? .none : .delta(.exitSeries(newPoints(since: old)))
        case .entries: entries == old.entries ? .none : .delta(.entries(entries))
        case .flow: flow == old.flow ? .none : .delta(.flow(flow))
        case .map: map == old.map ? .none : .delta(.map(map))
        case .guards: guards == old.guards ? .none : .delta(.guards(guards))
        case .session: session == old.session ? .none : .delta(.session(session))
        case .funnel: funnel == old.funnel ? .none : .delta(.funnel(funnel))
        case .events: newEvents(since: old)
        case .commands: commands == old.commands ? .none : .delta(.commands(commands))
        case .health: health == old.health ? .none : .delta(.health(health))
        case .models: models == old.models ? .none : .delta(.models(models))
        }
    }

    private func newEvents(since old: Snapshot) -> Change {
        guard events != old.events else { return .none }
        guard let events else { return .delta(.events(nil)) }
        guard let last = old.events?.last?.number else { return .delta(.events(events)) }
        let fresh = Array(events.drop { $0.number <= last })
        // What a client would have after this; anything else cannot be said by appending.
        var client = old
        client.apply(.events(fresh))
        return client.events == events ? .delta(.events(fresh)) : .inexpressible
    }

    private func newPoints(since old: Snapshot) -> [SeriesTopic]? {
        exitSeries?.map { series in
            let base = old.exitSeries?.first {
                $0.symbol == series.symbol && $0.kind == series.kind
            }
            return series.newPoints(since: base)
        }
    }

    /// Only the topics asked for; the others absent.
    package func only(_ topics: Set<Topic>) -> Snapshot {
        var part = Snapshot()
        for topic in Topic.allCases where topics.contains(topic) {
            part.copy(topic, from: self)
        }
        return part
    }

    /// Takes one topic over as it is in `other`.
    package mutating func copy(_ topic: Topic, from other: Snapshot) {
        switch topic {
        case .engine: engine = other.engine
        case .safety: safety = other.safety
        case .account: account = other.account
        case .positions: positions = other.positions
        case .exits: exits = other.exits
        case .exitSeries: exitSeries = other.exitSeries
        case .entries: entries = other.entries
        case .flow: flow = other.flow
        case .map: map = other.map
        case .guards: guards = other.guards
        case .session: session = other.session
        case .funnel: funnel = other.funnel
        case .events: events = other.events
        case .commands: commands = other.commands
        case .health: health = other.health
        case .models: models = other.models
        }
    }
}

extension SeriesTopic {
    /// The points that `base` lacks, with `from` saying which of its points still count.
    func newPoints(since base: SeriesTopic?) -> SeriesTopic {
        var new = SeriesTopic(symbol: symbol, kind: kind, times: [], values: [], from: times.first)
        guard let base, let first = times.first else {
            new.times = times
            new.values = values
            return new
        }
        // The first of our points that the base does not have just so.
        let skipped = base.times.firstIndex { $0 >= first } ?? base.times.count
        var same = 0
        while same < min(times.count, values.count), skipped + same < base.times.count,
            skipped + same < base.values.count, base.times[skipped + same] == times[same],
            base.values[skipped + same] == values[same]
        {
            same += 1
        }
        // Base points that we do not have any more and that no new point replaces: say the series whole.
        let firstNew = same < times.count ? times[same] : .max
        if skipped + same < base.times.count, base.times[skipped + same] < firstNew { same = 0 }
        new.times = Array(times.dropFirst(same))
        new.values = Array(values.dropFirst(same))
        return new
    }

    /// This series with `change` appended, at most `WireProtocol.maxSeriesPoints` points.
    func applying(_ change: SeriesTopic) -> SeriesTopic {
        var result = SeriesTopic(symbol: symbol, kind: kind, times: [], values: [])
        let firstNew = change.times.first ?? .max
        let oldest = change.from ?? (change.times.isEmpty ? .max : .min)
        for (time, value) in zip(times, values) where time >= oldest && time < firstNew {
            result.times.append(time)
            result.values.append(value)
        }
        for (time, value) in zip(change.times, change.values) {
            result.times.append(time)
            result.values.append(value)
        }
        let surplus = result.times.count - WireProtocol.maxSeriesPoints
        if surplus > 0 {
            result.times.removeFirst(surplus)
            result.values.removeFirst(surplus)
        }
        return result
    }
}

import Wire

extension CockpitState {
    /// Opens the conversation on a new connection; whatever was under way on the last one starts over.
    mutating func greet() -> [CockpitEffect] {
        engine.ping = nil
        engine.lastPingAt = now
        engine.refusal = nil
        let hello = HelloRequest(client: setup.client)
        var effects = [send(.hello(hello)), subscribe()]
        for index in commands.indices where commands[index].isOpen {
            commands[index].lastSentAt = nil
        }
        effects += sendCommands()
        return effects
    }

    /// What the passing of time brings: pings, repeats, and the ends of bars, freezes and messages.
    mutating func passTime() -> [CockpitEffect] {
        if let bar = guardBar, now >= bar.closesAt { guardBar = nil }
        expireCloseBar()
        if let still = frozen, now >= still.until { frozen = nil }
        if let shown = notice, now >= shown.until { notice = nil }
        if let left = sinceLeft, now - left.backAt >= 60_000 { sinceLeft = nil }
        var effects = sendCommands()
        guard engine.link.isConnected else { return effects }
        if now - engine.lastPingAt >= 1_000 {
            engine.lastPingAt = now
            let id = engine.nextRequest
            effects.append(send(.ping))
            engine.ping = (id, now)
        }
        switch engine.subscription {
        case .retry(let at) where now >= at:
            effects.append(subscribe())
        case .requested(_, let at) where now - at >= 5_000:
            effects.append(subscribe())
        case .retry, .requested, .absent, .standing:
            break
        }
        return effects
    }

    private mutating func send(_ request: ClientRequest) -> CockpitEffect {
        let id = RequestID.number(engine.nextRequest)
        engine.nextRequest += 1
        return .send(ClientMessage(id: id, request: request))
    }

    private mutating func subscribe() -> CockpitEffect {
        let id = RequestID.number(engine.nextRequest)
        engine.subscription = .requested(id, at: now)
        return send(.subscribe(SubscribeRequest(topics: setup.topics, maxRateHz: setup.rateHz)))
    }

    mutating func receive(_ message: ServerMessage) -> [CockpitEffect] {
        switch message {
        case .result(let id, let result):
            return receive(result, for: id)
        case .failure(let id, let error):
            return fail(id, error)
        case .snapshot(let snapshot):
            return receive(snapshot)
        case .delta(let delta):
            return receive(delta)
        case .command(let progress):
            follow([progress])
            return []
        }
    }

    private mutating func receive(_ result: ServerResult, for id: RequestID) -> [CockpitEffect] {
        switch result {
        case .hello(let hello):
            engine.hello = hello
        case .subscribed(let subscribed):
            guard case .requested(id, _) = engine.subscription else { return [] }
            engine.subscription = .standing(number: subscribed.subscription, last: nil)
        case .pong:
            if let ping = engine.ping, .number(ping.id) == id {
                engine.roundTripMs = max(0, now - ping.sentAt)
                engine.ping = nil
            }
        case .received, .unsubscribed, .status, .rows, .models:
            // A receipt says that the gateway has the command, not that the engine does: it is sent on until then.
            break
        }
        return []
    }

    private mutating func fail(_ id: RequestID?, _ error: WireError) -> [CockpitEffect] {
        if case .text(let text)? = id,
            let index = commands.lastIndex(where: { $0.request.id == text })
        {
            guard commands[index].isOpen else { return [] }
            switch error.code {
            case .notReady, .tooManyRequests, .internalError, .parse, .tooManyClients:
                break  // Sent again; the bound says NOT DELIVERED.
            case .invalidRequest, .unknownMethod, .invalidParameters, .readOnly, .notAllowed,
                .protocolVersion, .subscription, .commandIDInUse, .expired, .queryFailed,
                .modelsRefused:
                commands[index].refusal = error.message
                say(
                    "\(commands[index].request.words) refused: \(error.message)",
                    isWarning: true)
            }
            return []
        }
        if case .requested(let requested, _) = engine.subscription, id == requested || id == nil {
            engine.subscription = .retry(at: now + 1_000)
        }
        engine.refusal = error.message
        return []
    }

    private mutating func receive(_ notification: SnapshotNotification) -> [CockpitEffect] {
        guard belongs(notification.subscription) else { return [] }
        engine.subscription = .standing(number: notification.subscription, last: notification.n)
        engine.refusal = nil
        let lostData = engine.lastDataAt
        engine.data = notification.data
        engine.lastDataAt = now
        count(engine.data.exitSeries ?? [])
        tellWhatHappened(since: lostData)
        follow(engine.data.commands ?? [])
        checkCloseBar()
        view.logOffset = min(view.logOffset, max(0, (engine.data.events?.count ?? 0) - 1))
        return []
    }

    private mutating func receive(_ notification: DeltaNotification) -> [CockpitEffect] {
        guard case .standing(let number, let last) = engine.subscription,
            number == notification.subscription
        else { return [] }
        guard let last, notification.n == last &+ 1 else {
            // A gap: what we have is not what the engine shows. Start over.
            let end = send(.unsubscribe(UnsubscribeRequest(subscription: number)))
            return [end, subscribe()]
        }
        engine.subscription = .standing(number: number, last: notification.n)
        engine.lastDataAt = now
        var effects: [CockpitEffect] = []
        if case .events(let events?) = notification.change {
            let fresh = events.filter { $0.number > engine.lastSeenEvent ?? 0 }
            if fresh.contains(where: { $0.severity == "alarm" }) { effects.append(.bell) }
            if view.logOffset > 0 { view.logOffset = min(view.logOffset + fresh.count, 199) }
            if let last = events.last { engine.lastSeenEvent = last.number }
        }
        if case .exitSeries(let series?) = notification.change { count(series) }
        engine.data.apply(notification.change)
        if case .commands(let commands?) = notification.change { follow(commands) }
        checkCloseBar()
        return effects
    }

    /// Whether a snapshot is of our subscription; the notification may overtake the answer that names it.
    private func belongs(_ subscription: Int) -> Bool {
        switch engine.subscription {
        case .standing(let number, _): number == subscription
        case .requested: true
        case .absent, .retry: false
        }
    }

    /// Counts the points that are new, so that a sweep goes on where it was after a reconnection.
    private mutating func count(_ series: [SeriesTopic]) {
        for one in series {
            guard let newest = one.times.last else { continue }
            let place = engine.counters.firstIndex {
                $0.symbol == one.symbol && $0.kind == one.kind
            }
            if let place {
                let known = engine.counters[place].newestTime
                let fresh = one.times.reversed().prefix { $0 > known }.count
                engine.counters[place].newestNumber &+= fresh
                engine.counters[place].newestTime = max(known, newest)
            } else if engine.counters.count < CockpitState.maxSeries {
                engine.counters.append(
                    SeriesCounter(
                        symbol: one.symbol, kind: one.kind, newestNumber: one.times.count - 1,
                        newestTime: newest))
            }
        }
    }

    /// An engine with more series than this has its last ones swept from the left at each snapshot.
    static let maxSeries = 256

    /// After a snapshot: the events that came while nobody looked.
    private mutating func tellWhatHappened(since lostData: Int64?) {
        let events = engine.data.events ?? []
        guard let newest = events.last?.number else { return }
        defer { engine.lastSeenEvent = newest }
        guard let seen = engine.lastSeenEvent, newest > seen else { return }
        let fresh = events.filter { $0.number > seen }
        var tags: [SinceLeft.TagCount] = []
        for event in fresh {
            if let index = tags.firstIndex(where: { $0.tag == event.tag }) {
                tags[index].count += 1
            } else {
                tags.append(SinceLeft.TagCount(tag: event.tag, count: 1))
            }
        }
        tags.sort { ($1.count, $0.tag) < ($0.count, $1.tag) }
        sinceLeft = SinceLeft(
            lostAt: lostData, backAt: now, events: fresh.count, isWhole: fresh.count < events.count,
            tags: tags)
    }

    /// Takes the engine's ladders over into our commands.
    private mutating func follow(_ topics: [CommandTopic]) {
        for topic in topics {
            guard let index = commands.lastIndex(where: { $0.request.id == topic.id }) else {
                continue
            }
            let wasRefused = commands[index].progress?.refusal != nil
            commands[index].progress = topic
            // The ladder says it as well, but only while it is open.
            if let refusal = topic.refusal, !wasRefused, ladderID != topic.id {
                say("\(commands[index].request.words) refused: \(refusal)", isWarning: true)
            }
            if commands[index].acknowledgedAt == nil { commands[index].acknowledgedAt = now }
        }
    }

    /// The last event that was shown, for the state that outlives this run.
    package var lastSeenEvent: UInt64? { engine.lastSeenEvent }
}

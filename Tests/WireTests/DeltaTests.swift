import Testing
import TestSupport
import Wire

@Suite struct DeltaTests {
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `a client that applies the deltas has the snapshot`(seed: UInt64) throws {
        var walk = SnapshotWalk(seed: seed)
        var client = walk.snapshot
        for step in 0..<60 {
            let old = walk.snapshot
            // A client that is several steps behind gets one delta for all of them.
            for _ in 0...(step % 3) { walk.step() }
            let changes = try #require(
                walk.snapshot.changes(from: old, topics: Set(Topic.allCases)))
            for change in changes { client.apply(change) }
            #expect(client == walk.snapshot, "seed \(seed), step \(step)")
        }
    }

    @Test func `nothing changed is no delta`() {
        let snapshot = SnapshotWalk(seed: 1).snapshot
        #expect(snapshot.changes(from: snapshot, topics: Set(Topic.allCases)) == [])
    }

    @Test func `only the topics asked for are told`() {
        let snapshot = SnapshotWalk(seed: 1).snapshot
        #expect(snapshot.changes(from: Snapshot(), topics: [.flow]) == [.flow(snapshot.flow)])
        var part = Snapshot()
        part.flow = snapshot.flow
        #expect(snapshot.only([.flow]) == part)
    }

    @Test func `an event delta has only what is new`() {
        var old = Snapshot()
        old.events = [event(1), event(2)]
        var new = old
        new.events = [event(1), event(2), event(3)]
        #expect(new.changes(from: old, topics: [.events]) == [.events([event(3)])])
    }

    @Test func `events that start over need a snapshot`() {
        var old = Snapshot()
        old.events = [event(7), event(8)]
        var new = Snapshot()
        new.events = [event(1)]
        #expect(new.changes(from: old, topics: [.events]) == nil)
    }

    @Test func `a client keeps the newest 200 events and takes none twice`() {
        var client = Snapshot()
        client.apply(.events((1...150).map(event)))
        client.apply(.events((140...260).map(event)))
        #expect(client.events == (61...260).map(event))
    }

    @Test func `a series delta has the new points and says which old ones still count`() {
        var old = Snapshot()
        old.exitSeries = [series([1, 2, 3], [0.1, 0.2, 0.3])]
        var new = Snapshot()
        new.exitSeries = [series([2, 3, 4], [0.2, 0.3, 0.4])]
        #expect(
            new.changes(from: old, topics: [.exitSeries])
                == [
                    .exitSeries([
                        SeriesTopic(
                            symbol: "BTCUSDT", kind: "exit", times: [4], values: [0.4], from: 2)
                    ])
                ])
    }

    @Test func `a client never keeps more points than the limit`() {
        var client = Snapshot()
        let times = (1...1_000).map(Int64.init)
        client.apply(.exitSeries([series(times, times.map(Double.init))]))
        let more = (1_001...1_900).map(Int64.init)
        client.apply(
            .exitSeries([
                SeriesTopic(
                    symbol: "BTCUSDT", kind: "exit", times: more, values: more.map(Double.init),
                    from: 1)
            ]))
        #expect(client.exitSeries?.first?.times == (701...1_900).map(Int64.init))
        #expect(client.exitSeries?.first?.values.count == WireProtocol.maxSeriesPoints)
    }

    private func event(_ number: Int) -> EventTopic {
        EventTopic(number: UInt64(number), time: 5, tag: "FILL", severity: "info", text: "line")
    }

    private func series(_ times: [Int64], _ values: [Double]) -> SeriesTopic {
        SeriesTopic(symbol: "BTCUSDT", kind: "exit", times: times, values: values)
    }
}

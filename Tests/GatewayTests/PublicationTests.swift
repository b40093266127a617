import Testing
import Wire

@testable import Gateway

@Suite struct PublicationTests {
    private func update(_ sequence: Int, committed: Int) -> PublishedUpdate {
        PublishedUpdate(
            snapshot: Shown.state(sequence), sequence: UInt64(sequence),
            committed: UInt64(committed))
    }

    @Test func `of the states that wait the newest on disk is shown`() {
        var publication = Publication()
        publication.receive(update(1, committed: 1))
        for sequence in 2...9 { publication.receive(update(sequence, committed: 1)) }
        #expect(publication.current.snapshot.flow == Shown.flow(9))
        #expect(publication.current.snapshot.safety == Shown.safety(1))
        publication.commit(upTo: 6)
        #expect(publication.current.snapshot.safety == Shown.safety(6))
        #expect(publication.waitingCount == 3)
        publication.commit(upTo: 5)
        #expect(publication.current.snapshot.safety == Shown.safety(6))
        publication.receive(update(10, committed: 10))
        #expect(publication.current.snapshot == Shown.state(10))
        #expect(publication.waitingCount == 0)
    }

    @Test func `while commits lag what waits is bounded and the oldest is reached`() {
        var publication = Publication()
        for sequence in 1...1_000 { publication.receive(update(sequence, committed: 0)) }
        #expect(publication.waitingCount == Publication.maxWaiting)
        #expect(publication.current.snapshot.safety == nil)
        publication.commit(upTo: 30)
        #expect(publication.current.snapshot.safety == Shown.safety(30))
        publication.commit(upTo: 1_000)
        #expect(publication.current.snapshot.safety == Shown.safety(1_000))
    }

    @Test func `more events than a snapshot holds are cut to the newest`() {
        var publication = Publication()
        var snapshot = Snapshot()
        snapshot.events = Shown.events(1...500)
        publication.receive(PublishedUpdate(snapshot: snapshot, sequence: 1, committed: 1))
        #expect(publication.current.snapshot.events == Shown.events(301...500))
    }

    @Test func `a text is made again only when its topic has changed`() {
        var publication = Publication()
        publication.receive(update(1, committed: 1))
        let flow = Topic.allCases.firstIndex(of: .flow) ?? -1
        let before = publication.current
        #expect(!publication.hasWholeText(flow))
        let text = publication.wholeText(flow)
        publication.receive(update(1, committed: 1))
        #expect(publication.hasWholeText(flow))
        #expect(before === publication.current)
        publication.receive(update(2, committed: 2))
        #expect(!publication.hasWholeText(flow))
        guard case .text(let new) = publication.step(flow, from: before) else {
            Issue.record("no change")
            return
        }
        #expect(text != nil && new != text)
    }
}

import Testing
import Trading

@testable import Risk
@testable import Service

struct PerformerTests {
    static func order(_ number: Int, _ purpose: OrderPurpose, epoch: UInt64 = 0) -> ApprovedOrder {
        ApprovedOrder(
            request: OrderRequest(
                clientOrderID: ClientOrderID("nw-\(number)").unsafelyUnwrapped,
                instrument: InstrumentID(0), side: .buy,
                kind: .market, quantity: Quantity(units: 1), isReduceOnly: !purpose.raisesRisk),
            purpose: purpose,
            durability: purpose.raisesRisk ? .afterCommit(GateEpoch(epoch)) : .promptly)
    }

    @Test func `an entry leaves only after its commit`() {
        var performer = Performer()
        let entry = Self.order(1, .entry)
        performer.add(entry, sequence: 10, now: 0)
        let early = performer.release(committed: 9, epoch: GateEpoch(0), now: 999_999_998)
        #expect(early == [])
        let released1 = performer.release(committed: 10, epoch: GateEpoch(0), now: 999_999_999)
        #expect(released1 == [.send(entry.request, isDurable: true, epoch: GateEpoch(0))])
        #expect(performer.isEmpty)
    }

    @Test func `an entry whose commit takes a second is withheld, committed or not`() {
        var performer = Performer()
        let entry = Self.order(1, .entry)
        performer.add(entry, sequence: 10, now: 0)
        #expect(performer.nextDeadline == 1_000_000_000)
        let released = performer.release(
            committed: 10, epoch: GateEpoch(0), now: 1_000_000_000)
        #expect(released == [.withhold(entry.request)])
        #expect(performer.isEmpty)
    }

    @Test func `at the end entries are taken out and exits are not`() {
        var performer = Performer()
        let entry = Self.order(1, .entry)
        performer.add(entry, sequence: 10, now: 0)
        performer.add(Self.order(2, .protectiveStop), sequence: 10, now: 0)
        let removed = performer.removeEntries()
        #expect(removed == [entry.request])
        #expect(!performer.isEmpty)
    }

    @Test func `an entry whose gate closed meanwhile is withheld, committed or not`() {
        var performer = Performer()
        let entry = Self.order(1, .entry)
        performer.add(entry, sequence: 10, now: 0)
        let released2 = performer.release(committed: 10, epoch: GateEpoch(1), now: 0)
        #expect(released2 == [.withhold(entry.request)])
        performer.add(entry, sequence: 11, now: 0)
        let released3 = performer.release(committed: 10, epoch: GateEpoch(1), now: 0)
        #expect(released3 == [.withhold(entry.request)])
    }

    @Test func `a close waits five milliseconds for the disk and then leaves, not durable`() {
        var performer = Performer()
        let close = Self.order(1, .exit(.kill))
        performer.add(close, sequence: 10, now: 100)
        let released4 = performer.release(committed: 9, epoch: GateEpoch(5), now: 5_000_099)
        #expect(released4 == [])
        #expect(performer.nextDeadline == 5_000_100)
        let released5 = performer.release(committed: 9, epoch: GateEpoch(5), now: 5_000_100)
        #expect(released5 == [.send(close.request, isDurable: false, epoch: nil)])
    }

    @Test func `a stop leaves at once when its record is on disk, in the order of submission`() {
        var performer = Performer()
        let stop = Self.order(1, .protectiveStop)
        let entry = Self.order(2, .entry)
        let target = Self.order(3, .target)
        for (order, sequence) in [(stop, 1), (entry, 2), (target, 1)] as [(ApprovedOrder, UInt64)] {
            performer.add(order, sequence: sequence, now: 0)
        }
        let released6 = performer.release(committed: 1, epoch: GateEpoch(0), now: 1)
        #expect(
            released6 == [
                .send(stop.request, isDurable: true, epoch: nil),
                .send(target.request, isDurable: true, epoch: nil),
            ])
        #expect(!performer.isEmpty)
        let withdrawn7 = performer.withdraw(entry.request.clientOrderID)
        #expect(withdrawn7)
        let withdrawn8 = performer.withdraw(entry.request.clientOrderID)
        #expect(!withdrawn8)
        #expect(performer.isEmpty)
    }

    @Test func `a permit is refused from the moment that the gate has closed`() {
        let watch = GateWatch(GateEpoch(4))
        let permit = watch.permit(GateEpoch(4))
        let stop = watch.permit(nil)
        #expect(permit())
        watch.set(GateEpoch(5))
        #expect(!permit())
        #expect(stop())
    }
}

import Testing
import Trading

@testable import Risk
@testable import Service

struct PerformerTests {
    static func order(_ number: Int, _ purpose: OrderPurpose, epoch: UInt64 = 0) -> ApprovedOrder {
        ApprovedOrder(
            request: OrderRequest(
                clientOrderID: ClientOrderID("nw-\(number)").unsafelyUnwrapped, instrument: InstrumentID(0), side: .buy,
                kind: .market, quantity: Quantity(units: 1), isReduceOnly: !purpose.raisesRisk),
            purpose: purpose, durability: purpose.raisesRisk ? .afterCommit(GateEpoch(epoch)) : .promptly)
    }

    @Test func `an entry leaves only after its commit`() {
        var performer = Performer()
        let entry = Self.order(1, .entry)
        performer.add(entry, sequence: 10, now: 0)
        #expect(performer.release(committed: 9, epoch: GateEpoch(0), now: 1_000_000_000) == [])
        #expect(performer.nextDeadline == nil)
        #expect(
            performer.release(committed: 10, epoch: GateEpoch(0), now: 1_000_000_001)
                == [.send(entry.request, isDurable: true)])
        #expect(performer.isEmpty)
    }

    @Test func `an entry whose gate closed meanwhile is withheld, committed or not`() {
        var performer = Performer()
        let entry = Self.order(1, .entry)
        performer.add(entry, sequence: 10, now: 0)
        #expect(performer.release(committed: 10, epoch: GateEpoch(1), now: 0) == [.withhold(entry.request)])
        performer.add(entry, sequence: 11, now: 0)
        #expect(performer.release(committed: 10, epoch: GateEpoch(1), now: 0) == [.withhold(entry.request)])
    }

    @Test func `a close waits five milliseconds for the disk and then leaves, not durable`() {
        var performer = Performer()
        let close = Self.order(1, .exit(.kill))
        performer.add(close, sequence: 10, now: 100)
        #expect(performer.release(committed: 9, epoch: GateEpoch(5), now: 5_000_099) == [])
        #expect(performer.nextDeadline == 5_000_100)
        #expect(
            performer.release(committed: 9, epoch: GateEpoch(5), now: 5_000_100)
                == [.send(close.request, isDurable: false)])
    }

    @Test func `a stop leaves at once when its record is on disk, in the order of submission`() {
        var performer = Performer()
        let stop = Self.order(1, .protectiveStop)
        let entry = Self.order(2, .entry)
        let target = Self.order(3, .target)
        for (order, sequence) in [(stop, 1), (entry, 2), (target, 1)] as [(ApprovedOrder, UInt64)] {
            performer.add(order, sequence: sequence, now: 0)
        }
        #expect(
            performer.release(committed: 1, epoch: GateEpoch(0), now: 1)
                == [.send(stop.request, isDurable: true), .send(target.request, isDurable: true)])
        #expect(!performer.isEmpty)
        #expect(performer.withdraw(entry.request.clientOrderID))
        #expect(!performer.withdraw(entry.request.clientOrderID))
        #expect(performer.isEmpty)
    }
}

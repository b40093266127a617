import Messages
import Testing
import Trading

@testable import DecisionCore

struct OrderStateTests {
    static let inputs: [OrderInput] = [
        .handedOver, .accepted, .rejected(.throttled), .filledInPart, .filledWhole, .cancelSent,
        .canceled, .expired, .triggered, .cancelRejected, .outcomeUnknown, .withheld, .seenOpen,
        .provenGone,
    ]
    static let terminal: [OrderState] = [
        .filled, .canceled, .rejected(.throttled), .expired, .denied, .withheld, .abandoned,
    ]
    static let live: [OrderState] = [
        .intended, .submitting, .resting, .partiallyFilled, .canceling, .outcomeUnknown,
    ]

    @Test(arguments: terminal)
    func `a terminal state is final whatever comes`(state: OrderState) {
        for input in Self.inputs {
            for hasFills in [false, true] {
                var state2 = state
                #expect(state2.receive(input, hasFills: hasFills) != .moved)
                #expect(state2 == state)
            }
        }
    }

    @Test(arguments: live)
    func `every live state can end by a fill, a cancel, an expiry and a rejection`(
        state: OrderState
    ) {
        for (input, end) in [
            (OrderInput.filledWhole, OrderState.filled), (.canceled, .canceled),
            (.expired, .expired),
            (.rejected(.throttled), .rejected(.throttled)),
        ] {
            var state = state
            #expect(state.receive(input, hasFills: false) == .moved)
            #expect(state == end)
        }
    }

    @Test func `a fill before its acceptance fills the order and the acceptance tells nothing new`()
    {
        var state = OrderState.submitting
        #expect(state.receive(.filledWhole, hasFills: true) == .moved)
        #expect(state.receive(.accepted, hasFills: true) == .kept)
        #expect(state == .filled)
    }

    @Test func `a part filled before its acceptance stays partly filled`() {
        var state = OrderState.submitting
        #expect(state.receive(.filledInPart, hasFills: true) == .moved)
        #expect(state.receive(.accepted, hasFills: true) == .kept)
        #expect(state == .partiallyFilled)
    }

    @Test func `an order that the venue has cannot have been withheld`() {
        var state = OrderState.resting
        #expect(state.receive(.withheld, hasFills: false) == .refused)
        #expect(state == .resting)
    }

    @Test func `a cancel that does not find its order leaves the outcome unknown`() {
        var state = OrderState.canceling
        #expect(state.receive(.cancelRejected, hasFills: false) == .moved)
        #expect(state == .outcomeUnknown)
    }

    @Test func `an unknown order is resolved by evidence only`() {
        var unknown = OrderState.outcomeUnknown
        for input in [OrderInput.outcomeUnknown, .cancelSent, .cancelRejected, .handedOver] {
            #expect(unknown.receive(input, hasFills: false) == .kept)
        }
        var listed = unknown
        #expect(listed.receive(.seenOpen, hasFills: false) == .moved)
        #expect(listed == .resting)
        #expect(unknown.receive(.provenGone, hasFills: false) == .moved)
        #expect(unknown == .abandoned)
    }

    @Test func `an order with fills that is gone has expired and was not abandoned`() {
        var state = OrderState.outcomeUnknown
        #expect(state.receive(.provenGone, hasFills: true) == .moved)
        #expect(state == .expired)
    }
}

struct FillLogTests {
    @Test func `a fill counts once in whatever order the ids come`() {
        var log = FillLog()
        let answers = [5, 3, 5, 9, 3, 4].map { log.insert($0) }
        #expect(answers == [.counted, .counted, .repeated, .counted, .repeated, .counted])
        #expect(log.last == 9)
    }

    @Test func `what is older than the memory counts as known`() {
        var log = FillLog(capacity: 2)
        for id: Int64 in [1, 2, 3] { #expect(log.insert(id) == .counted) }
        #expect(log.insert(1) == .beforeMemory)
        #expect(log.insert(2) == .repeated)
    }
}

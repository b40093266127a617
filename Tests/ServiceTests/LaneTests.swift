import Messages
import Testing
import Trading

@testable import Service

struct LaneTests {
    static func ticker(_ id: UInt64) -> MarketData {
        .bookTicker(
            BookTicker(
                updateID: id, bidPrice: Price(units: 100), bidQuantity: Quantity(units: 1),
                askPrice: Price(units: 101), askQuantity: Quantity(units: 1),
                venueTime: Timestamp(milliseconds: Int64(id))))
    }

    static func print(_ id: Int64) -> MarketData {
        .print(
            Print(
                tradeID: id, price: Price(units: 100), quantity: Quantity(units: 1),
                takerSide: .buy,
                venueTime: Timestamp(milliseconds: id)))
    }

    @Test func `under load the latest best bid and ask wins and no print is lost`() {
        var lane = MarketLane(instruments: 1)
        let id = InstrumentID(0)
        for number in 1...5_000 {
            do {
                let taken = lane.append(
                    Self.print(Int64(number)), instrument: id, time: .distantPast);
                #expect(taken)
            }
            do {
                let taken = lane.append(
                    Self.ticker(UInt64(number)), instrument: id, time: .distantPast);
                #expect(taken)
            }
        }
        var batch: [MarketLane.Item?] = []
        lane.take(into: &batch)
        var prints: [Int64] = []
        var tickers: [UInt64] = []
        for item in batch {
            switch item?.data {
            case .print(let print): prints.append(print.tradeID)
            case .bookTicker(let ticker): tickers.append(ticker.updateID)
            default: break
            }
        }
        #expect(prints == Array(1...5_000))
        // 512 pairs fit before coalescing begins; after that each ticker removes the one before it.
        #expect(tickers == Array(1...511) + [5_000])
        #expect(lane.coalescedCount == UInt64(5_000 - 512))
    }

    @Test func `merged depth says what the two changes said in turn`() {
        let first = DepthUpdate(
            firstID: 5, lastID: 7, previousLastID: 4,
            bids: [BookLevel(price: Price(units: 9), quantity: .zero)],
            asks: [], venueTime: Timestamp(milliseconds: 1))
        let second = DepthUpdate(
            firstID: 8, lastID: 9, previousLastID: 7, bids: [],
            asks: [BookLevel(price: Price(units: 11), quantity: Quantity(units: 3))],
            venueTime: Timestamp(milliseconds: 2))
        #expect(
            MarketLane.merge(first, second)
                == DepthUpdate(
                    firstID: 5, lastID: 9, previousLastID: 4, bids: first.bids, asks: second.asks,
                    venueTime: Timestamp(milliseconds: 2)))
        #expect(MarketLane.merge(second, first) == nil)
    }

    @Test func `a full market lane refuses and says so`() {
        var lane = MarketLane(instruments: 1)
        for number in 1...MarketLane.capacity {
            do {
                let taken = lane.append(
                    Self.print(Int64(number)), instrument: InstrumentID(0), time: .distantPast);
                #expect(taken)
            }
        }
        let overflowed = lane.append(Self.print(0), instrument: InstrumentID(0), time: .distantPast)
        #expect(!overflowed)
        #expect(lane.refusedCount == 1)
    }

    @Test func `a wake before the wait is not lost`() {
        let lanes = Lanes(instruments: 1)
        lanes.wake()
        let begin = Moment.now()
        lanes.wait(nanoseconds: 1_000_000_000)
        #expect(Moment.now() - begin < 500_000_000)
        // And it counts once.
        lanes.wait(nanoseconds: 30_000_000)
        #expect(Moment.now() - begin >= 30_000_000)
    }

    @Test func `a kill gets through a flood of start commands`() {
        let lanes = Lanes(instruments: 1)
        func command(_ number: Int, _ command: Command) -> CommandEnvelope {
            CommandEnvelope(
                id: CommandID("c\(number)") ?? CommandID("x").unsafelyUnwrapped, command: command,
                origin: .socket(uid: 0, pid: 1))
        }
        for number in 1...Lanes.maxWaitingCommands { #expect(lanes.send(command(number, .resume))) }
        #expect(!lanes.send(command(999, .resume)))
        #expect(lanes.send(command(1_000, .kill)))
        #expect(lanes.hasUrgent)
        var batch = Lanes.Batch()
        lanes.take(into: &batch, urgentOnly: true)
        #expect(batch.commands.count == Lanes.maxWaitingCommands)
        #expect(batch.commands.last?.command == .kill)
        #expect(!lanes.hasUrgent)
    }
}

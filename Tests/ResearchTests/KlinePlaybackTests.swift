import DecisionCore
import Market
import Messages
import Playback
import Research
import Risk
import Testing
import Trading

struct KlinePlaybackTests {
    /// Plays all candles of a model that goes long (+) or short (−) at every close, and gives the closed trades.
    private func trips(
        _ rows: [(Double, Double, Double, Double)], goesLong: Bool, funding: [FundingRow] = [],
        slippage: Rate = .zero, exit: Double = -5
    ) throws -> [RoundTrip] {
        let candles = try Hand.candles(rows)
        var playback = try Hand.playback(
            candles, long: goesLong ? 2 : -5, short: goesLong ? -5 : 2, exit: exit,
            funding: funding, slippage: slippage)
        playback.play(0..<candles.count)
        playback.finish()
        return playback.session.trips
    }

    private let flat = (50_000.0, 50_000.0, 50_000.0, 50_000.0)

    @Test func `a long is stopped by the low before the high can reach its target`() throws {
        // Bought at the ask, a tick above 50,000.0. Stop 1 % below: 50,000.1 × 0.99 = 49,500.099, on the grid away
        // from the price. The target would be 51,000.1, and the high goes far beyond it.
        let trip = try #require(
            try trips([flat, (50_000, 52_000, 49_000, 51_000)], goesLong: true).first)
        #expect(trip.direction == .long)
        #expect(trip.entryPrice == Hand.price(50_000.1))
        #expect(trip.exitReason == .stopLoss)
        #expect(abs(trip.exitPrice.double - 49_500.1) <= 0.1)
        #expect(trip.exitPrice.double > 49_000)
    }

    @Test func `a short is stopped by the high before the low can reach its target`() throws {
        let trip = try #require(
            try trips([flat, (50_000, 51_000, 48_000, 49_000)], goesLong: false).first)
        #expect(trip.direction == .short)
        #expect(trip.entryPrice == Hand.price(50_000))
        #expect(trip.exitReason == .stopLoss)
        // Stop 50,500.0; bought back a tick above it.
        #expect(abs(trip.exitPrice.double - 50_500.1) <= 0.1)
    }

    @Test func `a long reaches its target when the low stays above the stop`() throws {
        let trip = try #require(
            try trips([flat, (50_000, 51_500, 49_600, 51_000)], goesLong: true).first)
        #expect(trip.exitReason == .target)
        // 50,000.1 × 1.02 = 51,000.102, sold at the limit itself.
        #expect(abs(trip.exitPrice.double - 51_000.1) <= 0.1)
        // Taker 0.05 % in, maker 0.02 % out, each rounded up to 10⁻⁸.
        let fees =
            trip.entryPrice.double * trip.quantity.double * 0.0005
            + trip.exitPrice.double * trip.quantity.double * 0.0002
        #expect(abs(trip.commissions.double - fees) < 1e-7)
        let gross = (trip.exitPrice.double - trip.entryPrice.double) * trip.quantity.double
        #expect(abs(trip.grossPnL.double - gross) < 1e-9)
        #expect(abs(trip.netPnL.double - (gross - fees)) < 1e-7)
    }

    @Test func `a price that only touches the target does not fill it`() throws {
        let target = try #require(
            try trips([flat, (50_000, 51_500, 49_600, 51_000)], goesLong: true).first
        ).exitPrice.double
        #expect(
            try trips([flat, (50_000, target, 49_600, 50_500)], goesLong: true).isEmpty)
        #expect(
            try trips([flat, (50_000, target + 0.1, 49_600, 50_500)], goesLong: true).count == 1)
    }

    @Test func `a candle that opens beyond the stop fills at its open`() throws {
        let trip = try #require(
            try trips([flat, (49_000, 49_200, 48_000, 48_500)], goesLong: true).first)
        #expect(trip.exitReason == .stopLoss)
        #expect(trip.exitPrice == Hand.price(49_000))
    }

    @Test func `a stop that the low just reaches fires, one a tick below does not`() throws {
        let stop = try #require(
            try trips([flat, (50_000, 52_000, 49_000, 51_000)], goesLong: true).first
        ).exitPrice.double
        #expect(try trips([flat, (50_000, 50_100, stop, 50_000)], goesLong: true).count == 1)
        #expect(try trips([flat, (50_000, 50_100, stop + 0.1, 50_000)], goesLong: true).isEmpty)
    }

    @Test func `slippage is paid by takers and not by targets`() throws {
        // One basis point: bought at 50,005.0 (50,000 × 1.0001), stopped from there.
        let rows = [flat, (50_000.0, 50_010.0, 49_000.0, 49_100.0)]
        let trip = try #require(
            try trips(rows, goesLong: true, slippage: .basisPoints(1)).first)
        #expect(trip.entryPrice == Hand.price(50_005))
        // The stop at 49,504.9 or .95 sells 1 bp lower: 49,499.9.
        #expect(abs(trip.exitPrice.double - 49_504.95 * 0.9999) < 0.2)
        let won = try #require(
            try trips(
                [flat, (50_000, 52_000, 49_900, 51_000)], goesLong: true,
                slippage: .basisPoints(1)
            ).first)
        #expect(abs(won.exitPrice.double - 50_005 * 1.02) < 0.1)
    }

    @Test func `the exit model closes at a candle's close, at its bid`() throws {
        let trip = try #require(
            try trips(
                [flat, (50_000, 50_200, 49_900, 50_100), (50_100, 50_150, 50_050, 50_100)],
                goesLong: true, exit: 3
            ).first)
        #expect(trip.exitReason == .exitProbability)
        #expect(trip.exitPrice == Hand.price(50_100))
        #expect(trip.exitProbability.map { abs($0 - 0.952_574_126_822_433) < 1e-12 } == true)
    }

    @Test func `a position is closed at its longest hold`() throws {
        let rows = [(Double, Double, Double, Double)](repeating: flat, count: 60)
        let trip = try #require(try trips(rows, goesLong: true).first)
        #expect(trip.exitReason == .maxHold)
        #expect(trip.closedTime - trip.openedTime >= .hours(4))
        #expect(trip.closedTime - trip.openedTime < .hours(4) + .minutes(5))
    }

    @Test func `funding is paid at its time, at the mark, and at the real rate`() throws {
        let due = Timestamp(milliseconds: Hand.start + 2 * Hand.interval + 1)
        let funding = [
            FundingRow(time: Timestamp(milliseconds: Hand.start), rate: Rate(units: 5_000)),
            FundingRow(time: due, rate: Rate(units: 20_000)),
        ]
        let rows = [
            flat, (50_000, 50_100, 49_900, 50_050), (50_050, 50_060, 50_040, 50_050),
            (50_050, 50_060, 49_000, 49_100),
        ]
        let trip = try #require(try trips(rows, goesLong: true, funding: funding).first)
        // 0.02 % of the value at 50,050, the close before the settlement.
        #expect(abs(trip.funding.double + 0.0002 * 50_050 * trip.quantity.double) < 1e-6)
        let short = try #require(
            try trips(
                rows.dropLast() + [(50_050, 52_000, 50_000, 52_000)], goesLong: false,
                funding: funding
            ).first)
        #expect(abs(short.funding.double - 0.0002 * 50_050 * short.quantity.double) < 1e-6)
    }

    @Test func `the core is not told the rate of a funding before it was paid`() throws {
        let due = Timestamp(milliseconds: Hand.start + 2 * Hand.interval)
        let candles = try Hand.candles(
            [(Double, Double, Double, Double)](repeating: flat, count: 4))
        var playback = try Hand.playback(
            candles, long: -5, short: -5,
            funding: [FundingRow(time: due, rate: Rate(units: 77_777))])
        playback.play(0..<2)
        var market = playback.session.engine.symbols[0].market
        #expect(market.fundingRate == .zero)
        #expect(market.nextFundingTime == due)
        playback.play(2..<3)
        market = playback.session.engine.symbols[0].market
        #expect(market.fundingRate == Rate(units: 77_777))
        #expect(market.nextFundingTime == nil)
    }

    @Test func `nothing is ordered before the warm-up is over`() throws {
        var profile = Hand.profile()
        profile.warmUpCandles = 4
        let candles = try Hand.candles(
            [(Double, Double, Double, Double)](repeating: flat, count: 6))
        var playback = try Hand.playback(candles, long: 2, short: -5, profile: profile)
        playback.play(0..<3)
        #expect(playback.session.engine.counters.entriesSubmitted == 0)
        playback.play(3..<4)
        #expect(playback.session.engine.counters.entriesSubmitted == 1)
        let decisions = TradingRun.read(playback.session.facts).decisions
        #expect(decisions.map { $0.outcome == .notReady(.warmingUp) } == [true, true, true, false])
    }

    @Test func `the same candles give the same run, to the last hash`() throws {
        var rows: [(Double, Double, Double, Double)] = []
        var price = 50_000.0
        for index in 0..<200 {
            let close = price + Double((index * 37) % 91) * 10 - 450
            rows.append((price, max(price, close) + 120, min(price, close) - 130, close))
            price = close
        }
        let candles = try Hand.candles(rows)
        var hashes: [UInt64] = []
        for _ in 0..<2 {
            var playback = try Hand.playback(candles, long: 2, short: 1)
            playback.play(0..<candles.count)
            playback.finish()
            #expect(playback.session.trips.count > 3)
            hashes.append(playback.session.engine.actionHash)
        }
        #expect(hashes[0] == hashes[1])
    }

    @Test func `what the statistics call slippage is what fills cost against the decision`() throws
    {
        let candles = try Hand.candles([flat, (50_000, 50_010, 49_000, 49_100)])
        var playback = try Hand.playback(
            candles, long: 2, short: -5, slippage: .basisPoints(1))
        playback.play(0..<2)
        playback.finish()
        let trade = try #require(TradingRun.read(playback.session.facts).trades.first)
        let quantity = trade.trip.quantity.double
        // Entry: 5.0 above the mark of 50,000. Exit: what the stop's fill was below its trigger, 1 bp and the grid.
        let exit = trade.slippage.double / quantity - 5
        #expect(exit > 4.9 && exit < 5.2)
        #expect(abs(trade.notional.double - 50_005 * quantity) < 1e-6)
    }
}

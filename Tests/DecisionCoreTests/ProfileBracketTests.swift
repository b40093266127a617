import DecisionCore
import Models
import Risk
import Testing
import Trading

struct ProfileBracketTests {
    static let learned = TrainedBracket(
        stop: 0.015, target: 0.02, horizonCandles: 48, roundTripCosts: 0.0011)

    @Test func `models decide only under the trade that they were asked about`() {
        #expect(Profile.learned.mismatch(with: Self.learned) == nil)
        #expect(Profile.learned.mismatch(with: nil) == nil)
        #expect(
            Profile.bracket.mismatch(with: Self.learned)
                == "its models decide on 5-minute candles, profile bracket on others")
        #expect(
            Profile.optimised.mismatch(with: Self.learned)
                == "its models were asked about a stop of 0.015 and a target of 0.02, profile optimised trades other distances"
        )
        var shorter = Self.learned
        shorter.horizonCandles = 24
        #expect(
            Profile.learned.mismatch(with: shorter)
                == "its models were asked about trades of 24 candles, profile learned holds for another time"
        )
    }
}

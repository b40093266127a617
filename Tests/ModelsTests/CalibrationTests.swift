import Testing

@testable import Models

#if canImport(Glibc)
    import Glibc
#endif

struct CalibrationTests {
    @Test func `no calibration leaves the answer as it is`() {
        #expect(Calibration.none.apply(0.37) == 0.37)
    }

    @Test func `slope one and intercept zero give the answer back`() {
        let calibration = Calibration.platt(slope: 1, intercept: 0)
        for share in [0.01, 0.3, 0.5, 0.99] {
            #expect(abs(calibration.apply(share) - share) < 1e-15)
        }
    }

    @Test func `Platt's curve is the logistic of the scaled log-odds`() {
        let calibration = Calibration.platt(slope: 0.7, intercept: -0.4)
        let expected = 1 / (1 + exp(-(0.7 * log(0.8 / 0.2) - 0.4)))
        #expect(abs(calibration.apply(0.8) - expected) < 1e-15)
    }

    @Test func `certain answers stay probabilities`() {
        let calibration = Calibration.platt(slope: 100, intercept: 0)
        #expect((0...1).contains(calibration.apply(0)))
        #expect((0...1).contains(calibration.apply(1)))
    }

    @Test func `isotonic knots are joined by lines and flat outside`() throws {
        let knots = try IsotonicKnots(inputs: [0.2, 0.4, 0.8], outputs: [0.1, 0.5, 0.5])
        let calibration = Calibration.isotonic(knots)
        #expect(calibration.apply(0) == 0.1)
        #expect(abs(calibration.apply(0.3) - 0.3) < 1e-15)
        #expect(calibration.apply(0.4) == 0.5)
        #expect(calibration.apply(0.6) == 0.5)
        #expect(calibration.apply(1) == 0.5)
    }

    @Test func `an unknown answer stays unknown`() throws {
        let knots = try IsotonicKnots(inputs: [0, 1], outputs: [0, 1])
        for calibration in [
            Calibration.none, .platt(slope: 1, intercept: 0), .isotonic(knots),
        ] {
            #expect(calibration.apply(.nan).isNaN)
        }
    }

    @Test(arguments: [
        ([0.1], [0.1]), ([0.1, 0.1], [0.1, 0.2]), ([0.2, 0.1], [0.1, 0.2]),
        ([0.1, 0.2], [0.2, 0.1]), ([0.1, 1.2], [0.1, 0.2]), ([0.1, 0.2], [0.1, .nan]),
        ([0.1, 0.2], [0.1]),
    ])
    func `knots that are no rising curve are refused`(inputs: [Double], outputs: [Double]) {
        #expect(throws: ModelError.self) {
            try IsotonicKnots(inputs: inputs, outputs: outputs)
        }
    }
}

import Testing

@testable import CockpitViews

struct ExitRangeTests {
    @Test func `answers within a few hundredths fill the chart`() {
        #expect(Canvas.exitRange([0.50, nil, 0.54], nil) == 0.45...0.6)
        #expect(Canvas.exitRange([0.50], nil) == 0.45...0.55)
    }

    @Test func `a chart that needs most of the range has all of it`() {
        #expect(Canvas.exitRange([0.1, 0.8], nil) == 0...1)
        #expect(Canvas.exitRange([], nil) == 0...1)
        #expect(Canvas.exitRange([nil, .nan], nil) == 0...1)
    }

    @Test func `the ends stay within what a probability can be`() {
        #expect(Canvas.exitRange([0, 0.02], nil) == 0...0.1)
        #expect(Canvas.exitRange([0.99, 1], nil) == 0.9...1)
    }
}

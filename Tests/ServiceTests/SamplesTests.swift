import Service
import Testing

/// What a bench says of its samples.
struct SamplesTests {
    @Test func `the median and the 99th percentile are values that were measured`() {
        let samples = Samples((1...200).reversed().map(Double.init))
        #expect(samples.count == 200)
        #expect(samples.median == 100)
        #expect(samples.p99 == 198)
        #expect(samples.largest == 200)
    }

    @Test func `of few samples the 99th percentile is the largest`() {
        let samples = Samples([3, 1, 2])
        #expect(samples.median == 2)
        #expect(samples.p99 == 3)
    }

    @Test func `one sample is its own median and no sample has none`() {
        #expect(Samples([7]).median == 7)
        #expect(Samples([7]).quantile(0) == 7)
        #expect(Samples().median == nil)
        #expect(Samples().largest == nil)
    }
}

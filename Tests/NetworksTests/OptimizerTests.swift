import Testing

@testable import Networks

/// The first step of Adam is the learning rate in the direction of the sign, whatever the size of the gradient.
@Test func `the first step has the size of the learning rate`() {
    var adam = Adam<Double>(count: 3)
    var parameters = [1.0, 2, 3]
    let norm = adam.step(
        &parameters, gradient: [0.3, -400, 0], scale: 1, maxNorm: .infinity, rate: 0.1)
    #expect(abs(norm - (0.09 + 160_000).squareRoot()) < 1e-9)
    #expect(abs(parameters[0] - 0.9) < 1e-6 && abs(parameters[1] - 2.1) < 1e-6)
    #expect(parameters[2] == 3)
}

/// The recursion of the paper, with numbers written out.
@Test func `several steps follow the paper`() {
    var adam = Adam<Double>(count: 1)
    var parameters = [0.5]
    var (m, v, x) = (0.0, 0.0, 0.5)
    var (power1, power2) = (1.0, 1.0)
    for gradient in [1.0, -0.5, 0.25, 2] {
        _ = adam.step(
            &parameters, gradient: [gradient * 4], scale: 0.25, maxNorm: 10, rate: 0.01,
            decay: 0.1)
        m = 0.9 * m + 0.1 * gradient
        v = 0.999 * v + 0.001 * gradient * gradient
        power1 *= 0.9
        power2 *= 0.999
        x -= 0.01 * (m / (1 - power1)) / ((v / (1 - power2)).squareRoot() + 1e-8) + 0.001 * x
        #expect(abs(parameters[0] - x) < 1e-12)
    }
}

/// A norm of 5 brought down to 1 is a fifth of the gradient: m = 0.1 × 0.6.
@Test func `a long gradient is shortened and one that is not finite left out`() {
    var adam = Adam<Double>(count: 2)
    var parameters = [0.0, 0]
    _ = adam.step(&parameters, gradient: [3, 4], scale: 1, maxNorm: 1, rate: 0.1)
    #expect(abs(adam.first[0] - 0.06) < 1e-12 && abs(adam.first[1] - 0.08) < 1e-12)
    let before = parameters
    let norm = adam.step(&parameters, gradient: [.nan, 1], scale: 1, maxNorm: 1, rate: 0.1)
    #expect(!norm.isFinite && parameters == before && adam.steps == 1)
}

/// From the reference implementation: state 1, 2, 3, 4 gives 11520, 0, 1509978240, 1215971899390074240.
@Test func `the generator is xoshiro256 starstar`() throws {
    var generator = try #require(SeededGenerator(state: [1, 2, 3, 4]))
    #expect(
        (0..<4).map { _ in generator.next() } == [
            11520, 0, 1_509_978_240, 1_215_971_899_390_074_240,
        ])
    #expect(SeededGenerator(state: [0, 0, 0, 0]) == nil)
    #expect(SeededGenerator(state: [1]) == nil)
}

@Test func `chance is even and keeps within its bounds`() {
    var generator = SeededGenerator(seed: 7)
    var counts = [Int](repeating: 0, count: 5)
    var sum = 0.0
    for _ in 0..<20_000 {
        counts[generator.index(below: 5)] += 1
        let unit = generator.unit()
        #expect(unit >= 0 && unit < 1)
        sum += unit
    }
    // 4,000 each, with a standard deviation of 57; the mean of 20,000 has one of 0.002.
    #expect(counts.allSatisfy { abs($0 - 4_000) < 300 })
    #expect(abs(sum / 20_000 - 0.5) < 0.01)
    var order = Array(0..<100)
    generator.shuffle(&order)
    #expect(order != Array(0..<100) && order.sorted() == Array(0..<100))
}

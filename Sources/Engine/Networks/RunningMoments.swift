/// Mean and variance of the components of states as they come.
/// - Source: Welford, Note on a method for calculating corrected sums of squares, 1962.
struct RunningMoments: Hashable, Sendable {
    private(set) var count = 0.0
    private(set) var mean: [Double]
    /// Sums of squared distances from the mean.
    private(set) var squares: [Double]

    init(components: Int) {
        mean = Array(repeating: 0, count: components)
        squares = mean
    }

    init(count: Double, mean: [Double], squares: [Double]) {
        self.count = count
        self.mean = mean
        self.squares = squares
    }

    mutating func add(_ state: [Float]) {
        count += 1
        for index in mean.indices {
            let distance = Double(state[index]) - mean[index]
            mean[index] += distance / count
            squares[index] += distance * (Double(state[index]) - mean[index])
        }
    }

    /// 1 for what has never changed: a network would otherwise be thrown by its first change.
    func variance(_ index: Int) -> Double {
        let variance = count > 1 ? squares[index] / count : 1
        return variance > 1e-12 ? variance : 1
    }
}

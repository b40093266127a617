/// A block of numbers that stays where it is, so that the inner loops can be given places in it; freed with its owner.
struct NumberBuffer<Scalar: NetworkScalar>: ~Copyable {
    let base: UnsafeMutablePointer<Scalar>
    let count: Int

    /// All zero.
    init(count: Int) {
        self.count = count
        base = .allocate(capacity: max(1, count))
        base.initialize(repeating: 0, count: count)
    }

    deinit {
        base.deinitialize(count: count)
        base.deallocate()
    }

    func clear() { base.update(repeating: 0, count: count) }

    func load(_ values: [Scalar]) {
        precondition(values.count == count, "a buffer is loaded whole")
        for index in 0..<count { base[index] = values[index] }
    }

    var values: [Scalar] { Array(UnsafeBufferPointer(start: base, count: count)) }
}

import CMath

/// The number type of a network: `Float` to train, `Double` to check gradients.
///
/// Pointers must be valid for what their counts say; that is the business of the few types here that own buffers.
protocol NetworkScalar: BinaryFloatingPoint, Sendable {
    typealias Target = UnsafeMutablePointer<Self>
    typealias Source = UnsafePointer<Self>

    /// y[j] += Σ over k < terms of a[k · stride] · b[k · row + j], for j < count.
    static func addProducts(
        _ y: Target, count: Int, _ a: Source, stride: Int, _ b: Source, row: Int, terms: Int)
    static func transpose(_ a: Source, rows: Int, columns: Int, to b: Target)
    static func tanhs(_ values: Target, count: Int)
    static func tanhsBack(_ values: Source, _ gradient: Target, count: Int)
    static func cell(
        _ gates: Target, before: Source, cell: Target, squashed: Target, output: Target, count: Int)
    static func cellBack(
        _ gates: Source, before: Source, squashed: Source, dOutput: Source, dCell: Target,
        dGates: Target, count: Int)
    static func adam(
        _ parameters: Target, _ first: Target, _ second: Target, _ gradient: Source, count: Int,
        scale: Double, rates: AdamRates)
    static func squareSum(_ values: Source, count: Int) -> Double
}

extension Float: NetworkScalar {
    static func addProducts(
        _ y: Target, count: Int, _ a: Source, stride: Int, _ b: Source, row: Int, terms: Int
    ) {
        narwhal_add_products_f(y, count, a, stride, b, row, terms)
    }

    static func transpose(_ a: Source, rows: Int, columns: Int, to b: Target) {
        narwhal_transpose_f(a, rows, columns, b)
    }

    static func tanhs(_ values: Target, count: Int) { narwhal_tanhs_f(values, count) }

    static func tanhsBack(_ values: Source, _ gradient: Target, count: Int) {
        narwhal_tanhs_back_f(values, gradient, count)
    }

    static func cell(
        _ gates: Target, before: Source, cell: Target, squashed: Target, output: Target, count: Int
    ) {
        narwhal_lstm_cell_f(gates, before, cell, squashed, output, count)
    }

    static func cellBack(
        _ gates: Source, before: Source, squashed: Source, dOutput: Source, dCell: Target,
        dGates: Target, count: Int
    ) {
        narwhal_lstm_cell_back_f(gates, before, squashed, dOutput, dCell, dGates, count)
    }

    static func adam(
        _ parameters: Target, _ first: Target, _ second: Target, _ gradient: Source, count: Int,
        scale: Double, rates: AdamRates
    ) {
        narwhal_adam_f(
            parameters, first, second, gradient, count, Float(scale), Float(AdamRates.beta1),
            Float(AdamRates.beta2), Float(rates.step), Float(rates.correction),
            Float(AdamRates.epsilon), Float(rates.decay))
    }

    static func squareSum(_ values: Source, count: Int) -> Double {
        narwhal_square_sum_f(values, count)
    }
}

extension Double: NetworkScalar {
    static func addProducts(
        _ y: Target, count: Int, _ a: Source, stride: Int, _ b: Source, row: Int, terms: Int
    ) {
        narwhal_add_products_d(y, count, a, stride, b, row, terms)
    }

    static func transpose(_ a: Source, rows: Int, columns: Int, to b: Target) {
        narwhal_transpose_d(a, rows, columns, b)
    }

    static func tanhs(_ values: Target, count: Int) { narwhal_tanhs_d(values, count) }

    static func tanhsBack(_ values: Source, _ gradient: Target, count: Int) {
        narwhal_tanhs_back_d(values, gradient, count)
    }

    static func cell(
        _ gates: Target, before: Source, cell: Target, squashed: Target, output: Target, count: Int
    ) {
        narwhal_lstm_cell_d(gates, before, cell, squashed, output, count)
    }

    static func cellBack(
        _ gates: Source, before: Source, squashed: Source, dOutput: Source, dCell: Target,
        dGates: Target, count: Int
    ) {
        narwhal_lstm_cell_back_d(gates, before, squashed, dOutput, dCell, dGates, count)
    }

    static func adam(
        _ parameters: Target, _ first: Target, _ second: Target, _ gradient: Source, count: Int,
        scale: Double, rates: AdamRates
    ) {
        narwhal_adam_d(
            parameters, first, second, gradient, count, scale, AdamRates.beta1,
            AdamRates.beta2, rates.step, rates.correction, AdamRates.epsilon, rates.decay)
    }

    static func squareSum(_ values: Source, count: Int) -> Double {
        narwhal_square_sum_d(values, count)
    }
}

import Testing

@testable import Models

#if canImport(Glibc)
    import Glibc
#endif

struct DriftMonitorTests {
    /// Ten equal bins of 0...1, nothing missing.
    static let even = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]

    static func monitor() throws -> DriftMonitor {
        let histogram = try TrainingHistogram(
            edges: even, shares: [Double](repeating: 0.1, count: 10) + [0])
        return DriftMonitor([.init(name: "rsi_14", histogram: histogram)])
    }

    @Test func `a value on an edge lies in the bin above it, a missing one in the last`() throws {
        let histogram = try Self.monitor().quantities[0].histogram
        #expect(histogram.bin(of: 0.05) == 0)
        #expect(histogram.bin(of: 0.1) == 1)
        #expect(histogram.bin(of: 7) == 9)
        #expect(histogram.bin(of: .nan) == 10)
    }

    @Test func `nothing is said below a thousand rows`() throws {
        var monitor = try Self.monitor()
        for row in 0..<999 { monitor.record([Double(row % 10) / 10 + 0.05]) }
        #expect(monitor.worst == nil && monitor.level == .unknown)
        monitor.record([0.95])
        #expect(monitor.worst?.name == "rsi_14" && monitor.level == .ok)
    }

    @Test func `rows spread as in training have no drift`() throws {
        var monitor = try Self.monitor()
        for row in 0..<2_000 { monitor.record([Double(row % 10) / 10 + 0.05]) }
        #expect(try #require(monitor.worst).index < 1e-12)
    }

    @Test func `the index is the sum over the bins of difference times log ratio`() throws {
        var monitor = try Self.monitor()
        // Twice as many in the lowest bin as in training, none in the next.
        for row in 0..<1_000 {
            let bin = row % 10
            monitor.record([bin == 1 ? 0.05 : Double(bin) / 10 + 0.05])
        }
        let expected = (0.2 - 0.1) * log(0.2 / 0.1) + (1e-4 - 0.1) * log(1e-4 / 0.1)
        #expect(abs(try #require(monitor.worst).index - expected) < 1e-12)
        #expect(monitor.level == .alarm)
    }

    @Test func `values that are suddenly missing are drift`() throws {
        var monitor = try Self.monitor()
        for row in 0..<1_000 { monitor.record([row % 4 == 0 ? .nan : Double(row % 10) / 10]) }
        #expect(monitor.level == .alarm)
    }

    @Test func `old rows fade, so that drift can end`() throws {
        var monitor = try Self.monitor()
        for _ in 0..<6_000 { monitor.record([0.05]) }
        #expect(monitor.level == .alarm)
        for row in 0..<60_000 { monitor.record([Double(row % 10) / 10 + 0.05]) }
        #expect(monitor.level == .ok)
        #expect(monitor.rows == 66_000)
    }

    static let tenths = [Double](repeating: 0.1, count: 10)

    @Test func `a histogram that is none is refused`() {
        let bad: [(edges: [Double], shares: [Double])] = [
            (Array(Self.even.dropLast()), Self.tenths + [0]),
            (Self.even, Self.tenths + [0.1]),
            (Self.even.reversed(), Self.tenths + [0]),
            ([Double](repeating: .nan, count: 9), Self.tenths + [0]),
        ]
        for (edges, shares) in bad {
            #expect(throws: ModelError.self) {
                try TrainingHistogram(edges: edges, shares: shares)
            }
        }
    }
}

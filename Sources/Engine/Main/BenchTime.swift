import CPosix
import Foundation
import Text

/// CPU time of one thing on one thread: the median of some repeats, and what the machine adds.
struct BenchTime {
    enum Unit: String {
        case nanoseconds = "ns"
        case microseconds = "us"
        case milliseconds = "ms"

        var perSecond: Double {
            switch self {
            case .nanoseconds: 1e9
            case .microseconds: 1e6
            case .milliseconds: 1e3
            }
        }
    }

    var name: String
    var unit: Unit
    var median: Double
    var fastest: Double
    var slowest: Double

    /// Times `body`, which answers how many things it has done, at least 1.
    static func measure(
        _ name: String, _ unit: Unit, repeats: Int, _ body: () throws -> Int
    ) rethrows -> BenchTime {
        // Once unmeasured, so that no repeat pays for cold memory alone.
        _ = try body()
        var times: [Double] = []
        for _ in 0..<repeats {
            let begin = narwhal_cpu_nanoseconds()
            let count = try body()
            let nanoseconds = Double(narwhal_cpu_nanoseconds() - begin)
            times.append(nanoseconds / 1e9 / Double(count) * unit.perSecond)
        }
        times.sort()
        return BenchTime(
            name: name, unit: unit, median: times[times.count / 2], fastest: times[0],
            slowest: times[times.count - 1])
    }

    /// One line for a person.
    var line: String {
        let title = name.padding(toLength: 32, withPad: " ", startingAt: 0)
        let noise = Int((slowest - fastest) / median * 100)
        return
            "  \(title) \(String(format: "%8.1f", median)) \(unit.rawValue)  (fastest \(String(format: "%.1f", fastest)), "
            + "slowest \(String(format: "%.1f", slowest)), spread \(noise) %)"
    }

    /// Writes the key `measured` with all of `times`.
    static func write(_ times: [BenchTime], to writer: inout JSONWriter) {
        writer.key("measured")
        writer.beginArray()
        for time in times {
            writer.beginObject()
            writer.field("name", time.name)
            writer.field("unit", time.unit.rawValue)
            writer.field("median", time.median)
            writer.field("fastest", time.fastest)
            writer.field("slowest", time.slowest)
            writer.endObject()
        }
        writer.endArray()
    }
}

/// Writes times and durations for the screen.
enum Times {
    /// The time of day in UTC: `14:07:33`. Of milliseconds since the epoch.
    static func clock(_ milliseconds: Int64) -> String {
        let day: Int64 = 86_400_000
        let rest = milliseconds % day
        let seconds = (rest < 0 ? rest + day : rest) / 1_000
        return two(seconds / 3_600) + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60)
    }

    /// Hours and minutes only: `13:58`.
    static func minute(_ milliseconds: Int64) -> String { String(clock(milliseconds).prefix(5)) }

    /// Two units at most: `0.4s`, `6s`, `2m27s`, `2h14m`, `6d03h`. Below zero counts as nothing.
    static func long(_ milliseconds: Int64) -> String {
        let ms = max(0, milliseconds)
        let seconds = ms / 1_000
        if ms < 1_000 {
            return ms == 0 ? "0s" : Figures.fixed(Double(max(100, ms)) / 1_000, decimals: 1) + "s"
        }
        if seconds < 60 { return "\(seconds)s" }
        if seconds < 3_600 { return "\(seconds / 60)m" + two(seconds % 60) + "s" }
        if seconds < 86_400 { return "\(seconds / 3_600)h" + two(seconds / 60 % 60) + "m" }
        return "\(seconds / 86_400)d" + two(seconds / 3_600 % 24) + "h"
    }

    /// One unit, rounded down: `6s`, `42m`, `2h`, `6d`.
    static func short(_ milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds) / 1_000
        if seconds < 100 { return "\(seconds)s" }
        if seconds < 6_000 { return "\(seconds / 60)m" }
        if seconds < 172_800 { return "\(seconds / 3_600)h" }
        return "\(seconds / 86_400)d"
    }

    /// A measured delay in milliseconds: `38ms`, `1.2s`, `12s`.
    static func delay(_ milliseconds: Double) -> String {
        guard milliseconds.isFinite, milliseconds >= 0 else { return Figures.unknown }
        if milliseconds > 0, milliseconds < 1 { return "<1ms" }
        if milliseconds < 1_000 { return Figures.fixed(milliseconds, decimals: 0) + "ms" }
        let seconds = milliseconds / 1_000
        return Figures.fixed(seconds, decimals: seconds < 10 ? 1 : 0) + "s"
    }

    /// How long after `earlier` the time `later` is; times from outside may lie as far apart as they like.
    static func between(_ earlier: Int64, _ later: Int64) -> Int64 {
        let (difference, overflow) = later.subtractingReportingOverflow(earlier)
        return overflow ? (later < earlier ? .min : .max) : difference
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

import CMath
import Trading

extension CandleFeatures {
    private static let dayNanoseconds: Int64 = 86_400_000_000_000

    /// Where `time` is in its day and in its week, which begins on Monday, as points of a circle.
    static func addCalendar(_ time: Timestamp, to row: inout FeatureRow) {
        let day = Duration(nanoseconds: dayNanoseconds)
        let inDay = (time - time.floor(to: day)).nanoseconds
        // The epoch was a Thursday.
        let dayNumber = time.floor(to: day).nanoseconds / dayNanoseconds + 3
        let weekday = ((dayNumber % 7) + 7) % 7
        let dayAngle = 2 * Double.pi * Double(inDay) / Double(dayNanoseconds)
        let weekAngle = (2 * Double.pi * Double(weekday) + dayAngle) / 7
        row[.timeOfDaySine] = narwhal_sin(dayAngle)
        row[.timeOfDayCosine] = narwhal_cos(dayAngle)
        row[.dayOfWeekSine] = narwhal_sin(weekAngle)
        row[.dayOfWeekCosine] = narwhal_cos(weekAngle)
    }
}

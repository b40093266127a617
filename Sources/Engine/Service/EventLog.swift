import Messages
import Trading
import Wire

/// The last notices, for the screens, and each of them as a line for whoever keeps the log.
struct EventLog: Sendable {
    private static let capacity = WireProtocol.maxEvents
    /// Notices of one event that keep numbers of their own.
    private static let perEvent: UInt64 = 16

    /// Oldest first.
    private(set) var events: [EventTopic]
    private let write: @Sendable (String) -> Void

    /// Takes what the store remembers, oldest first, and where lines go.
    init(recovered: [EventTopic], write: @escaping @Sendable (String) -> Void) {
        events = recovered.suffix(Self.capacity)
        self.write = write
    }

    /// The first number of the notices of event `sequence`.
    static func number(sequence: UInt64) -> UInt64 { sequence &* perEvent }

    /// Appends a notice of event `sequence`; its number is above all earlier ones, across restarts.
    mutating func append(_ notice: Notice, sequence: UInt64, time: Timestamp) {
        let number = max((events.last?.number ?? 0) + 1, Self.number(sequence: sequence))
        events.append(
            EventTopic(
                number: number, time: time.milliseconds, tag: notice.tag.rawValue,
                severity: notice.severity.rawValue, text: notice.text))
        if events.count > Self.capacity { events.removeFirst(events.count - Self.capacity) }
        write(
            "\(time.utcText) \(notice.tag.rawValue) \(notice.severity == .info ? "" : "[\(notice.severity.rawValue)] ")\(notice.text)"
        )
    }
}

extension Timestamp {
    /// `2026-11-21T14:07:21Z`, by the proleptic Gregorian calendar.
    /// - Source: Howard Hinnant, chrono-compatible low-level date algorithms, civil_from_days.
    package var utcText: String {
        let seconds = milliseconds >= 0 ? milliseconds / 1_000 : (milliseconds - 999) / 1_000
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = seconds - days * 86_400
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return
            "\(year)-\(two(civilMonth))-\(two(day))T\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))Z"
    }
}

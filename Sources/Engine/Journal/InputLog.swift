package import Messages
import Trading

/// Everything that the core was told in one run, in the order in which it was told: the journal's events and the
/// tape's, merged by their sequence.
///
/// The tape is given as an iterator over market events in rising sequence; those outside of the run are skipped.
package struct InputLog<Tape: IteratorProtocol> where Tape.Element == Event {
    package enum Item: Hashable, Sendable {
        /// An event, with the hash of the core's answer where the journal has one: always for events that are not
        /// market data, and for market events whose answer was recorded.
        case event(Event, actionsHash: UInt64?)
        /// Events `from` to `to` are in neither: a tape that lost its tail. A replay is not the same after it.
        case gap(from: UInt64, to: UInt64)
    }

    private let reader: JournalReader
    private let run: Int64
    private let end: UInt64
    private var tape: Tape
    private var nextFromTape: Event?
    private var page: [LogRow] = []
    private var position = 0
    private var lastRead: UInt64
    private var expected: UInt64
    private var isPageLast = false

    /// - Throws: `.failed` when the journal has no such run.
    package init(run: Int64, journal: JournalReader, tape: Tape) throws(JournalError) {
        let runs = try journal.runs()
        guard let index = runs.firstIndex(where: { $0.run == run }) else {
            throw .failed("the journal has no run \(run); it has \(runs.count)")
        }
        reader = journal
        self.run = run
        self.tape = tape
        expected = runs[index].description.firstSequence
        lastRead = expected - 1
        end = index + 1 < runs.count ? runs[index + 1].description.firstSequence : .max
        nextFromTape = self.tape.next()
        while let event = nextFromTape, event.sequence < expected {
            nextFromTape = self.tape.next()
        }
    }

    /// The next event or gap; `nil` at the end of the run.
    package mutating func next() throws(JournalError) -> Item? {
        if position == page.count && !isPageLast {
            page = try reader.log(of: run, after: lastRead, limit: 1_000)
            position = 0
            isPageLast = page.count < 1_000
            if let last = page.last { lastRead = last.sequence }
        }
        let row = position < page.count ? page[position] : nil
        let market = nextFromTape.flatMap { $0.sequence < end ? $0 : nil }
        guard let sequence = [row?.sequence, market?.sequence].compactMap({ $0 }).min() else {
            return nil
        }
        if sequence > expected {
            let gap = Item.gap(from: expected, to: sequence - 1)
            expected = sequence
            return gap
        }
        expected = sequence + 1
        if let row, row.sequence == sequence {
            position += 1
            if let body = row.body {
                return .event(
                    Event(sequence: sequence, time: row.time, body: body),
                    actionsHash: row.actionsHash)
            }
        }
        guard let market, market.sequence == sequence else {
            return .gap(from: sequence, to: sequence)
        }
        nextFromTape = tape.next()
        let hash = row?.sequence == sequence ? row?.actionsHash : nil
        return .event(market, actionsHash: hash)
    }
}

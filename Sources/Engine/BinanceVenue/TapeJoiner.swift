import Trading

/// Makes one tape of what the stream says and what REST answers: every print once, in the order of its id.
///
/// Ids of aggregate trades have no holes, so a missing one is a print that was not heard. Prints behind a hole wait until
/// it is filled.
struct TapeJoiner: Sendable {
    enum State: Hashable, Sendable {
        /// Candles and the first prints are being read; ended by `begin`.
        case warmingUp
        /// Prints behind the last one were missed; pages are read until they meet those that wait.
        case filling
        /// A print is missing for so short that it may still come by itself.
        case holding(since: Timestamp)
        /// Every print is told as it comes.
        case live
    }

    private(set) var state = State.warmingUp
    /// The id of the last print told, or passed over; `nil` before the first.
    private(set) var lastID: Int64?
    /// Prints and pages that brought nothing new.
    private(set) var repeats = 0
    private(set) var holes = 0
    private(set) var openHoles = 0
    private(set) var filled = 0
    /// Prints with ids that cannot be: they would shut out every true one.
    private(set) var quarantined = 0

    /// Behind the hole, in the order of their ids, without repeats.
    private var waiting: [Print] = []
    /// Prints before this are in candles that were told already.
    private var begin = Timestamp.distantPast
    /// Pages of this filling, and how many in a row brought nothing.
    private var pages = 0
    private var emptyPages = 0

    private let maxWaiting: Int
    private let maxPages: Int
    private let grace: Duration

    /// Prints that one page holds at most.
    static let pageLimit = 1_000
    /// After so many answers without the missing prints the venue does not have them.
    private static let maxEmptyPages = 3
    /// No outage is as long as so many prints.
    private static let maxJump: Int64 = 50_000_000
    /// REST is never so many prints behind the stream.
    private static let maxLead: Int64 = 100_000

    init(maxWaiting: Int, maxPages: Int, grace: Duration) {
        self.maxWaiting = max(1, maxWaiting)
        self.maxPages = max(1, maxPages)
        self.grace = grace
    }

    /// Whether what was told is all that happened.
    var isJoined: Bool {
        switch state {
        case .live, .holding: true
        case .warmingUp, .filling: false
        }
    }

    var waitingCount: Int { waiting.count }
    var firstWaiting: Print? { waiting.first }

    /// Takes one print of the stream.
    mutating func receive(_ print: Print, at time: Timestamp, into out: inout [MarketData]) {
        if let lastID, print.tradeID <= lastID {
            repeats += 1
            return
        }
        guard isPlausible(print) else {
            quarantined += 1
            return
        }
        switch state {
        case .live:
            guard let lastID, print.tradeID - 1 > lastID else { return tell(print, into: &out) }
            wait(print)
            state = .holding(since: time)
        case .holding:
            wait(print)
            drain(into: &out)
            if waiting.isEmpty { state = .live }
        case .warmingUp, .filling:
            wait(print)
        }
    }

    /// The connection has ended: whatever comes next may lie behind a hole.
    mutating func interrupt() {
        switch state {
        case .live, .holding: fill()
        case .warmingUp, .filling: break
        }
    }

    /// Says whether a missing print has not come in time, so that it must be read.
    mutating func advance(to time: Timestamp) -> Bool {
        guard case .holding(let since) = state, time - since > grace else { return false }
        fill()
        return true
    }

    /// Ends the warm-up with the prints that were read for it, oldest first; those before `time` are dropped, now and
    /// later.
    mutating func begin(
        at time: Timestamp, with prints: [Print], into out: inout [MarketData]
    ) {
        guard state == .warmingUp else { return }
        begin = time
        for print in prints where lastID.map({ print.tradeID > $0 }) ?? true {
            tell(print, into: &out)
        }
        settle(into: &out)
    }

    /// Takes one page of the filling, asked for from the id behind `lastID` on; its ids must rise.
    mutating func receive(page: [Print], into out: inout [MarketData]) {
        guard state == .filling else { return }
        pages += 1
        let known = lastID
        for print in page where lastID.map({ print.tradeID > $0 }) ?? true {
            if let lastID, print.tradeID - 1 > lastID { openHoles += 1 }  // The venue's own.
            tell(print, into: &out)
            filled += 1
        }
        emptyPages = lastID == known ? emptyPages + 1 : 0
        let meetsStream = !waiting.isEmpty
        drain(into: &out)
        if waiting.isEmpty, meetsStream || page.count < Self.pageLimit {
            state = .live
        } else if waiting.isEmpty, emptyPages == 0, pages < maxPages {
            return  // The next page.
        } else if let first = waiting.first, let lastID, first.tradeID - 1 > lastID,
            emptyPages < Self.maxEmptyPages, pages < maxPages
        {
            return
        } else {
            leaveOpen(
                maxJump: emptyPages >= Self.maxEmptyPages ? Self.maxLead : Self.maxJump,
                into: &out)
        }
    }

    /// Tells what waits although prints before it are missing.
    mutating func leaveOpen(into out: inout [MarketData]) {
        leaveOpen(maxJump: Self.maxJump, into: &out)
    }

    private mutating func leaveOpen(maxJump: Int64, into out: inout [MarketData]) {
        openHoles += 1
        for print in waiting {
            if isPlausible(print, maxJump: maxJump) {
                tell(print, into: &out)
            } else {
                quarantined += 1
            }
        }
        waiting = []
        state = .live
    }

    /// The engine may not have got what was told behind `id`; it is told again. `nil`: it may have got nothing.
    mutating func rewind(to id: Int64?) {
        lastID = id
        waiting = []
        if id == nil { state = .warmingUp } else { fill() }
    }

    private func isPlausible(_ print: Print, maxJump: Int64 = TapeJoiner.maxJump) -> Bool {
        guard let lastID else { return true }
        let (jump, overflow) = print.tradeID.subtractingReportingOverflow(lastID)
        return !overflow && jump <= maxJump
    }

    private mutating func fill() {
        // Without a print there is nothing that a hole could be behind.
        state = lastID == nil ? .warmingUp : .filling
        holes += 1
        pages = 0
        emptyPages = 0
    }

    private mutating func tell(_ print: Print, into out: inout [MarketData]) {
        lastID = print.tradeID
        if print.venueTime >= begin { out.append(.print(print)) }
    }

    private mutating func settle(into out: inout [MarketData]) {
        drain(into: &out)
        if waiting.isEmpty {
            state = .live
        } else if lastID == nil {
            // Nothing was read: the tape begins with what waits.
            for print in waiting { tell(print, into: &out) }
            waiting = []
            state = .live
        } else {
            state = .filling
            pages = 0
            emptyPages = 0
        }
    }

    /// Tells what waits as far as it goes on without a hole.
    private mutating func drain(into out: inout [MarketData]) {
        guard let known = lastID else { return }
        var last = known
        var count = 0
        while count < waiting.count {
            let print = waiting[count]
            guard print.tradeID <= last || print.tradeID - 1 == last else { break }
            count += 1
            if print.tradeID > last {
                tell(print, into: &out)
                last = print.tradeID
            }
        }
        if count > 0 { waiting.removeFirst(count) }
    }

    private mutating func wait(_ print: Print) {
        if let last = waiting.last, print.tradeID <= last.tradeID {
            var low = 0
            var high = waiting.count
            while low < high {
                let middle = (low + high) / 2
                if waiting[middle].tradeID < print.tradeID {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            if waiting[low].tradeID == print.tradeID {
                repeats += 1
            } else {
                waiting.insert(print, at: low)
            }
        } else {
            waiting.append(print)
        }
        // REST has them all: it is read further instead.
        if waiting.count > maxWaiting { waiting = [] }
    }
}

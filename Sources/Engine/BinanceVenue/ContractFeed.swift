import Trading

/// One contract's part of a market session: what of all that is heard the engine is told, and what must be asked for.
///
/// Nothing of the book is told while the tape has a hole: without a book no entry is decided, and so none is decided on
/// an incomplete tape.
struct ContractFeed: Sendable {
    /// What is to be asked by REST.
    enum Question: Hashable, Sendable {
        /// The candles at this place of the configuration, with the forming one.
        case candles(Int)
        /// From this id on; `nil`: the newest.
        case prints(fromID: Int64?)
        case book
    }

    enum Answer: Sendable {
        case candles([Kline])
        case prints([Print])
        case book(DepthSnapshot)
        /// Nothing of use; not asked again before so long.
        case nothing(after: Duration)
    }

    /// Why the market of the contract was told to be lost.
    enum Loss: Hashable, Sendable {
        case tapeHole, bookGap
    }

    private(set) var tape: TapeJoiner
    private(set) var book: BookKeeper
    private(set) var hasMark = false

    private let candles: [MarketFeedConfiguration.Candles]
    private let maxWarmUpPages: Int
    private let fillPatience: Duration
    private let stableAfter: Duration

    /// History of each length of candles, as it was read.
    private var history: [[Kline]] = []
    /// Prints read for the first candle, oldest first, and how many pages they were.
    private var firstPrints: [Print] = []
    private var warmUpPages = 0
    /// Told when the tape is whole again.
    private var heldKlines: [Kline] = []
    private var heldTicker: BookTicker?

    private var tickers = Watermark()
    private var marks = Watermark()
    private var lastForcedOrders: [ForcedOrder] = []
    private var forcedOrderPlace = 0
    private(set) var repeats = 0

    /// Since when the tape has had a hole, while its stream is there.
    private var fillingSince: Timestamp?
    private var isTapeHeard = false
    var tapeQuestion: Pace
    var bookQuestion: Pace
    /// The volume of the forming candle, and since when prints are missing that it shows.
    private var growing: (openTime: Timestamp, volume: Quantity)?
    private var printsMissingSince: Timestamp?

    private static let maxHeldKlines = 64
    private static let keptForcedOrders = 16

    init(_ configuration: MarketFeedConfiguration) {
        tape = TapeJoiner(
            maxWaiting: configuration.maxWaitingPrints, maxPages: configuration.maxFillPages,
            grace: configuration.reorderGrace)
        book = BookKeeper(grace: configuration.reorderGrace)
        candles = configuration.candles
        maxWarmUpPages = configuration.maxWarmUpPages
        fillPatience = configuration.fillPatience
        stableAfter = configuration.stableAfter
        tapeQuestion = Pace(configuration)
        bookQuestion = Pace(configuration)
    }

    /// Whether tape, book and mark price are all there.
    var isWarm: Bool { tape.isJoined && book.isLive && hasMark }

    /// Whether the candles of the warm-up were read, so that what is less urgent may be asked for.
    var hasReadCandles: Bool { tape.state != .warmingUp || history.count == candles.count }

    // MARK: What is heard

    /// Takes one datum of the streams; answers what was lost by it.
    mutating func receive(
        _ data: MarketData, at time: Timestamp, into out: inout [MarketData]
    ) -> Loss? {
        switch data {
        case .print(let print):
            printsMissingSince = nil
            isTapeHeard = true
            tape.receive(print, at: time, into: &out)
        case .bookTicker(let ticker):
            guard tickers.admits(ticker.updateID) else {
                repeats += 1
                return nil
            }
            if tape.isJoined { out.append(data) } else { heldTicker = ticker }
        case .depth(let update):
            if !book.receive(update, at: time, into: &out) { return .bookGap }
        case .markPrice(let update):
            guard marks.admits(UInt64(clamping: update.venueTime.nanoseconds)) else {
                repeats += 1
                return nil
            }
            hasMark = true
            out.append(data)
        case .kline(let kline):
            see(kline, at: time)
            // The engine makes its own forming candle.
            guard kline.isClosed else { return nil }
            if tape.isJoined {
                out.append(data)
            } else {
                if heldKlines.count >= Self.maxHeldKlines { heldKlines.removeFirst() }
                heldKlines.append(kline)
            }
        case .forcedOrder(let order):
            if isRepeated(order) { repeats += 1 } else { out.append(data) }
        case .depthSnapshot, .clusters, .openInterest, .funding, .alive, .lost:
            break  // No stream says this.
        }
        return nil
    }

    private mutating func isRepeated(_ order: ForcedOrder) -> Bool {
        if lastForcedOrders.contains(order) { return true }
        if lastForcedOrders.count < Self.keptForcedOrders {
            lastForcedOrders.append(order)
        } else {
            lastForcedOrders[forcedOrderPlace] = order
            forcedOrderPlace = (forcedOrderPlace + 1) % Self.keptForcedOrders
        }
        return false
    }

    /// A candle that grows says that there was a print.
    private mutating func see(_ kline: Kline, at time: Timestamp) {
        guard kline.interval == candles.first?.interval else { return }
        defer { growing = (kline.openTime, kline.volume) }
        guard let growing, growing.openTime == kline.openTime, kline.volume > growing.volume
        else { return }
        if printsMissingSince == nil { printsMissingSince = time }
    }

    /// Whether candles have shown prints for longer than `limit` while none was heard.
    func missesPrints(for limit: Duration, at time: Timestamp) -> Bool {
        printsMissingSince.map { time - $0 > limit } ?? false
    }

    /// The streams of it that one connection carries have begun.
    mutating func opened(printsComeBy isTape: Bool, at time: Timestamp) {
        guard isTape else { return }
        isTapeHeard = true
        printsMissingSince = nil
        growing = nil
        if !tape.isJoined { fillingSince = time }
        tapeQuestion.allow()
    }

    /// Streams of it have ended, or cannot be believed: everything is stale.
    mutating func lose(tape isTape: Bool, keepingChanges: Bool, into out: inout [MarketData]) {
        out.append(.lost)
        if isTape {
            tape.interrupt()
            isTapeHeard = false
            fillingSince = nil
            printsMissingSince = nil
        }
        if keepingChanges { book.doubt() } else { book.reset() }
        tickers = Watermark()
        heldTicker = nil
        marks = Watermark()
    }

    /// The engine did not get all that was told behind the print `id`.
    mutating func rewind(to id: Int64?, at time: Timestamp) {
        tape.rewind(to: id)
        if isTapeHeard { fillingSince = time }
        history = []
        firstPrints = []
        warmUpPages = 0
        book.doubt()
        tickers = Watermark()
        heldTicker = nil
    }

    /// Looks at what should have come by now; answers what was lost.
    mutating func advance(to time: Timestamp, into out: inout [MarketData]) -> Loss? {
        if tape.advance(to: time) {
            fillingSince = time
            return .tapeHole
        }
        if !book.advance(to: time) { return .bookGap }
        if let since = fillingSince, !tape.isJoined, time - since > fillPatience {
            // What could be read of the warm-up is told; the rest would come too late to be of use.
            if tape.state == .warmingUp {
                beginTape(whole: false, at: time, into: &out)
            } else {
                tape.leaveOpen(into: &out)
            }
            joined(at: time, into: &out)
        }
        if book.isLive { bookQuestion.succeed(at: time, stableAfter: stableAfter) }
        return nil
    }

    // MARK: What is asked

    /// What to ask now; the asker must bring an answer to each.
    mutating func nextQuestions(at time: Timestamp) -> [Question] {
        var questions: [Question] = []
        if isTapeHeard, !tape.isJoined, tapeQuestion.begin(at: time) {
            questions.append(tapeQuestionNow)
        }
        if tape.isJoined, book.wantsSnapshot, bookQuestion.begin(at: time) {
            questions.append(.book)
        }
        return questions
    }

    private var tapeQuestionNow: Question {
        guard tape.state == .warmingUp else {
            return .prints(fromID: tape.lastID.map { $0 < .max ? $0 + 1 : $0 })
        }
        if history.count < candles.count { return .candles(history.count) }
        guard let first = firstPrints.first else { return .prints(fromID: nil) }
        return .prints(fromID: max(0, max(0, first.tradeID) - Int64(TapeJoiner.pageLimit)))
    }

    /// Takes the answer to `question`; says what was lost by it.
    mutating func receive(
        _ answer: Answer, to question: Question, at time: Timestamp,
        using random: inout some RandomNumberGenerator, into out: inout [MarketData]
    ) -> Loss? {
        switch answer {
        case .candles(let klines):
            tapeQuestion.end(at: time)
            guard tape.state == .warmingUp, question == .candles(history.count) else { return nil }
            // The last one is still forming, whatever our clock says.
            history.append(klines.dropLast())
        case .prints(let prints):
            guard isTapeHeard, question == tapeQuestionNow else {
                // The stream has ended, or the tape was rewound, since it was asked.
                tapeQuestion.end(at: time)
                return nil
            }
            guard Self.rises(prints) else {
                tapeQuestion.fail(at: time, after: .zero, using: &random)
                return nil
            }
            let known = tape.lastID
            switch tape.state {
            case .warmingUp: readFirst(prints, at: time, into: &out)
            case .filling: tape.receive(page: prints, into: &out)
            case .holding, .live: break
            }
            if tape.isJoined {
                tapeQuestion.end(at: time)
                joined(at: time, into: &out)
            } else if tape.state == .filling, tape.lastID == known {
                // REST is behind the stream: not at once again.
                tapeQuestion.fail(at: time, after: .zero, using: &random)
            } else {
                tapeQuestion.end(at: time)
            }
        case .book(let snapshot):
            // Never at once again, and later each time, until a book has lasted.
            bookQuestion.fail(at: time, after: .zero, using: &random)
            // The tape may have got a hole meanwhile, or another snapshot may have come.
            guard tape.isJoined, book.state == .waiting else { return nil }
            let gaps = book.gaps
            if !book.load(snapshot, into: &out), book.gaps != gaps { return .bookGap }
        case .nothing(let wait):
            switch question {
            case .book: bookQuestion.fail(at: time, after: wait, using: &random)
            case .candles, .prints: tapeQuestion.fail(at: time, after: wait, using: &random)
            }
        }
        return nil
    }

    private static func rises(_ prints: [Print]) -> Bool {
        zip(prints, prints.dropFirst()).allSatisfy { $0.tradeID < $1.tradeID }
    }

    /// One more page of the prints before the first that are known, back to where the candles end.
    private mutating func readFirst(
        _ page: [Print], at time: Timestamp, into out: inout [MarketData]
    ) {
        warmUpPages += 1
        let isFirst = firstPrints.isEmpty
        let end = firstPrints.first?.tradeID
        let older = page.filter { print in end.map { print.tradeID < $0 } ?? true }
        firstPrints = older + firstPrints
        let isAtBeginning =
            older.isEmpty || older.first.map { $0.venueTime < begin } ?? true
            || isFirst && page.count < TapeJoiner.pageLimit
        if isAtBeginning {
            beginTape(whole: true, at: time, into: &out)
        } else if warmUpPages >= maxWarmUpPages {
            beginTape(whole: false, at: time, into: &out)
        }
    }

    /// Where the closed candles that were read end: of the longest candles, so that each forming one is made of prints.
    private var begin: Timestamp {
        var begin = Timestamp.distantFuture
        for klines in history {
            guard let last = klines.last(where: \.isClosed) else { continue }
            begin = min(begin, last.openTime + last.interval)
        }
        return begin == .distantFuture ? .distantPast : begin
    }

    /// Tells the candles that were read and then the prints behind them. When these do not reach back to the candles,
    /// the tape begins at the next whole candle, because a part of one would look like a whole.
    private mutating func beginTape(whole: Bool, at time: Timestamp, into out: inout [MarketData]) {
        var begin = begin
        if !whole, let first = firstPrints.first ?? tape.firstWaiting {
            let longest = candles.map(\.interval).max() ?? .minutes(1)
            begin = first.venueTime.floor(to: longest) + longest
        }
        for klines in history {
            for kline in klines where kline.isClosed && kline.openTime + kline.interval <= begin {
                out.append(.kline(kline))
            }
        }
        tape.begin(at: begin, with: firstPrints, into: &out)
        firstPrints = []
        history = []
        warmUpPages = 0
    }

    private mutating func joined(at time: Timestamp, into out: inout [MarketData]) {
        guard tape.isJoined else { return }
        fillingSince = nil
        for kline in heldKlines { out.append(.kline(kline)) }
        heldKlines = []
        if let heldTicker { out.append(.bookTicker(heldTicker)) }
        heldTicker = nil
        bookQuestion.allow()
    }
}

/// Lets only what is newer than all before it through.
struct Watermark: Sendable {
    private var last: UInt64?
    private var refused = 0

    /// After so many in a row the one that they stand behind must have been a lie.
    private static let maxRefused = 1_000

    mutating func admits(_ value: UInt64) -> Bool {
        if let last, value <= last, refused < Self.maxRefused {
            refused += 1
            return false
        }
        last = value
        refused = 0
        return true
    }
}

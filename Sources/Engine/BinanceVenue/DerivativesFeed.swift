import Trading

/// One contract's settled fundings and open interest, which no stream says: what must be asked for, and what of the
/// answers the engine is told.
///
/// The market is live without them: models then miss some of their features. So nothing here waits for a stream and no
/// stream waits for this.
struct DerivativesFeed: Sendable {
    /// What is to be asked by REST.
    enum Question: Hashable, Sendable {
        /// The latest settlements.
        case fundings
        /// The counts of the last full five minutes.
        case openInterestHistory
        /// The count of now.
        case openInterest

        /// In the words of an operator.
        var name: String {
            switch self {
            case .fundings: "the settled funding"
            case .openInterestHistory: "the history of open interest"
            case .openInterest: "open interest"
            }
        }
    }

    enum Answer: Sendable {
        case fundings([FundingSettlement])
        case openInterestHistory([OpenInterest])
        case openInterest(OpenInterest)
        /// There is no answer of use.
        case failed
        /// The budget stands before it; not asked again before so long.
        case held(Duration)
    }

    /// Questions without an answer of use.
    private(set) var failures = 0
    private(set) var toldFundings = 0
    private(set) var toldCounts = 0

    private let interval: Duration
    private let firstPoll: Duration
    private let fundingInterval: Duration
    private let settlementDelay: Duration

    private var fundingQuestion: Pace
    private var nextFundingLook = Timestamp.distantPast
    /// The newest settlement that was told, in the venue's time.
    private var lastFunding: Timestamp?
    /// When the venue will settle next, as it said last.
    private var dueFunding: Timestamp?
    /// The funding time that has come and whose settlement is looked for, or was in vain.
    private var awaited: Timestamp?
    private var looks = 0

    private var interestQuestion: Pace
    /// Counts that are older than one that was told are of no use: the history comes first.
    private var wantsHistory = true
    private var historyFailures = 0
    private var nextPoll = Timestamp.distantPast
    /// The newest count that was told, in the venue's time.
    private var lastCount: Timestamp?
    private var lastAnswer: Timestamp?

    /// Settlements that are not there after so many looks do not come.
    private static let maxLooks = 20
    /// A venue may have no history: then counts begin with the present one.
    private static let maxHistoryFailures = 6
    /// How far a settlement may be stamped before its time.
    private static let slack = Duration.minutes(1)
    /// After so many counts have failed the history is read again.
    private static let maxMissedCounts: Int64 = 5

    /// - Parameter share: Part of the interval before the first count, 0...1, so that contracts take turns.
    init(_ configuration: MarketFeedConfiguration, share: Double) {
        interval = configuration.openInterestInterval
        firstPoll = Duration(nanoseconds: Int64(Double(interval.nanoseconds) * share))
        fundingInterval = configuration.fundingInterval
        settlementDelay = configuration.settlementDelay
        fundingQuestion = Pace(
            first: configuration.firstOptionalRetry, most: configuration.maxOptionalRetry)
        interestQuestion = Pace(
            first: configuration.firstOptionalRetry, most: configuration.maxOptionalRetry)
    }

    /// Looks at the venue's own clock and its next funding time.
    mutating func see(_ update: MarkPriceUpdate, at time: Timestamp) {
        if let due = dueFunding, update.venueTime >= due, awaited != due,
            lastFunding.map({ $0 < due - Self.slack }) ?? true
        {
            awaited = due
            looks = 0
            nextFundingLook = time + settlementDelay
        }
        dueFunding = update.nextFundingTime
    }

    /// The engine did not get all that was told: everything is read anew.
    mutating func rewind() {
        lastFunding = nil
        nextFundingLook = .distantPast
        lastCount = nil
        wantsHistory = true
        historyFailures = 0
    }

    /// What to ask now, at most `room` questions; the asker must bring an answer to each.
    mutating func nextQuestions(at time: Timestamp, room: Int) -> [Question] {
        var questions: [Question] = []
        if questions.count < room, time >= nextFundingLook, fundingQuestion.begin(at: time) {
            questions.append(.fundings)
        }
        guard questions.count < room else { return questions }
        if let lastAnswer, !wantsHistory, time - lastAnswer > interval * Self.maxMissedCounts {
            wantsHistory = true
            historyFailures = 0
        }
        if wantsHistory || time >= nextPoll, interestQuestion.begin(at: time) {
            questions.append(wantsHistory ? .openInterestHistory : .openInterest)
        }
        return questions
    }

    /// Takes the answer to `question`.
    mutating func receive(
        _ answer: Answer, to question: Question, at time: Timestamp,
        using random: inout some RandomNumberGenerator, into out: inout [MarketData]
    ) {
        switch answer {
        case .fundings(let settlements):
            tell(settlements, into: &out)
            if let awaited, lastFunding.map({ $0 < awaited - Self.slack }) ?? true,
                looks < Self.maxLooks
            {
                looks += 1
                fundingQuestion.fail(at: time, after: .zero, using: &random)
            } else {
                fundingQuestion.end(at: time)
                nextFundingLook = time + fundingInterval
            }
        case .openInterestHistory(let counts):
            for count in counts.sorted(by: { $0.venueTime < $1.venueTime }) {
                tell(count, into: &out)
            }
            endHistory(at: time)
            interestQuestion.end(at: time)
        case .openInterest(let count):
            // Told before the history, which is to be read anew, it would shut that out.
            if !wantsHistory { tell(count, into: &out) }
            lastAnswer = time
            nextPoll = time + interval
            interestQuestion.end(at: time)
        case .failed:
            failures += 1
            switch question {
            case .fundings: fundingQuestion.fail(at: time, after: .zero, using: &random)
            case .openInterestHistory:
                historyFailures += 1
                interestQuestion.fail(at: time, after: .zero, using: &random)
                if historyFailures >= Self.maxHistoryFailures { endHistory(at: time) }
            case .openInterest: interestQuestion.fail(at: time, after: .zero, using: &random)
            }
        case .held(let wait):
            switch question {
            case .fundings: fundingQuestion.fail(at: time, after: wait, using: &random)
            case .openInterestHistory, .openInterest:
                interestQuestion.fail(at: time, after: wait, using: &random)
            }
        }
    }

    private mutating func endHistory(at time: Timestamp) {
        wantsHistory = false
        lastAnswer = time
        nextPoll = time + firstPoll
    }

    private mutating func tell(_ settlements: [FundingSettlement], into out: inout [MarketData]) {
        for settlement in settlements.sorted(by: { $0.venueTime < $1.venueTime }) {
            if let lastFunding, settlement.venueTime <= lastFunding { continue }
            lastFunding = settlement.venueTime
            toldFundings += 1
            out.append(.funding(settlement))
        }
    }

    private mutating func tell(_ count: OpenInterest, into out: inout [MarketData]) {
        // A contract that nobody holds has no open interest to speak of.
        guard !count.quantity.isZero else { return }
        if let lastCount, count.venueTime <= lastCount { return }
        lastCount = count.venueTime
        toldCounts += 1
        out.append(.openInterest(count))
    }
}

import BinanceFormat
import Messages
import Text
import Trading
import Transport

/// What is wanted of complete readings of the account, and the one that is under way.
struct ReadingState: Sendable {
    var isWanted = false
    /// Orders to be asked for with the next one, without repeats.
    var questions: [OrderQuestion] = []
    var current: AccountReading?
    var lastNumber = 0
    /// Readings in a row that came to nothing.
    var failures = 0
    var isDelayed = false
    var pace = ReadingPace(contracts: 1)

    /// How long to wait after one that came to nothing: at once the first times, then up to 10 s.
    mutating func nextWait() -> Duration {
        failures += 1
        guard failures > 2 else { return .milliseconds(50) }
        return min(.seconds(10), .milliseconds(100) * (1 << Int64(min(failures, 10))))
    }
}

extension AccountSession {
    /// Orders asked by name in one reading; the rest follow with the next.
    private static let maxQuestions = 32

    /// Wants a complete reading that begins from now on, with these orders asked by name.
    mutating func want(reading questions: [OrderQuestion]) {
        for question in questions
        where !reading.questions.contains(question) && reading.questions.count < 256 {
            reading.questions.append(question)
        }
        if !reading.isWanted || !questions.isEmpty {
            reading.isWanted = true
            effects.append(.wake(.read, after: .zero))
        }
    }

    /// Begins the reading that is wanted, unless one is under way or the pace forbids it.
    mutating func readIfWanted(_ now: AccountMoment) {
        guard reading.isWanted, reading.current == nil, settings.isKnown, !isStopped else { return }
        if let wait = reading.pace.take(at: now.wall) {
            effects.append(.wake(.read, after: wait))
            return
        }
        reading.isWanted = false
        reading.lastNumber += 1
        let asked = Array(reading.questions.prefix(Self.maxQuestions))
        reading.questions.removeFirst(asked.count)
        reading.current = AccountReading(
            number: reading.lastNumber,
            startTime: max(lastEventTime, now.venue - now.uncertainty), asked: asked,
            contracts: configuration.contracts.count)
        ask(.positions, .positions())
    }

    private mutating func ask(_ part: ReadingPart, _ request: BinanceRequest) {
        reading.current?.expect(part)
        effects.append(.ask(.reading(reading.lastNumber, part), request))
    }

    /// A part was not read: nothing is told, and everything is read again.
    private mutating func breakReading(_ why: String, wait: Duration?) {
        guard let broken = reading.current else { return }
        reading.current = nil
        counters.brokenReadings += 1
        reading.isWanted = true
        reading.questions = broken.asked + reading.questions.filter { !broken.asked.contains($0) }
        let delay = reading.nextWait()
        if reading.failures % 10 == 5 {
            note(.alarm, "the account cannot be read: \(why)")
        }
        effects.append(.wake(.read, after: max(delay, wait ?? .zero)))
    }

    mutating func partCame(
        _ number: Int, _ part: ReadingPart, _ outcome: BinanceREST.Outcome, _ now: AccountMoment
    ) {
        guard let current = reading.current, current.number == number, !isStopped else { return }
        guard let body = outcome.success else {
            if outcome.isUnknownOrder {
                switch part {
                case .order(let question): return orderMissing(question, now)
                case .algo(let question): return algoMissing(question, now)
                case .positions, .positionsAgain, .orders, .algos, .balances: break
                }
            }
            return breakReading("a part was refused", wait: outcome.retryWait(.zero))
        }
        do throws(FrameError) {
            try read(part, body)
        } catch { return breakReading("an answer cannot be read", wait: nil) }
        reading.current?.got(part)
        advance(now)
    }

    private mutating func read(_ part: ReadingPart, _ body: [UInt8]) throws(FrameError) {
        switch part {
        case .positions: reading.current?.positions = try BinanceAnswers.positions(body.span)
        case .positionsAgain:
            reading.current?.positionsAgain = try BinanceAnswers.positions(body.span)
        case .orders(let place):
            reading.current?.orders[place] = try BinanceAnswers.openOrders(body.span)
        case .algos(let place):
            reading.current?.algos[place] = try BinanceAnswers.openAlgoOrders(body.span)
        case .balances: reading.current?.balances = try BinanceAnswers.balances(body.span)
        case .order(let question):
            let answer = try BinanceAnswers.order(body.span)
            guard let place = place(of: question.instrument),
                answer.clientOrderID == question.clientOrderID.description
            else { throw FrameError(.unrecognized, at: 0) }
            tell(answer, place)
            reading.current?.found(question, isOpen: !answer.status.isTerminal)
        case .algo(let question):
            let answer = try BinanceAnswers.algoOrder(body.span)
            guard let place = place(of: question.instrument),
                answer.clientAlgoID == question.clientOrderID.description
            else { throw FrameError(.unrecognized, at: 0) }
            tell(answer, place)
            reading.current?.found(question, isOpen: answer.status == .known(.new))
            // What it became is an order of the matching engine.
            if answer.actualOrderID != nil {
                ask(.order(question), .order(question.clientOrderID, symbol: symbol(place)))
            }
        }
    }

    private mutating func orderMissing(_ question: OrderQuestion, _ now: AccountMoment) {
        reading.current?.miss(question)
        reading.current?.got(.order(question))
        advance(now)
    }

    /// Not at the algo service: it may have become an order of the matching engine that the algo service has forgotten.
    private mutating func algoMissing(_ question: OrderQuestion, _ now: AccountMoment) {
        if let place = place(of: question.instrument) {
            ask(.order(question), .order(question.clientOrderID, symbol: symbol(place)))
        }
        reading.current?.got(.algo(question))
        advance(now)
    }

    // MARK: Its stages

    private mutating func advance(_ now: AccountMoment) {
        guard let current = reading.current, current.isComplete else { return }
        switch current.stage {
        case .positions: gather()
        case .gathering: lookForAbsent(now)
        case .lookingForAbsent: historiesMoved(now)
        case .waitingForHistory: break
        case .confirming: finish(now)
        }
    }

    private mutating func gather() {
        reading.current?.stage = .gathering
        for place in configuration.contracts.indices {
            ask(.orders(place), .openOrders(symbol: symbol(place)))
            ask(.algos(place), .openAlgoOrders(symbol: symbol(place)))
        }
        ask(.balances, .balances)
        for question in reading.current?.asked ?? [] { ask(question) }
        let needs = configuration.contracts.indices.map { wantHistory($0) }
        reading.current?.historyNeeds = needs
    }

    private mutating func ask(_ question: OrderQuestion) {
        guard let place = place(of: question.instrument) else { return }
        if question.isConditional {
            ask(.algo(question), .algoOrder(question.clientOrderID))
        } else {
            ask(.order(question), .order(question.clientOrderID, symbol: symbol(place)))
        }
    }

    /// Orders that we know to be open and that no list shows are asked by name: a list may lie, and an end may be lost.
    private mutating func lookForAbsent(_ now: AccountMoment) {
        guard let current = reading.current else { return }
        reading.current?.stage = .lookingForAbsent
        let absent = tracker.open.filter { order in
            guard let time = order.openTime, time < current.startTime else { return false }
            return !current.lists(order.id)
                && !current.asked.contains { $0.clientOrderID == order.id }
        }
        for order in absent.prefix(Self.maxQuestions) {
            let question = OrderQuestion(
                clientOrderID: order.id, instrument: order.instrument,
                isConditional: order.isConditional)
            reading.current?.suspects.append(question)
            ask(question)
        }
        advance(now)
    }

    /// A history was told: when all that the reading needs were, its last part is asked.
    mutating func historiesMoved(_ now: AccountMoment) {
        guard let current = reading.current, current.isComplete else { return }
        switch current.stage {
        case .lookingForAbsent, .waitingForHistory: break
        case .positions, .gathering, .confirming: return
        }
        reading.current?.stage = .waitingForHistory
        let isTold = zip(replays, current.historyNeeds).allSatisfy { $0.completed >= $1 }
        guard isTold else { return }
        reading.current?.stage = .confirming
        ask(.positionsAgain, .positions())
    }

    private mutating func finish(_ now: AccountMoment) {
        guard let current = reading.current else { return }
        let lastTrades = configuration.contracts.indices.compactMap { place in
            logs[place].last.map { LastTrade(instrument: instrument(place), tradeID: $0) }
        }
        let leverages = configuration.contracts.indices.map { place in
            settings.leverages[place] ?? configuration.contracts[place].leverage
        }
        let endings = tracker.waiting().count
        switch current.assemble(
            configuration, leverages: leverages, lastTrades: lastTrades, waitingEnds: endings)
        {
        case .failure(let problem): return breakReading(problem.description, wait: nil)
        case .success(let snapshot):
            reading.current = nil
            reading.failures = 0
            counters.readings += 1
            for row in current.positionsAgain ?? [] {
                guard let place = place(of: row.symbol) else { continue }
                wallets[place] = row.isolatedWallet
            }
            tellForeignPositions(current)
            effects.append(.account(.snapshot(snapshot)))
            makeSafe(snapshot)
        }
        switch link.state {
        case .down, .connecting:
            // Without the stream the account is known at this moment only: nothing new may be opened on it.
            if link.failures > 0 {
                effects.append(.account(.lost))
                effects.append(.wake(.read, after: .seconds(10)))
                reading.isWanted = true
                return
            }
        case .catchingUp, .live: break
        }
        if reading.isWanted { effects.append(.wake(.read, after: .zero)) }
    }

    private mutating func tellForeignPositions(_ current: AccountReading) {
        for row in current.positionsAgain ?? [] where row.direction != nil {
            guard place(of: row.symbol) == nil else { continue }
            noteOnce(.warning, "the account holds a symbol that is not ours: \(row.symbol)")
        }
    }
}

extension VenueWord where Known == VenueOrderStatus {
    /// Whether nothing more can happen to the order; a word that we do not know says no.
    var isTerminal: Bool {
        switch self {
        case .known(let status): status.isTerminal
        case .unknown: false
        }
    }
}

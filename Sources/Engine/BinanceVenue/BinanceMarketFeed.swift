import BinanceFormat
import NIOCore
import Synchronization
import Text
package import Trading
package import Transport

/// The market session with Binance: connections, watches, back-fill and books of some contracts.
///
/// Everything happens on one transport thread, which should carry nothing else; what is heard in one reading of a socket
/// goes to the engine in one call.
package final class BinanceMarketFeed: Sendable {
    private struct Shell {
        var state: MarketFeedState
        var clients: [ClientKey: WebSocketClient] = [:]
        var isFlushing = false
        var isStopped = false
    }

    private struct ClientKey: Hashable {
        let line: Int
        let link: Int
    }

    private let configuration: MarketFeedConfiguration
    private let rest: BinanceREST
    private let trust: TLSTrust
    private let thread: TransportThread
    private let now: @Sendable () -> Timestamp
    private let sink: VenueSink
    private let shell: Mutex<Shell>

    /// - Parameters:
    ///   - rest: Needs no credentials; may live on another thread.
    ///   - now: Engine time; only used where the venue's own time is not known.
    package init(
        _ configuration: MarketFeedConfiguration, rest: BinanceREST, trust: TLSTrust,
        on thread: TransportThread, now: @escaping @Sendable () -> Timestamp, sink: VenueSink
    ) {
        self.configuration = configuration
        self.rest = rest
        self.trust = trust
        self.thread = thread
        self.now = now
        self.sink = sink
        shell = Mutex(Shell(state: MarketFeedState(configuration)))
    }

    /// Begins to connect; what comes goes to the sink until `stop`.
    package func start() {
        thread.run { [self] in
            shell.withLock { $0.state.start(at: Self.wallTime) }
            settle()
            tick()
        }
    }

    /// Closes the connections. What is under way then is dropped.
    package func stop() {
        thread.run { [self] in
            shell.withLock { shell in
                shell.isStopped = true
                shell.state.stop(at: Self.wallTime)
            }
            settle()
        }
    }

    /// Whether every contract has its tape, its book and its mark price.
    package var isWarm: Bool { shell.withLock { $0.state.isWarm } }

    /// What was seen so far.
    package var counters: MarketFeedCounters { shell.withLock { $0.state.countersNow } }

    /// A clock that no step of the wall clock changes.
    private static var wallTime: Timestamp {
        Timestamp(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds))
    }

    private func tick() {
        let isStopped = shell.withLock { shell in
            if !shell.isStopped { shell.state.advance(to: Self.wallTime) }
            return shell.isStopped
        }
        guard !isStopped else { return }
        settle(isTick: true)
        _ = thread.run(after: configuration.tick) { [weak self] in self?.tick() }
    }

    // MARK: Connections

    private func connect(line: Int, link: Int, target: String) {
        let url: ServerURL
        do throws(ServerURL.ParseError) {
            url = try configuration.stream.with(target: target)
        } catch {
            preconditionFailure("symbols and intervals make a valid target: \(error)")
        }
        var settings = WebSocketConfiguration(url: url, trust: trust)
        settings.pingInterval = configuration.pingInterval
        let client = WebSocketClient(
            settings, on: thread,
            WebSocketListener(
                opened: { [self] in
                    shell.withLock {
                        $0.state.opened(line: line, link: link, at: Self.wallTime)
                    }
                    settle()
                },
                received: { [self] message in receive(message, line: line, link: link) },
                ended: { [self] end in
                    shell.withLock { shell in
                        shell.clients[ClientKey(line: line, link: link)] = nil
                        guard !shell.isStopped else { return }
                        shell.state.ended(line: line, link: link, end, at: Self.wallTime)
                    }
                    settle()
                }))
        shell.withLock { $0.clients[ClientKey(line: line, link: link)] = client }
    }

    private func receive(_ message: Span<UInt8>, line: Int, link: Int) {
        let begins = shell.withLock { shell in
            guard !shell.isStopped else { return false }
            shell.state.receive(
                message, line: line, link: link, at: Self.wallTime,
                venueTime: { self.rest.venueTime() })
            if shell.isFlushing { return false }
            shell.isFlushing = true
            return true
        }
        // After the other messages of this reading.
        if begins {
            thread.run { [self] in
                shell.withLock { $0.isFlushing = false }
                settle()
            }
        }
    }

    /// Tells the engine and does what is to be done.
    private func settle(isTick: Bool = false) {
        let (batch, effects) = shell.withLock { shell in
            shell.isStopped
                ? ([], shell.state.takeEffects())
                : (shell.state.takeOutbox(isTick: isTick), shell.state.takeEffects())
        }
        if !batch.isEmpty {
            let isTaken = sink.market(batch)
            shell.withLock { $0.state.delivered(isTaken, at: Self.wallTime) }
        }
        for effect in effects { perform(effect) }
    }

    private func perform(_ effect: MarketFeedState.Effect) {
        switch effect {
        case .connect(let line, let link):
            let target = shell.withLock { $0.isStopped ? nil : $0.state.plans[line].target }
            if let target { connect(line: line, link: link, target: target) }
        case .close(let line, let link):
            shell.withLock { $0.clients[ClientKey(line: line, link: link)] }?.close()
        case .ask(let place, let question): ask(question, place)
        case .askDerivatives(let place, let question): ask(question, place)
        case .note(let notice): sink.note(notice)
        }
    }

    // MARK: Questions

    private func ask(_ question: ContractFeed.Question, _ place: Int) {
        let symbol = configuration.contracts[place].symbol
        let request: BinanceRequest =
            switch question {
            case .candles(let index):
                .klines(
                    symbol: symbol, interval: configuration.candles[index].spelling, from: nil,
                    limit: configuration.candles[index].history + 1)
            case .prints(let fromID):
                .aggregateTrades(symbol: symbol, fromID: fromID, limit: TapeJoiner.pageLimit)
            case .book: .depth(symbol: symbol, limit: configuration.bookLevels)
            }
        rest.send(request) { [self] outcome in
            let (answer, failure) = read(outcome, question)
            thread.run { [self] in
                shell.withLock { shell in
                    guard !shell.isStopped else { return }
                    let time = Self.wallTime
                    if let failure { shell.state.noteFailure("\(symbol): \(failure)", at: time) }
                    shell.state.receive(answer, to: question, place: place, at: time)
                    // The next page of the same need not wait for the next tick.
                    shell.state.advance(to: time)
                }
                settle()
            }
        }
    }

    /// The answer, or why there is none.
    private func read(
        _ outcome: BinanceREST.Outcome, _ question: ContractFeed.Question
    ) -> (ContractFeed.Answer, failure: String?) {
        switch outcome {
        case .held(let wait): return (.nothing(after: wait), nil)
        case .failed(let failure):
            return (.nothing(after: .zero), "a market request failed: \(failure)")
        case .answered(let meaning, let answer):
            guard meaning.reaction == .success else {
                let code = meaning.code.map { " (\($0))" } ?? ""
                return (
                    .nothing(after: .zero),
                    "a market request was answered with \(meaning.status)\(code)"
                )
            }
            do throws(FrameError) {
                return (try parse(answer, question), nil)
            } catch {
                return (
                    .nothing(after: .zero),
                    "an answer to a market request is refused: \(error.kind) at byte \(error.offset)"
                )
            }
        }
    }

    private func parse(
        _ answer: RESTAnswer, _ question: ContractFeed.Question
    ) throws(FrameError) -> ContractFeed.Answer {
        let body = answer.body.span
        switch question {
        case .candles(let index):
            return .candles(
                try BinanceAnswers.klines(
                    body, interval: configuration.candles[index].interval,
                    now: rest.venueTime() ?? now()))
        case .prints: return .prints(try BinanceAnswers.aggregateTrades(body))
        case .book:
            var decoder = BinanceMarketDecoder(instruments: [])
            guard case .depthSnapshot(let snapshot)? = try decoder.decode(body).data else {
                throw FrameError(.unrecognized, at: 0)
            }
            return .book(snapshot)
        }
    }

    // MARK: Derivatives

    private func ask(_ question: DerivativesFeed.Question, _ place: Int) {
        let symbol = configuration.contracts[place].symbol
        let request: BinanceRequest =
            switch question {
            case .fundings:
                .fundingRates(symbol: symbol, from: nil, limit: configuration.fundingHistory)
            case .openInterestHistory:
                .openInterestHistory(symbol: symbol, limit: configuration.openInterestHistory)
            case .openInterest: .openInterest(symbol: symbol)
            }
        rest.send(request) { [self] outcome in
            let (answer, failure) = read(outcome, question, symbol)
            thread.run { [self] in
                shell.withLock { shell in
                    guard !shell.isStopped else { return }
                    let time = Self.wallTime
                    if let failure {
                        shell.state.noteMissing(
                            "\(symbol): \(question.name) cannot be read, models go on without: "
                                + failure, at: time)
                    }
                    shell.state.receive(answer, to: question, place: place, at: time)
                }
                settle()
            }
        }
    }

    /// The answer, or why there is none.
    private func read(
        _ outcome: BinanceREST.Outcome, _ question: DerivativesFeed.Question, _ symbol: SymbolName
    ) -> (DerivativesFeed.Answer, failure: String?) {
        switch outcome {
        case .held(let wait): return (.held(wait), nil)
        case .failed(let failure): return (.failed, "\(failure)")
        case .answered(let meaning, let answer):
            guard meaning.reaction == .success else {
                let code = meaning.code.map { " (\($0))" } ?? ""
                return (.failed, "answered with \(meaning.status)\(code)")
            }
            do throws(FrameError) {
                return (try parse(answer, question, symbol), nil)
            } catch {
                return (.failed, "the answer is refused: \(error.kind) at byte \(error.offset)")
            }
        }
    }

    private func parse(
        _ answer: RESTAnswer, _ question: DerivativesFeed.Question, _ symbol: SymbolName
    ) throws(FrameError) -> DerivativesFeed.Answer {
        let body = answer.body.span
        // What is ahead of the venue's own clock would shut out all that is true.
        let end = (rest.venueTime() ?? now()) + .minutes(1)
        let name = symbol.description
        switch question {
        case .fundings:
            let rates = try BinanceAnswers.fundingRates(body)
            guard rates.allSatisfy({ $0.symbol == name && $0.time <= end }) else {
                throw FrameError(.outOfRange, at: 0)
            }
            return .fundings(rates.map { FundingSettlement(rate: $0.rate, venueTime: $0.time) })
        case .openInterestHistory:
            let counts = try BinanceAnswers.openInterestHistory(body)
            guard counts.allSatisfy({ $0.symbol == name && $0.interest.venueTime <= end }) else {
                throw FrameError(.outOfRange, at: 0)
            }
            return .openInterestHistory(counts.map(\.interest))
        case .openInterest:
            let count = try BinanceAnswers.openInterest(body)
            guard count.symbol == name, count.interest.venueTime <= end else {
                throw FrameError(.outOfRange, at: 0)
            }
            return .openInterest(count.interest)
        }
    }
}

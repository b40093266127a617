package import BinanceFormat
import Synchronization
package import Trading
package import Transport

/// Sends requests to Binance's REST interface: within the budget, signed, each one exactly once.
package final class BinanceREST: Sendable {
    package enum Outcome: Sendable {
        /// The venue answered; the first says what that means, the second is the answer itself.
        case answered(VenueOutcome, RESTAnswer)
        /// There is no answer; the failure says whether the request can have been executed.
        case failed(RESTFailure)
        /// Our budget, a 429 or a ban stands before it: nothing was sent. Ask again after so long (wall time).
        case held(Duration)
    }

    package typealias Completion = @Sendable (Outcome) -> Void

    /// The venue refuses what arrives later than this after its timestamp.
    package static let recvWindow = Duration.seconds(5)
    /// Samples of one measuring of the clock, and the wall time between two measurings.
    private static let clockSamples = 4
    private static let clockInterval = Duration.minutes(15)

    private struct State {
        var clock: ClockOffset
        var isMeasuring = false
        var isStopped = false
        var waiting: [@Sendable (Bool) -> Void] = []
    }

    package let thread: TransportThread
    private let base: ServerURL
    private let client: RESTClient
    private let credentials: Credentials?
    private let budget: VenueBudget
    private let now: @Sendable () -> Timestamp
    private let state: Mutex<State>

    /// - Parameters:
    ///   - base: The venue's host, `https://…` or on this machine `http://…`.
    ///   - credentials: `nil` for public data only: what needs a key is withheld.
    ///   - now: Engine time, `timeScale` times as fast as the wall clock; never steps back.
    package init(
        base: ServerURL, trust: TLSTrust, credentials: Credentials?, budget: VenueBudget,
        on thread: TransportThread, timeScale: Double = 1, now: @escaping @Sendable () -> Timestamp
    ) {
        self.base = base
        self.credentials = credentials
        self.budget = budget
        self.thread = thread
        self.now = now
        client = RESTClient(RESTConfiguration(trust: trust), on: thread)
        let roundTrip = Duration(nanoseconds: Int64(2e9 * max(1, timeScale)))
        state = Mutex(State(clock: ClockOffset(maxRoundTrip: roundTrip)))
    }

    /// Sends `request` once, if `permit` answers true at the last moment before its bytes leave.
    ///
    /// What lowers risk goes before the rest. `completion` comes exactly once, on the thread.
    package func send(
        _ request: BinanceRequest, timeout: Duration = .seconds(5),
        permit: @escaping @Sendable () -> Bool = { true }, completion: @escaping Completion
    ) {
        let message: RESTRequest
        switch prepare(request, timeout) {
        case .success(let prepared): message = prepared
        case .failure(let failure): return thread.run { completion(.failed(failure)) }
        }
        switch budget.take(request) {
        case .now: break
        case .after(let wait): return thread.run { completion(.held(wait)) }
        // More than a whole budget: it would wait for ever, which is told as the longest window.
        case .never: return thread.run { completion(.held(.minutes(1))) }
        }
        client.send(message, permit: permit) { [self] result in
            completion(outcome(of: result, to: request))
        }
    }

    /// Like the other `send`, for callers that wait.
    package func send(_ request: BinanceRequest, timeout: Duration = .seconds(5)) async -> Outcome {
        await withCheckedContinuation { continuation in
            send(request, timeout: timeout) { continuation.resume(returning: $0) }
        }
    }

    private func prepare(
        _ request: BinanceRequest, _ timeout: Duration
    ) -> Result<RESTRequest, RESTFailure> {
        var headers: [(name: String, value: String)] = []
        let query: String
        switch request.security {
        case .open: query = request.parameters.encoded
        case .key, .signed:
            guard let credentials else { return .failure(.withheld) }
            headers.append(("X-MBX-APIKEY", credentials.apiKey))
            query = request.query(
                at: venueTime() ?? now(), recvWindow: Self.recvWindow, hmac: credentials.sign)
        }
        let method: RESTRequest.Method =
            switch request.method {
            case .get: .get
            case .post: .post
            case .put: .put
            case .delete: .delete
            }
        do throws(ServerURL.ParseError) {
            let target = query.isEmpty ? request.path : request.path + "?" + query
            return .success(
                RESTRequest(
                    method, try base.with(target: target), headers: headers, timeout: timeout,
                    isUrgent: request.lowersRisk))
        } catch { return .failure(.notSent(.invalidHeader)) }
    }

    private func outcome(
        of result: Result<RESTAnswer, RESTFailure>, to request: BinanceRequest
    ) -> Outcome {
        switch result {
        case .failure(let failure): return .failed(failure)
        case .success(let answer):
            let outcome = VenueOutcome(
                status: answer.status, body: answer.body.span, isMutation: request.isMutation)
            budget.observe(answer, outcome.reaction, venueTime: venueTime() ?? now())
            if outcome.reaction == .resyncClock {
                state.withLock { $0.clock.reset() }
                synchronizeClock { _ in }
            }
            return .answered(outcome, answer)
        }
    }

    /// Takes the venue's own limits.
    package func adopt(_ limits: [RateLimit]) { budget.adopt(limits) }

    // MARK: Clock

    /// The venue's time now; `nil` before the first measuring.
    package func venueTime() -> Timestamp? {
        state.withLock { $0.clock.venueTime(at: now()) }
    }

    /// How far the venue's clock is ahead of engine time; `nil` before the first measuring.
    package func clockOffset() -> ClockOffset.Estimate? {
        state.withLock { $0.clock.estimate(at: now()) }
    }

    /// Measures the venue's clock, and from then on again every 15 minutes. Answers whether it is known now.
    package func synchronizeClock(completion: @escaping @Sendable (Bool) -> Void) {
        let begins = state.withLock { state in
            state.waiting.append(completion)
            if state.isMeasuring { return false }
            state.isMeasuring = true
            return true
        }
        if begins { measure(left: Self.clockSamples) }
    }

    private func measure(left: Int) {
        guard left > 0, !state.withLock({ $0.isStopped }) else { return finishMeasuring() }
        let sent = now()
        // Without the time no exit is taken, so a pause of the venue must not keep it away.
        var question = BinanceRequest.time
        question.lowersRisk = true
        send(question) { [self] outcome in
            let received = now()
            if case .answered(let meaning, let answer) = outcome, meaning.reaction == .success {
                do throws(FrameError) {
                    let time = try BinanceAnswers.serverTime(answer.body.span)
                    state.withLock {
                        _ = $0.clock.add(sent: sent, received: received, venueTime: time)
                    }
                } catch {}  // An answer that is no time is no sample.
            }
            measure(left: left - 1)
        }
    }

    private func finishMeasuring() {
        let isKnown = clockOffset() != nil
        let (waiting, isStopped) = state.withLock { state in
            state.isMeasuring = false
            defer { state.waiting = [] }
            return (state.waiting, state.isStopped)
        }
        for completion in waiting { completion(isKnown) }
        guard !isStopped else { return }
        // Without a success it is tried again soon; the timer ends with the thread.
        _ = thread.run(after: isKnown ? Self.clockInterval : .seconds(5)) { [weak self] in
            guard let self, !self.state.withLock({ $0.isMeasuring || $0.isStopped }) else { return }
            self.synchronizeClock { _ in }
        }
    }

    /// Ends everything that waits or is under way, and refuses what comes later.
    package func stop() {
        state.withLock { $0.isStopped = true }
        client.stop()
    }
}

import BinanceFormat
import Messages
import NIOCore
import Synchronization
import Text
package import Trading
package import Transport

/// Our account at Binance: orders, the user stream, and complete readings.
///
/// A thin shell around `AccountSession`: it sends what that decides and tells it what comes back, one thing at a time on the
/// transport's thread. What it tells the engine comes on that thread, in order.
package final class BinanceAccount: Sendable {
    private struct State {
        var session: AccountSession
        /// Asked at the last moment before an order leaves.
        var permits: [ClientOrderID: @Sendable () -> Bool] = [:]
        var alarms: [AccountAlarm: @Sendable () -> Void] = [:]
        var streams: [Int: WebSocketClient] = [:]
    }

    private let rest: BinanceREST
    private let stream: ServerURL
    private let trust: TLSTrust
    private let thread: TransportThread
    private let now: @Sendable () -> Timestamp
    private let sink: VenueSink
    private let state: Mutex<State>

    /// - Parameters:
    ///   - rest: On the same thread.
    ///   - stream: The venue's stream host; the path is ours to choose.
    ///   - timeScale: Engine seconds per wall second.
    ///   - now: Engine time; never steps back.
    package init(
        _ configuration: BinanceAccountConfiguration, rest: BinanceREST, stream: ServerURL,
        trust: TLSTrust, on thread: TransportThread, timeScale: Double = 1,
        now: @escaping @Sendable () -> Timestamp, sink: VenueSink
    ) {
        self.rest = rest
        self.stream = stream
        self.trust = trust
        self.thread = thread
        self.now = now
        self.sink = sink
        state = Mutex(
            State(session: AccountSession(configuration, timeScale: timeScale)))
    }

    /// Begins: measures the venue's clock, verifies the settings, opens the user stream and reads the account.
    package func start() {
        thread.run { [self] in
            rest.synchronizeClock { [self] isKnown in
                if !isKnown {
                    sink.note(
                        Notice(.session, .warning, "the venue's clock cannot be measured yet"))
                }
                advance { $0.start($1) }
            }
        }
    }

    /// Ends: what has not left never leaves. Stop the `BinanceREST` after it: what is under way ends as unknown.
    package func stop() {
        thread.run { [self] in
            advance { $0.stop($1) }
            let alarms = state.withLock { state in
                defer { state.alarms = [:] }
                return state.alarms
            }
            for (_, cancel) in alarms { cancel() }
        }
    }

    /// Sends an order once. `permit` is asked on the thread at the last moment before its bytes leave.
    package func submit(_ request: OrderRequest, permit: @escaping @Sendable () -> Bool) {
        thread.run { [self] in
            state.withLock { $0.permits[request.clientOrderID] = permit }
            advance { $0.submit(request, $1) }
        }
    }

    /// Cancels an order of ours, in the order world that it is in by now.
    package func cancel(_ id: ClientOrderID, instrument: InstrumentID, isConditional: Bool) {
        thread.run { [self] in
            advance { $0.cancel(id, instrument, isConditional: isConditional, $1) }
        }
    }

    /// Cancels an order that is not ours; the next reading shows what came of it.
    package func cancelForeign(_ order: ForeignOrder) {
        thread.run { [self] in advance { session, _ in session.cancelForeign(order) } }
    }

    /// Reads the whole account, and asks for these orders by name. One reading at a time: what is wanted meanwhile is one
    /// more. The answer is a snapshot, when one could be read; until then it is tried again.
    package func readAccount(asking questions: [OrderQuestion]) {
        thread.run { [self] in advance { session, _ in session.want(reading: questions) } }
    }

    package var counters: BinanceAccountCounters { state.withLock { $0.session.counters } }

    // MARK: The thread

    private func advance(_ change: (inout AccountSession, AccountMoment) -> Void) {
        let moment = moment()
        let effects = state.withLock { state in
            change(&state.session, moment)
            return state.session.takeEffects()
        }
        // What a performed effect brings about comes later on this thread, never inside it.
        for effect in effects { perform(effect) }
    }

    private func moment() -> AccountMoment {
        AccountMoment(
            wall: Timestamp(nanoseconds: Int64(NIODeadline.now().uptimeNanoseconds)),
            venue: rest.venueTime() ?? now(),
            uncertainty: rest.clockOffset()?.uncertainty ?? .zero)
    }

    private func perform(_ effect: AccountEffect) {
        switch effect {
        case .ask(let question, let request): ask(question, request)
        case .order(let report): sink.order(report)
        case .account(let report): sink.account(report)
        case .note(let notice): sink.note(notice)
        case .connect(let number, let key): connect(number, key)
        case .disconnect(let number):
            state.withLock { $0.streams.removeValue(forKey: number) }?.close()
        case .wake(let alarm, let delay): wake(alarm, after: delay)
        case .measureClock(let alarm):
            rest.synchronizeClock { [self] _ in advance { $0.wake(alarm, $1) } }
        case .dropPermit(let id): state.withLock { _ = $0.permits.removeValue(forKey: id) }
        }
    }

    private func permit(of id: ClientOrderID) -> @Sendable () -> Bool {
        let known: (@Sendable () -> Bool)? = state.withLock { $0.permits[id] }
        return known ?? { false }
    }

    private func ask(_ question: AccountQuestion, _ request: BinanceRequest) {
        let permit: @Sendable () -> Bool
        if case .place(let id) = question {
            // Without a permit nothing is placed.
            permit = self.permit(of: id)
        } else {
            permit = { true }
        }
        rest.send(request, permit: permit) { [self] outcome in
            advance { $0.receive(question, outcome, $1) }
        }
    }

    private func wake(_ alarm: AccountAlarm, after delay: Duration) {
        // A part left to chance keeps many engines from coming back in the same moment.
        let jitter = Int64.random(in: 0...max(0, delay.nanoseconds / 16))
        let cancel = thread.run(after: Duration(nanoseconds: delay.nanoseconds + jitter)) {
            [weak self] in
            guard let self else { return }
            self.state.withLock { _ = $0.alarms.removeValue(forKey: alarm) }
            self.advance { $0.wake(alarm, $1) }
        }
        state.withLock { $0.alarms.updateValue(cancel, forKey: alarm) }?()
    }

    private func connect(_ number: Int, _ key: String) {
        let url: ServerURL
        do throws(ServerURL.ParseError) {
            url = try stream.with(target: "/private/ws/" + key)
        } catch {
            return thread.run { [self] in
                advance { $0.ended(number, .notConnected(.unreachable), $1) }
            }
        }
        let client = WebSocketClient(
            WebSocketConfiguration(url: url, trust: trust), on: thread,
            WebSocketListener(
                opened: { [weak self] in self?.advance { $0.opened(number, $1) } },
                received: { [weak self] in self?.receive(number, $0) },
                ended: { [weak self] end in
                    guard let self else { return }
                    self.state.withLock { _ = $0.streams.removeValue(forKey: number) }
                    self.advance { $0.ended(number, end, $1) }
                }))
        state.withLock { $0.streams[number] = client }
    }

    private func receive(_ number: Int, _ frame: Span<UInt8>) {
        do throws(FrameError) {
            let event = try BinanceUserDecoder.decode(frame)
            advance { $0.received(number, event, $1) }
        } catch {
            advance { $0.refusedFrame(number, $1) }
        }
    }
}

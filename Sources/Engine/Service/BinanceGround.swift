import BinanceVenue
import Dispatch
import Foundation
import Journal
import Synchronization
import Trading
import Transport

/// What is known of Binance before a session begins: who we are there, what is traded, what time it is.
struct BinanceGround {
    let settings: BinanceSettings
    let rest: ServerURL
    let stream: ServerURL
    let trust: TLSTrust
    let credentials: Credentials?
    /// In the order of the configured symbols.
    let instruments: [Instrument]
    /// Engine time; started at the venue's time where that could be asked.
    let clock: EngineClock
    let contracts: ContractCache
    /// What the first questions learned about limits, in wall time.
    let budget: VenueBudget

    /// How long the venue's clock is asked for before the engine starts without it.
    private static let clockPatience = 3

    /// Reads keys and certificates, asks the venue for its time and its contracts.
    ///
    /// A venue that does not answer is no reason not to start when its contracts are on disk: positions are guarded as
    /// soon as it answers again.
    static func prepare(
        _ configuration: Configuration, _ settings: BinanceSettings, directory: String,
        logLine: @Sendable (String) -> Void
    ) throws(StartError) -> BinanceGround {
        let stream: ServerURL
        let venue: VenueClient
        do throws(ConfigurationError) {
            stream = try settings.streamURL()
            venue = try VenueClient(
                settings, environment: ProcessInfo.processInfo.environment)
        } catch { throw StartError(error.description) }
        let client = venue.rest
        defer {
            if let problem = venue.stop() {
                logLine("\(EngineClock.wall().utcText) SESSION \(problem)")
            }
        }
        let scale = configuration.timeScale
        let cache = ContractCache(directory: directory, venue: venue.venue)
        let symbols = configuration.symbols
        let isSigned = venue.hasKey
        // An engine with a past may hold what does not trade any more.
        let held = JournalStore.exists(in: directory) ? Set(symbols) : []
        let (clock, selection) = waitFor {
            () async -> (EngineClock?, Result<ContractCache.Selection, ContractError>) in
            var clock: EngineClock?
            for _ in 0..<clockPatience where clock == nil {
                guard await client.synchronizeClock(), let time = client.venueTime() else {
                    continue
                }
                clock = EngineClock(start: time, scale: scale)
            }
            do throws(ContractError) {
                let selection = try await cache.select(
                    symbols, from: client, isSigned: isSigned, keeping: held,
                    at: EngineClock.wall())
                return (clock, .success(selection))
            } catch { return (clock, .failure(error)) }
        }
        if clock == nil {
            logLine(
                "\(EngineClock.wall().utcText) SESSION the venue does not tell its time; our own is used until it does"
            )
        }
        if configuration.mode == .live {
            try refuseUnsafe(configuration, client, hasKey: isSigned, logLine: logLine)
        }
        switch selection {
        case .failure(let error): throw StartError(error.description)
        case .success(let selection):
            for note in selection.notes {
                logLine("\(EngineClock.wall().utcText) SESSION \(note)")
            }
            return BinanceGround(
                settings: settings, rest: venue.base, stream: stream, trust: venue.trust,
                credentials: venue.credentials, instruments: selection.instruments,
                clock: clock ?? EngineClock(start: EngineClock.wall(), scale: scale),
                contracts: cache, budget: venue.budget)
        }
    }

    /// The checklist before real money: each thing is logged, and the first that refuses ends the start.
    private static func refuseUnsafe(
        _ configuration: Configuration, _ client: BinanceREST, hasKey: Bool,
        logLine: @Sendable (String) -> Void
    ) throws(StartError) {
        let subject = VenueCheck.Subject(
            mode: configuration.mode, symbols: configuration.symbols,
            leverage: configuration.leverage, hasKey: hasKey, keepsWallTime: true)
        let check = waitFor { await VenueCheck.read(subject, from: client) }
        for line in check.lines {
            logLine("\(EngineClock.wall().utcText) SESSION \(line.description)")
        }
        if let refusal = check.refusals.first {
            let advice = refusal.advice.map { "; \($0)" } ?? ""
            throw StartError("live is refused: \(refusal.name): \(refusal.text)\(advice)")
        }
    }

    /// Waits for work of other threads; for the start only, where nothing else is to be done.
    private static func waitFor<Value: Sendable>(
        _ work: @escaping @Sendable () async -> Value
    ) -> Value {
        let answer = Answer<Value>()
        let done = DispatchSemaphore(value: 0)
        // On a thread of its own: the caller may be holding one of the few that tasks share.
        Task.detached(executorPreference: QueueExecutor()) {
            answer.set(await work())
            done.signal()
        }
        while true {
            done.wait()
            if let value = answer.value { return value }
        }
    }

    private final class Answer<Value: Sendable>: Sendable {
        private let held = Mutex<Value?>(nil)
        func set(_ value: Value) { held.withLock { $0 = value } }
        var value: Value? { held.withLock { $0 } }
    }
}

/// Runs tasks on a queue of its own, one at a time.
private final class QueueExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "start")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

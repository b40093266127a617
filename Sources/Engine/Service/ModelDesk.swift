import DecisionCore
import Dispatch
import Messages
import ModelStore
import Models
import Projection
import Risk
import Synchronization
import Trading
import Wire

/// The sets of models of a running engine: answers what is asked about them, hands another one to the decision thread,
/// and compares the files of the one in force with their digests once a day of engine time.
///
/// Everything happens on a queue of its own: files never wait for decisions, nor decisions for files.
final class ModelDesk: Sendable {
    private struct State: Sendable {
        /// What the decision thread has or is about to have.
        var inForce: LoadedModels
        /// Whether the last look at its files has found something.
        var isDamaged = false
    }

    /// Orders and questions that may wait.
    private static let maxWaiting = 32

    private let keeper: ModelKeeper
    private let configuration: Configuration
    private let finder: ModelFinder
    private let lanes: Lanes
    private let clock: EngineClock
    private let queue = DispatchQueue(label: "models")
    private let state: Mutex<State>
    private let waiting = Atomic<Int>(0)

    init(
        _ configuration: Configuration, folder: String, inForce: LoadedModels, lanes: Lanes,
        clock: EngineClock
    ) {
        self.configuration = configuration
        self.lanes = lanes
        self.clock = clock
        keeper = ModelKeeper(folder: folder, policy: configuration.modelPolicy)
        finder = ModelFinder(configuration, registryFolder: folder)
        state = Mutex(State(inForce: inForce))
    }

    /// Says what decides, and begins the daily looks; they end when the timer is canceled.
    func start() -> any DispatchSourceTimer {
        let loaded = state.withLock { $0.inForce }
        let digest = loaded.set.digest.isEmpty ? "" : " \(loaded.set.digest.prefix(12))"
        lanes.send(
            .notice(
                Notice(
                    .models, .info, "model set \(loaded.set.name)\(digest) decides, \(loaded.place)"
                )), at: clock.now())
        let period = max(1, 86_400 / configuration.timeScale)
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now() + period, repeating: period, leeway: .seconds(1))
        timer.setEventHandler { @Sendable [weak self] in _ = self?.lookAtFiles() }
        timer.resume()
        return timer
    }

    /// Whether orders can change the set that decides.
    private var isChangeable: Bool {
        guard configuration.modelFile == nil else { return false }
        switch configuration.modelSource {
        case nil, .registry: return true
        case .scorecard, .bundled, .folder: return false
        }
    }

    /// Answers from the queue, by calling `answer` once.
    func answer(
        _ request: ModelsRequest, by origin: CommandOrigin,
        _ answer: @escaping @Sendable (Result<ModelsReport, WireError>) -> Void
    ) {
        guard waiting.wrappingAdd(1, ordering: .relaxed).newValue <= Self.maxWaiting else {
            waiting.wrappingSubtract(1, ordering: .relaxed)
            return answer(
                .failure(WireError(.tooManyRequests, "too many questions about models wait")))
        }
        queue.async { [self] in
            defer { waiting.wrappingSubtract(1, ordering: .relaxed) }
            do throws(ModelKeeper.Refusal) {
                answer(.success(try report(request, by: origin.text)))
            } catch {
                if let name = error.damaged {
                    lanes.send(.models(.damaged(name: name, why: error.text)), at: clock.now())
                }
                answer(.failure(WireError(.modelsRefused, error.text)))
            }
        }
    }

    private func report(
        _ request: ModelsRequest, by: String
    ) throws(ModelKeeper.Refusal) -> ModelsReport {
        try check(request)
        // What a rollback may end at must be there before anything is written.
        var usual: LoadedModels?
        if request.verb == .rollback, configuration.modelSource == nil {
            do throws(ModelStoreError) {
                usual = try finder.usual(configuration)
            } catch { throw ModelKeeper.Refusal(text: error.text) }
        }
        let outcome = try keeper.answer(
            request, by: by, canEmpty: usual != nil, at: EngineClock.wall())
        var report = outcome.report
        switch outcome.effect {
        case .nothing: break
        case .production(let loaded): putInForce(loaded, by: by, &report)
        case .noProduction:
            guard let usual else { break }
            putInForce(usual, by: by, &report)
        }
        // Of a set that comes into force the core tells itself.
        if request.verb == .add || request.verb == .shadow, !report.repeated {
            lanes.send(
                .notice(
                    Notice(.models, .info, "\(request.verb.method) by \(by): \(report.text)")),
                at: clock.now())
        }
        var topic = inForceTopic
        if request.verb == .verify {
            if request.set == nil { topic.problems = lookAtFiles() }
            tellOfOthers(report)
        }
        report.inForce = topic
        return report
    }

    /// What an engine asks for beyond what its registry does.
    private func check(_ request: ModelsRequest) throws(ModelKeeper.Refusal) {
        switch request.verb {
        case .list, .show, .verify, .add, .shadow: return
        case .promote, .rollback: break
        }
        guard isChangeable else {
            throw ModelKeeper.Refusal(
                text:
                    "the models of this engine are fixed by its configuration (models.set, models.file): set models.set = \"registry\" and start it again"
            )
        }
        guard request.verb == .promote else { return }
        try checkBracket(of: request.set ?? "")
        guard configuration.mode == .live else { return }
        guard request.name == configuration.engineName else {
            throw ModelKeeper.Refusal(
                text:
                    "in LIVE a promotion needs the engine's name, typed in full: --name \(configuration.engineName)"
            )
        }
        do throws(ModelStoreError) {
            let registry = try ModelRegistry(folder: keeper.folder)
            let set = try registry.find(request.set ?? "")
            guard set.state != .candidate else {
                throw ModelStoreError(
                    "in LIVE a candidate is not promoted: it must have been in shadow before")
            }
        } catch { throw ModelKeeper.Refusal(text: error.text) }
    }

    /// Refuses a set whose models were asked about another trade than this engine makes, before anything is written.
    private func checkBracket(of id: String) throws(ModelKeeper.Refusal) {
        let manifest: SetManifest
        do throws(ModelStoreError) {
            let registry = try ModelRegistry(folder: keeper.folder)
            manifest = try registry.load(try registry.find(id)).manifest
        } catch {
            // What is unknown or damaged is refused and told by the registry itself.
            return
        }
        guard let profile = Profile.named(configuration.profile),
            let why = profile.mismatch(with: manifest.bracket)
        else { return }
        throw ModelKeeper.Refusal(text: "\(manifest.name) does not fit this engine: \(why)")
    }

    /// Hands a set to the decision thread, which uses it from the next decision on.
    private func putInForce(_ loaded: LoadedModels, by: String, _ report: inout ModelsReport) {
        let before = state.withLock { state in
            defer {
                if state.inForce.set.digest != loaded.set.digest
                    || state.inForce.set.name != loaded.set.name
                {
                    state.inForce = loaded
                }
                state.isDamaged = false
            }
            return state.inForce.set
        }
        // The core tells sets apart as objects, so the same set stays the same object.
        let isSame = before.digest == loaded.set.digest && before.name == loaded.set.name
        let set = isSame ? before : loaded.set
        lanes.send(set, by: by, at: clock.now())
        report.text += "; \(set.name) decides from the next decision on"
    }

    private var inForceTopic: ModelsInForceTopic {
        let loaded = state.withLock { $0.inForce }
        return ModelsInForceTopic(
            name: loaded.set.name, digest: loaded.set.digest, source: loaded.place,
            changeable: isChangeable)
    }

    /// Compares the files of the set in force with their digests; what is wrong. Trading goes on with what is in memory.
    private func lookAtFiles() -> [String] {
        let loaded = state.withLock { $0.inForce }
        let problems = loaded.problems()
        let wasDamaged = state.withLock { state in
            defer { state.isDamaged = !problems.isEmpty }
            return state.isDamaged
        }
        let set = loaded.set
        if let first = problems.first {
            let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
            lanes.send(
                .models(.damaged(name: set.name, why: first + more)), at: clock.now())
        } else if wasDamaged {
            // It decides already: this takes the word of its damage back.
            lanes.send(set, by: "verify", at: clock.now())
        }
        return problems
    }

    /// Tells of damaged sets that do not decide.
    private func tellOfOthers(_ report: ModelsReport) {
        let digest = state.withLock { $0.inForce.set.digest }
        for set in report.sets where set.digest != digest {
            guard let problem = set.problems?.first else { continue }
            lanes.send(
                .notice(
                    Notice(
                        .models, .warning,
                        "model set \(set.name) \(set.digest.prefix(12)) is damaged: \(problem)")),
                at: clock.now())
        }
    }
}

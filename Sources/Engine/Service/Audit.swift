import Archive
import DecisionCore
import Journal
import Messages
import Models
import Trading

/// Re-runs a recorded run of the same build and compares what the core does with what it did.
package struct Audit: Sendable {
    package var run: Int64
    package var events = 0
    /// Events whose answer was recorded and compared.
    package var compared = 0
    /// The first difference, in words; `nil` when there is none.
    package var difference: String?
    /// Holes in the input log, in words; after the first nothing is compared, because it cannot be the same.
    package var gaps: [String] = []
    /// Whether the run said goodbye; if not, what came after its last record is lost without a trace.
    package var wasEnded = false
    package var factHash = ""
    package var stateHash = ""
    package var actionHash: UInt64 = 0

    /// Whether everything that was recorded came out the same.
    package var isEqual: Bool { difference == nil && gaps.isEmpty && compared > 0 }

    /// Audits `run`, or the last one, of the engine in `directory`.
    package init(directory: String, run wanted: Int64? = nil) throws(StartError) {
        do {
            let reader = try JournalReader(directory: directory)
            let runs = try reader.runs()
            guard
                let record = wanted.map({ number in runs.first { $0.run == number } }) ?? runs.last
            else {
                throw JournalError.failed("\(directory) has no such run; it has \(runs.count)")
            }
            run = record.run
            wasEnded = record.endTime != nil
            let state = try reader.state(atStartOf: record.run)
            let configuration: Configuration
            do throws(ConfigurationError) {
                configuration = try Configuration(recorded: record.description.configuration)
            } catch { throw StartError(error.description) }
            var models = AuditModels(configuration, directory: directory)
            var engine = Engine(
                configuration: try EngineRunner.core(
                    configuration, instruments: record.description.instruments,
                    models: try models.start()),
                recovered: record.run == 1 ? nil : state,
                startTime: record.description.startTime)
            var log = try InputLog(
                run: record.run, journal: reader,
                tape: TapeReader(directory: directory + "/tape", run: record.run))
            while let item = try log.next() {
                switch item {
                case .gap(let from, let to):
                    if gaps.count < 10 { gaps.append("events \(from) to \(to) are missing") }
                case .event(let event, let hash):
                    events += 1
                    guard gaps.isEmpty else { continue }
                    if case .models(.use(let digest, let name, _)) = event.body {
                        engine.provide(try models.set(digest: digest, name: name))
                    }
                    _ = engine.process(event)
                    guard let hash else { continue }
                    compared += 1
                    if hash != engine.actionHash, difference == nil {
                        difference =
                            "event \(event.sequence) at \(event.time.utcText): \(event.body.short)"
                    }
                }
                if difference != nil { break }
            }
            factHash = engine.factHash
            stateHash = engine.stateHash
            actionHash = engine.actionHash
        } catch let error as JournalError {
            throw StartError(error.text)
        } catch { throw StartError("\(error)") }
    }
}

/// The sets that a recorded run was decided by, each loaded once: the core tells sets apart as objects.
private struct AuditModels {
    private let configuration: Configuration
    private let finder: ModelFinder
    private var known: [ModelSet] = []

    init(_ configuration: Configuration, directory: String) {
        self.configuration = configuration
        finder = ModelFinder(
            configuration, registryFolder: StateDirectory.modelsPath(in: directory))
    }

    mutating func start() throws(StartError) -> ModelSet {
        guard let started = configuration.startedModels else {
            return try finder.start(configuration).set
        }
        return try set(digest: started.digest, name: started.name)
    }

    mutating func set(digest: String, name: String) throws(StartError) -> ModelSet {
        if let set = known.first(where: {
            $0.digest == digest && (!digest.isEmpty || $0.name == name)
        }) {
            return set
        }
        let set = try finder.set(digest: digest, name: name, configuration)
        known.append(set)
        return set
    }
}

extension Event.Body {
    /// What kind of event, for a difference's line.
    var short: String {
        switch self {
        case .market(let id, _): "market data of instrument \(id.index)"
        case .order(let report): "order report \(report.clientOrderID)"
        case .account: "account report"
        case .timer(let id): "timer \(id)"
        case .command(let envelope): "command \(envelope.command.name)"
        case .latch: "latch report"
        case .store: "store report"
        case .notice: "notice"
        case .models: "change of models"
        }
    }
}

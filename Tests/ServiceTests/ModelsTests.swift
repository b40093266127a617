import DecisionCore
import Dispatch
import Foundation
import Journal
import Messages
import ModelStore
import Models
import Synchronization
import TestSupport
import Testing
import Trading
import Wire

@testable import Service

extension TestDirectory {
    /// A set that wants a position at every decision; `entry` is the margin of its entry models.
    func modelSet(_ name: String, entry: String = "1.0") throws -> String {
        var set = SmallModelFolder(name: name)
        set.entryMargins = (entry, entry)
        try set.write(to: path + "/" + name, sha256: ModelFiles.sha256)
        return path + "/" + name
    }

    /// A registry with the sets of these names, in the engine's state directory.
    func registry(adding names: [String]) throws -> ModelRegistry {
        var registry = try ModelRegistry(folder: path + "/models")
        for name in names {
            _ = try registry.add(
                folder: try modelSet(name),
                RegistryOrder(by: "test", time: Timestamp(milliseconds: 1)))
        }
        return registry
    }

    func flip(_ file: String) throws {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: file))
    }
}

private func order(
    _ verb: ModelsVerb, _ set: String? = nil, id: String, path: String? = nil,
    name: String? = nil, notAfter: Int64? = nil
) -> ModelsRequest {
    ModelsRequest(
        verb: verb, set: set, path: path, note: "why", id: id, notAfter: notAfter, name: name)
}

extension RunningEngineTests {
    /// Whole engines whose models are changed while they trade.
    @Suite struct ModelChangeTests {
        private static func configuration(
            _ directory: TestDirectory
        ) throws -> Service.Configuration {
            var configuration = try TestEngine.configuration(directory, timeScale: 600)
            configuration.modelFile = nil
            return configuration
        }

        /// Waits until the engine shows that the set of this name decides.
        private static func shows(_ name: String, _ engine: TestEngine) throws -> Bool {
            try eventually {
                let shown = try engine.view().snapshot(of: [.models, .engine])
                return shown.models?.name == name && shown.engine?.modelSet == name
            }
        }

        @Test func `a set is added, promoted and rolled back over the socket without a restart`()
            throws
        {
            let directory = try TestDirectory()
            let engine = try TestEngine(try Self.configuration(directory))
            let client = try engine.control()
            #expect(try Self.shows("scorecard", engine))

            let path = try directory.modelSet("first")
            let added = try client.models(order(.add, id: "a1", path: path)).get()
            #expect(added.sets.map(\.state) == ["candidate"])
            #expect(added.text.hasSuffix("is a candidate"))
            #expect(try Self.shows("scorecard", engine))
            let digest = try #require(added.sets.first?.digest)
            let promoted = try client.models(
                order(.promote, String(digest.prefix(8)), id: "p1")
            ).get()
            #expect(promoted.sets.map(\.state) == ["production"])
            #expect(promoted.inForce?.name == "first" && promoted.inForce?.digest == digest)
            #expect(try Self.shows("first", engine))

            // The same order again does nothing again.
            let again = try client.models(order(.promote, "first", id: "p1")).get()
            #expect(again.repeated)
            let other = try client.models(order(.shadow, "first", id: "p1"))
            guard case .failure(let error) = other else {
                Issue.record("an id was taken for two orders")
                return
            }
            #expect(error.message.contains("used for another order"))

            let second = try directory.modelSet("second", entry: "0.5")
            _ = try client.models(order(.add, id: "a2", path: second)).get()
            _ = try client.models(order(.promote, "second", id: "p2")).get()
            #expect(try Self.shows("second", engine))
            let listed = try engine.view().models(ModelsRequest(verb: .list)).get()
            #expect(listed.sets.map(\.state) == ["retired", "production"])
            #expect(listed.inForce?.changeable == true)
            _ = try client.models(order(.rollback, id: "r1")).get()
            #expect(try Self.shows("first", engine))
            // The first promotion can be taken back too: what decided before decides again.
            _ = try client.models(order(.rollback, id: "r2")).get()
            #expect(try Self.shows("scorecard", engine))
            let none = try client.models(order(.rollback, id: "r3"))
            #expect(throws: WireError.self) { try none.get() }

            let shown = try client.models(ModelsRequest(verb: .show, set: "first")).get()
            #expect(
                shown.detail?.history.map(\.change)
                    == ["added", "production", "rolledBack"])
            let by = try #require(shown.detail?.history.first?.by)
            #expect(by.hasPrefix("uid \(getuid()) pid "))
            #expect(shown.detail?.files.count == 4 && shown.detail?.card == "# first\n")

            let end = engine.stop()
            #expect(end.isClean)
            let audit = try Audit(directory: directory.path)
            #expect(audit.isEqual, "\(audit)")
            #expect(audit.stateHash == end.outcome?.engine.stateHash)
        }

        @Test func `decisions before and after a promotion name their set, and the audit is equal`()
            throws
        {
            let directory = try TestDirectory()
            _ = try directory.registry(adding: ["eager", "other"])
            let engine = try TestEngine(try Self.configuration(directory))
            let client = try engine.control()
            func decisions(of name: String) throws -> Int {
                try JournalReader(directory: directory.path).decisions(limit: 500).count {
                    $0.value.models?.name == name
                }
            }
            #expect(try eventually { try decisions(of: "scorecard") > 0 })
            _ = try client.models(order(.promote, "eager", id: "p1")).get()
            #expect(try eventually { try decisions(of: "eager") > 0 })
            _ = try client.models(order(.promote, "other", id: "p2")).get()
            #expect(try eventually { try decisions(of: "other") > 0 })
            #expect(engine.log.has("model set other decides from the next candle on"))
            let end = engine.stop()
            #expect(end.isClean)
            #expect(end.outcome?.engine.models.set.name == "other")
            let names = try JournalReader(directory: directory.path).decisions(limit: 500)
                .reversed().compactMap { $0.value.models?.name }
            var order: [String] = []
            for name in names where order.last != name { order.append(name) }
            #expect(order == ["scorecard", "eager", "other"])
            let audit = try Audit(directory: directory.path)
            #expect(audit.isEqual, "\(audit)")
            #expect(audit.stateHash == end.outcome?.engine.stateHash)
            #expect(audit.factHash == end.outcome?.engine.factHash)
        }

        @Test
        func `what was promoted decides after a restart, and each run is audited with its own`()
            throws
        {
            let directory = try TestDirectory()
            _ = try directory.registry(adding: ["first", "second"])
            let configuration = try Self.configuration(directory)
            var engine: TestEngine? = try TestEngine(configuration)
            do {
                let running = try #require(engine)
                let client = try running.control()
                _ = try client.models(order(.promote, "first", id: "p1")).get()
                _ = try client.models(order(.promote, "second", id: "p2")).get()
                #expect(try Self.shows("second", running))
                #expect(running.stop().isClean)
            }
            engine = nil
            let again = try TestEngine(configuration)
            #expect(try Self.shows("second", again))
            _ = try again.control().models(order(.rollback, id: "r1")).get()
            #expect(try Self.shows("first", again))
            #expect(again.stop().isClean)
            for run: Int64 in [1, 2] {
                let audit = try Audit(directory: directory.path, run: run)
                #expect(audit.isEqual, "\(audit)")
            }
        }

        @Test func `a changed byte is alarmed, not promoted, and trading goes on with what was`()
            throws
        {
            let directory = try TestDirectory()
            var registry = try directory.registry(adding: ["good", "bad"])
            let (good, bad) = (try registry.find("good"), try registry.find("bad"))
            try registry.promote(
                good, RegistryOrder(by: "test", time: Timestamp(milliseconds: 2)))
            var configuration = try Self.configuration(directory)
            configuration.modelSource = .registry
            let engine = try TestEngine(configuration)
            let client = try engine.control()
            #expect(try Self.shows("good", engine))
            let clean = try client.models(ModelsRequest(verb: .verify)).get()
            #expect(!clean.hasProblems && clean.inForce?.problems == [])

            try directory.flip(registry.path(of: bad) + "/entry.json")
            let refused = try client.models(order(.promote, "bad", id: "p1"))
            guard case .failure(let error) = refused else {
                Issue.record("a damaged set was promoted")
                return
            }
            #expect(error.code == .modelsRefused && error.message.contains("SHA-256 differs"))
            #expect(eventually { engine.log.has("[alarm] model set bad is damaged") })

            // The set in force is in memory: it decides on, and everybody is told.
            let file = registry.path(of: good) + "/exit.json"
            try directory.flip(file)
            let report = try client.models(ModelsRequest(verb: .verify)).get()
            #expect(report.sets.map { $0.problems?.count } == [1, 1])
            #expect(report.inForce?.problems == ["\(file) was changed (its SHA-256 differs)"])
            #expect(eventually { engine.log.has("[alarm] model set good is damaged") })
            let problem = try eventually {
                try engine.view().snapshot(of: [.models]).models?.problem?.contains("exit.json")
                    == true
            }
            #expect(problem)
            #expect(try Self.shows("good", engine))
            // Whole again: the word of its damage is taken back.
            try directory.flip(file)
            _ = try client.models(ModelsRequest(verb: .verify)).get()
            let isTakenBack = try eventually {
                try engine.view().snapshot(of: [.models]).models.map { $0.problem == nil } ?? false
            }
            #expect(isTakenBack)
            try directory.flip(file)
            let end = engine.stop()
            #expect(end.isClean)

            #expect(throws: StartError.self) { try TestEngine(configuration) }
            try directory.flip(file)
            let audit = try Audit(directory: directory.path)
            #expect(audit.isEqual, "\(audit)")
        }

        @Test
        func `what only shows takes no orders, late ones are refused, and so are fixed models`()
            throws
        {
            let directory = try TestDirectory()
            _ = try directory.registry(adding: ["good"])
            let engine = try TestEngine(try TestEngine.configuration(directory))
            func code(_ client: SocketClient, _ request: ModelsRequest) throws -> WireErrorCode? {
                guard case .failure(let error) = try client.models(request) else { return nil }
                return error.code
            }
            let (view, control) = (try engine.view(), try engine.control())
            #expect(try code(view, ModelsRequest(verb: .list)) == nil)
            #expect(try code(view, ModelsRequest(verb: .show, set: "good")) == nil)
            #expect(try code(view, ModelsRequest(verb: .verify)) == .readOnly)
            for verb in [ModelsVerb.shadow, .promote, .rollback] {
                #expect(try code(view, order(verb, "good", id: "v1")) == .readOnly)
            }
            #expect(try code(control, order(.promote, "good", id: "c1", notAfter: 1)) == .expired)
            #expect(
                try code(control, ModelsRequest(verb: .promote, set: "good"))
                    == .invalidParameters)
            // The test's configuration names a scorecard's file.
            #expect(try code(control, order(.promote, "good", id: "c2")) == .modelsRefused)
            #expect(try code(control, order(.rollback, id: "c3")) == .modelsRefused)
            #expect(try code(control, order(.shadow, "good", id: "c4")) == nil)
            #expect(try code(control, ModelsRequest(verb: .show, set: "none")) == .modelsRefused)
            engine.stop()
        }
    }
}

struct ModelDeskTests {
    @Test func `the files of the set in force are looked at every day of engine time`() throws {
        let directory = try TestDirectory()
        var registry = try directory.registry(adding: ["good"])
        let good = try registry.find("good")
        try registry.promote(good, RegistryOrder(by: "test", time: Timestamp(milliseconds: 2)))
        var configuration = Service.Configuration()
        // Two seconds for a day.
        configuration.timeScale = 43_200
        let lanes = Lanes(instruments: 1)
        let desk = ModelDesk(
            configuration, folder: registry.folder,
            inForce: try ModelFinder(configuration, registryFolder: registry.folder)
                .start(configuration),
            lanes: lanes,
            clock: EngineClock(start: Timestamp(milliseconds: 0), scale: configuration.timeScale))
        let watch = desk.start()
        defer { watch.cancel() }
        let file = registry.path(of: good) + "/entry.json"
        var bodies: [Event.Body] = []
        func wait(for change: ModelChange) -> Bool {
            eventually {
                var batch = Lanes.Batch()
                lanes.take(into: &batch, urgentOnly: true)
                bodies += batch.bodies.map(\.body)
                return bodies.contains(.models(change))
            }
        }
        try directory.flip(file)
        let isAlarmed = wait(
            for: .damaged(name: "good", why: "\(file) was changed (its SHA-256 differs)"))
        #expect(isAlarmed)
        try directory.flip(file)
        let isTakenBack = wait(for: .use(digest: good.digest, name: "good", by: "verify"))
        #expect(isTakenBack)
        guard case .notice(let first)? = bodies.first else {
            Issue.record("the start is not told")
            return
        }
        #expect(first.text == "model set good \(good.digest.prefix(12)) decides, registry")
    }

    @Test func `in LIVE only a set that was in shadow is promoted, by the engine's name`() throws {
        let directory = try TestDirectory()
        let registry = try directory.registry(adding: ["good"])
        var configuration = Service.Configuration()
        configuration.mode = .live
        configuration.engineName = "btc-1"
        let desk = ModelDesk(
            configuration, folder: registry.folder,
            inForce: try ModelFinder(configuration, registryFolder: registry.folder)
                .start(configuration),
            lanes: Lanes(instruments: 1),
            clock: EngineClock(start: Timestamp(milliseconds: 0), scale: 1))
        func said(_ request: ModelsRequest) -> String {
            let text = Mutex("")
            let done = DispatchSemaphore(value: 0)
            desk.answer(request, by: .socket(uid: 1, pid: 2)) { result in
                switch result {
                case .success(let report): text.withLock { $0 = report.text }
                case .failure(let error): text.withLock { $0 = error.message }
                }
                done.signal()
            }
            done.wait()
            return text.withLock { $0 }
        }
        #expect(said(order(.promote, "good", id: "1")).contains("--name btc-1"))
        #expect(
            said(order(.promote, "good", id: "2", name: "btc-1")).contains(
                "must have been in shadow"))
        #expect(said(order(.shadow, "good", id: "3")).contains("is watched beside production"))
        #expect(said(order(.promote, "good", id: "4", name: "btc-2")).contains("--name btc-1"))
        #expect(said(order(.promote, "good", id: "5", name: "btc-1")).contains("is in production"))
        // The way back is never kept waiting.
        #expect(said(order(.rollback, id: "6")).contains("scorecard decides from the next"))
    }
}

struct ModelSourceTests {
    private func start(
        _ directory: TestDirectory, _ change: (inout Service.Configuration) -> Void
    ) throws -> LoadedModels {
        var configuration = Service.Configuration()
        change(&configuration)
        return try ModelFinder(configuration, registryFolder: directory.path + "/models")
            .start(configuration)
    }

    private func refusal(
        _ directory: TestDirectory, _ change: (inout Service.Configuration) -> Void
    ) -> String {
        do {
            _ = try start(directory, change)
            return ""
        } catch { return "\(error)" }
    }

    @Test func `models come from where the configuration says`() throws {
        let directory = try TestDirectory()
        #expect(try start(directory) { _ in }.source == .builtInScorecard)
        #expect(try start(directory) { $0.modelSource = .scorecard }.set.name == "scorecard")
        let demo = try start(directory) { $0.usualModels = "demo" }
        #expect(demo.source == .bundled("demo") && demo.problems() == [])
        let usual = try start(directory) { $0.profile = "learned" }
        #expect(usual.source == BundledModels.shipped.names.first.map { .bundled($0) })
        let other = try start(directory) { $0.profile = "optimised" }
        #expect(other.source == .builtInScorecard, "its bracket is not that of the built-in set")
        let path = try directory.modelSet("folder-set")
        let folder = try start(directory) { $0.modelSource = .folder(path) }
        #expect(folder.set.name == "folder-set" && folder.problems() == [])
        try directory.flip(path + "/entry.json")
        #expect(folder.problems() == ["\(path)/entry.json was changed (its SHA-256 differs)"])
        var registry = try directory.registry(adding: ["registered"])
        #expect(try start(directory) { _ in }.source == .builtInScorecard)
        try registry.promote(
            try registry.find("registered"),
            RegistryOrder(by: "test", time: Timestamp(milliseconds: 2)))
        #expect(try start(directory) { _ in }.set.name == "registered")
        #expect(try start(directory) { $0.modelSource = .registry }.set.name == "registered")
        #expect(try start(directory) { $0.modelSource = .scorecard }.set.name == "scorecard")
    }

    @Test func `what cannot be loaded is refused in one line`() throws {
        let directory = try TestDirectory()
        #expect(
            refusal(directory) { $0.modelSource = .registry }.hasPrefix(
                "models: no set is in production in \(directory.path)/models"))
        #expect(
            refusal(directory) { $0.modelSource = .folder("/nowhere") }
                == "models: /nowhere/set.json cannot be read")
        #expect(
            refusal(directory) { $0.modelSource = .bundled("none") }.contains(
                "no model set called 'none' is built in"))
        #expect(
            refusal(directory) { $0.modelFile = "/nowhere.json" }
                == "models: /nowhere.json cannot be read")
        try FileManager.default.createDirectory(
            atPath: directory.path + "/models", withIntermediateDirectories: true)
        try Data("x\n".utf8).write(
            to: URL(fileURLWithPath: directory.path + "/models/registry.jsonl"))
        for source in [nil, ModelSource.registry] {
            #expect(
                refusal(directory) { $0.modelSource = source }.contains("registry.jsonl:1: "))
        }
    }

    @Test(arguments: [
        ("[models]\nset = \"nothing-known\"", "models.set must be scorecard, registry"),
        ("[models]\nset = \"./here\"", "models.set must be an absolute path"),
        ("[models]\npolicy = \"drive\"", "models.policy cannot be drive"),
        ("[models]\npolicy = \"always\"", "models.policy must be one of: off, advise, veto"),
        ("[models]\nset = \"registry\"\nfile = \"x.json\"", "models.file is a scorecard"),
    ])
    func `a bad section about models is refused`(text: String, message: String) {
        do {
            _ = try Service.Configuration(text: text, name: "c.toml")
            Issue.record("it was taken")
        } catch { #expect("\(error)".contains(message), "\(error)") }
    }

    @Test func `the section about models arrives`() throws {
        let text = "[models]\nset = \"/sets/a\"\npolicy = \"advise\""
        let configuration = try Service.Configuration(text: text, name: "c.toml")
        #expect(configuration.modelSource == .folder("/sets/a"))
        #expect(configuration.modelPolicy == .advise)
        #expect(try Service.Configuration(text: "", name: "c.toml").modelSource == nil)
        let registry = try Service.Configuration(
            text: "[models]\nset = \"registry\"", name: "c.toml")
        #expect(registry.modelSource == .registry)
        #expect(try Service.Configuration(recorded: registry.text) == registry)
    }
}

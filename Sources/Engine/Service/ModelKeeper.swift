import Foundation
package import ModelStore
package import Models
package import Trading
package import Wire

/// Answers questions and carries out orders about the registry of one state directory, with an engine or without.
///
/// Who gives it orders holds the lock of the state directory.
package struct ModelKeeper: Sendable {
    /// What an order has come to.
    package struct Outcome: Sendable {
        package var report: ModelsReport
        /// What an engine is to do about it.
        package var effect: Effect
    }

    package enum Effect: Sendable {
        case nothing
        /// This set is in production from now on.
        case production(LoadedModels)
        /// Nothing is in production any more.
        case noProduction
    }

    /// Why an order was not carried out, or a question not answered.
    package struct Refusal: Error, Sendable {
        package var text: String
        /// The set whose files are not what they should be; `nil` when that is not the reason.
        package var damaged: String?
    }

    /// The registry's folder.
    package let folder: String
    private let finder: ModelFinder
    private let bundled: BundledModels

    package init(folder: String, policy: PolicyMode = .veto, bundled: BundledModels = .shipped) {
        var configuration = Configuration()
        configuration.modelPolicy = policy
        self.folder = folder
        self.bundled = bundled
        finder = ModelFinder(configuration, registryFolder: folder, bundled: bundled)
    }

    /// How a built-in set is named where a folder is meant.
    package static let bundledPrefix = "built-in:"

    /// - Parameters:
    ///   - by: who asks, in plain words.
    ///   - canEmpty: whether the first production set may be taken back too.
    package func answer(
        _ request: ModelsRequest, by: String, canEmpty: Bool, at wallTime: Timestamp
    ) throws(Refusal) -> Outcome {
        do {
            var registry = try ModelRegistry(folder: folder)
            let warning =
                registry.tornBytes == 0
                ? nil
                : "the registry's last line is incomplete (\(registry.tornBytes) bytes); it is left out, and cut off by the next change"
            if let id = request.id, request.verb.changes, let record = registry.record(ofOrder: id)
            {
                let isSame =
                    try request.verb.change == record.change
                    && (request.set.map { try registry.find($0).digest == record.digest } ?? true)
                guard isSame else {
                    throw Refusal(text: "the id \(id) was used for another order: take a new one")
                }
                var outcome = Outcome(
                    report: report(
                        request, "done before: \(record.change.rawValue) \(record.name)",
                        registry.set(digest: record.digest).map { [$0] } ?? []),
                    effect: .nothing)
                outcome.report.repeated = true
                return outcome
            }
            let order = RegistryOrder(
                by: by, note: request.note ?? "", id: request.id, time: wallTime)
            var outcome = try carryOut(request, order, canEmpty: canEmpty, &registry)
            outcome.report.warning = warning
            return outcome
        } catch let error as Refusal {
            throw error
        } catch let error as ModelStoreError {
            throw Refusal(text: error.text)
        } catch { throw Refusal(text: "\(error)") }
    }

    private func carryOut(
        _ request: ModelsRequest, _ order: RegistryOrder, canEmpty: Bool,
        _ registry: inout ModelRegistry
    ) throws -> Outcome {
        switch request.verb {
        case .list:
            return Outcome(
                report: report(
                    request, registry.sets.isEmpty ? "no model sets" : "", registry.sets),
                effect: .nothing)
        case .show:
            let set = try registry.find(request.set ?? "")
            var answer = report(request, "", [set])
            answer.detail = try detail(of: set, registry)
            return Outcome(report: answer, effect: .nothing)
        case .verify:
            let sets = try request.set.map { [try registry.find($0)] } ?? registry.sets
            var answer = report(request, "", sets)
            for (index, set) in sets.enumerated() {
                answer.sets[index].problems = registry.verify(set)
            }
            let damaged = answer.sets.count { !($0.problems ?? []).isEmpty }
            answer.text =
                "\(sets.count) model \(sets.count == 1 ? "set" : "sets") looked at, "
                + (damaged == 0 ? "none damaged" : "\(damaged) DAMAGED")
            return Outcome(report: answer, effect: .nothing)
        case .add: return try add(request, order, &registry)
        case .shadow:
            let set = try intact(registry.find(request.set ?? ""), registry)
            try registry.shadow(set, order)
            return done(request, "\(set.words) is watched beside production", set, registry)
        case .promote:
            let set = try registry.find(request.set ?? "")
            if registry.production?.digest == set.digest {
                return done(request, "\(set.words) is in production already", set, registry)
            }
            let loaded = try load(set, registry)
            let before = registry.production
            try registry.promote(set, order)
            var outcome = done(
                request,
                "\(set.words) is in production"
                    + (before.map { ", \($0.words) is retired" } ?? ""), set, registry)
            outcome.effect = .production(loaded)
            return outcome
        case .rollback: return try rollback(request, order, canEmpty: canEmpty, &registry)
        }
    }

    private func add(
        _ request: ModelsRequest, _ order: RegistryOrder, _ registry: inout ModelRegistry
    ) throws -> Outcome {
        let path = request.path ?? ""
        let set: RegisteredSet
        if path.hasPrefix(Self.bundledPrefix) {
            let name = String(path.dropFirst(Self.bundledPrefix.count))
            set = try registry.add(
                try bundled.files(named: name), others: bundled.others(named: name), order)
        } else {
            set = try registry.add(folder: path, order)
        }
        return done(request, "\(set.words) is a candidate", set, registry)
    }

    private func rollback(
        _ request: ModelsRequest, _ order: RegistryOrder, canEmpty: Bool,
        _ registry: inout ModelRegistry
    ) throws -> Outcome {
        guard let current = registry.production else {
            throw ModelStoreError("nothing is in production: there is nothing to roll back")
        }
        // What is to decide again must be whole before anything is written.
        let loaded = try registry.previousProduction.map { try load($0, registry) }
        guard let set = try registry.rollback(toNone: canEmpty, order), let loaded else {
            var outcome = done(
                request, "nothing is in production any more, \(current.words) is retired", current,
                registry)
            outcome.effect = .noProduction
            return outcome
        }
        var outcome = done(
            request, "\(set.words) is in production again, \(current.words) is retired", set,
            registry)
        outcome.effect = .production(loaded)
        return outcome
    }

    private func load(_ set: RegisteredSet, _ registry: ModelRegistry) throws -> LoadedModels {
        do throws(ModelStoreError) {
            return try finder.registered(set, registry)
        } catch { throw Refusal(text: error.text, damaged: set.name) }
    }

    private func intact(_ set: RegisteredSet, _ registry: ModelRegistry) throws -> RegisteredSet {
        _ = try load(set, registry)
        return set
    }

    private func done(
        _ request: ModelsRequest, _ text: String, _ set: RegisteredSet, _ registry: ModelRegistry
    ) -> Outcome {
        Outcome(
            report: report(request, text, registry.set(digest: set.digest).map { [$0] } ?? []),
            effect: .nothing)
    }

    // MARK: - Showing

    private func report(
        _ request: ModelsRequest, _ text: String, _ sets: [RegisteredSet]
    ) -> ModelsReport {
        ModelsReport(
            verb: request.verb, text: text,
            sets: sets.map {
                ModelSetTopic(
                    digest: $0.digest, name: $0.name, state: $0.state.rawValue,
                    addedAtWall: $0.addedTime, changedAtWall: $0.changedTime)
            })
    }

    private func detail(
        of set: RegisteredSet, _ registry: ModelRegistry
    ) throws -> ModelSetDetail {
        let files = try registry.load(set)
        let manifest = files.manifest
        return ModelSetDetail(
            folder: registry.path(of: set), note: manifest.note, schema: manifest.schema,
            parent: manifest.parent, trainedFrom: manifest.window.from,
            trainedTo: manifest.window.to, validatedFrom: manifest.window.validatedFrom,
            validatedTo: manifest.window.validatedTo,
            files: manifest.members.map {
                ModelFileTopic(
                    id: $0.id, kind: $0.kind.rawValue, role: $0.role.name, file: $0.file,
                    sha256: $0.sha256, weight: $0.weight)
            },
            history: registry.history(of: set).suffix(Self.maxHistory).map {
                ModelHistoryTopic(
                    atWall: $0.time, change: $0.change.rawValue, by: $0.by, note: $0.note)
            },
            card: card(in: registry.path(of: set)))
    }

    /// Lines of a set's history that are shown, and bytes of its card.
    private static let maxHistory = 200
    private static let maxCardBytes = 64 * 1024

    private func card(in path: String) -> String? {
        do throws(ModelStoreError) {
            let bytes = try ModelFiles.read("\(path)/card.md", limit: Self.maxCardBytes)
            return String(decoding: bytes, as: UTF8.self)
        } catch { return nil }
    }
}

extension ModelsVerb {
    /// What the registry records of such an order; `nil` for questions.
    fileprivate var change: RegistryRecord.Change? {
        switch self {
        case .list, .show, .verify: nil
        case .add: .added
        case .shadow: .shadow
        case .promote: .production
        case .rollback: .rolledBack
        }
    }
}

extension RegisteredSet {
    /// For people.
    var words: String { "\(name) \(digest.prefix(12))" }
}

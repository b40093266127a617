import Foundation
package import ModelStore
package import Models
import Risk

/// Where an engine's models come from, as `models.set` says it.
package enum ModelSource: Hashable, Sendable, Codable {
    /// The built-in scorecard.
    case scorecard
    /// A set that is part of the program, by its name.
    case bundled(String)
    /// The set in this folder.
    case folder(String)
    /// The set in production in the registry of the state directory.
    case registry

    /// What the word in a configuration means: a text with a slash is a folder.
    package init(_ text: String) {
        switch text {
        case "scorecard": self = .scorecard
        case "registry": self = .registry
        default: self = text.contains("/") ? .folder(text) : .bundled(text)
        }
    }
}

/// The set that an engine was started with; recorded with its run, so that an audit finds the same.
package struct StartedModels: Hashable, Sendable, Codable {
    package var name: String
    /// SHA-256 of its manifest, 64 hexadecimal digits; empty for a scorecard.
    package var digest: String
}

/// A set that was loaded, and where it came from.
package struct LoadedModels: Sendable {
    package enum Source: Hashable, Sendable {
        case builtInScorecard
        /// A scorecard's file and the SHA-256 that it had.
        case scorecardFile(String, sha256: String)
        case bundled(String)
        case folder(String)
        /// A folder of the registry.
        case registered(String)
    }

    package let set: ModelSet
    package let source: Source

    /// Where it came from, in plain words.
    package var place: String {
        switch source {
        case .builtInScorecard: "built in, not trained"
        case .scorecardFile(let path, _): "scorecard \(path)"
        case .bundled: "built in"
        case .folder(let path): "folder \(path)"
        case .registered: "registry"
        }
    }

    /// What is wrong with its files now; empty when nothing is, or when it has none.
    package func problems() -> [String] {
        switch source {
        case .builtInScorecard, .bundled: return []
        case .scorecardFile(let path, let sha256):
            do throws(ModelStoreError) {
                let bytes = try ModelFiles.read(path, limit: ModelSource.maxScorecardBytes)
                return ModelFiles.sha256(bytes) == sha256
                    ? [] : ["\(path) was changed (its SHA-256 differs)"]
            } catch { return [error.text] }
        case .folder(let path), .registered(let path):
            return ModelFiles.problems(inFolder: path, digest: set.digest)
        }
    }
}

extension ModelSource {
    static let maxScorecardBytes = 1 << 20
}

/// Finds the models that a configuration means.
package struct ModelFinder: Sendable {
    /// The registry's folder; `nil` where there is no state directory.
    package var registryFolder: String?
    package var bundled: BundledModels
    package var policy: PolicyMode

    package init(
        _ configuration: Configuration, registryFolder: String?,
        bundled: BundledModels = .shipped
    ) {
        self.registryFolder = registryFolder
        self.bundled = bundled
        policy = configuration.modelPolicy
    }

    /// The models at a start.
    ///
    /// - Throws: one plain line that names what cannot be loaded and says what to do.
    package func start(_ configuration: Configuration) throws(StartError) -> LoadedModels {
        do throws(ModelStoreError) {
            if let file = configuration.modelFile { return try scorecard(file: file) }
            switch configuration.modelSource {
            case .scorecard: return try scorecard()
            case .bundled(let name): return try built(in: name)
            case .folder(let path):
                return LoadedModels(
                    set: try ModelFiles(folder: path).makeSet(policy: policy),
                    source: .folder(path))
            case .registry:
                guard let production = try production() else {
                    throw ModelStoreError(
                        "no set is in production in \(registryFolder ?? "the registry"): narwhald models add and promote one, or choose another models.set"
                    )
                }
                return production
            case nil:
                if let production = try production() { return production }
                return try usual(configuration)
            }
        } catch { throw StartError("models: \(error.text)") }
    }

    /// What decides where nothing is configured and nothing is in production.
    package func usual(_ configuration: Configuration) throws(ModelStoreError) -> LoadedModels {
        if let name = configuration.usualModels { return try built(in: name) }
        guard configuration.profile == Profile.learned.name, let name = bundled.names.first else {
            return try scorecard()
        }
        return try built(in: name)
    }

    /// The set of this digest from the registry, the program, or the configured folder; a scorecard by its name.
    package func set(
        digest: String, name: String, _ configuration: Configuration
    ) throws(StartError) -> ModelSet {
        do throws(ModelStoreError) {
            if digest.isEmpty {
                let scorecard =
                    if let file = configuration.modelFile {
                        try scorecard(file: file)
                    } else { try scorecard() }
                if scorecard.set.name == name { return scorecard.set }
            } else if let set = try registry()?.set(digest: digest) {
                return try registered(set).set
            } else if case .folder(let path)? = configuration.modelSource {
                let files = try ModelFiles(folder: path)
                if files.digest == digest { return try files.makeSet(policy: policy) }
            }
            for built in bundled.names where !digest.isEmpty {
                let files = try bundled.files(named: built)
                if files.digest == digest { return try files.makeSet(policy: policy) }
            }
            throw ModelStoreError(
                "set \(name) \(digest.prefix(12)) is neither in \(registryFolder ?? "a registry") nor built in: add it again from where it came from"
            )
        } catch { throw StartError("models: \(error.text)") }
    }

    func registry() throws(ModelStoreError) -> ModelRegistry? {
        guard let registryFolder else { return nil }
        return try ModelRegistry(folder: registryFolder)
    }

    private func production() throws(ModelStoreError) -> LoadedModels? {
        guard let registry = try registry(), let set = registry.production else { return nil }
        return try registered(set, registry)
    }

    private func registered(_ set: RegisteredSet) throws(ModelStoreError) -> LoadedModels {
        guard let registry = try registry() else {
            throw ModelStoreError("there is no registry")
        }
        return try registered(set, registry)
    }

    func registered(
        _ set: RegisteredSet, _ registry: ModelRegistry
    ) throws(ModelStoreError) -> LoadedModels {
        LoadedModels(
            set: try registry.load(set).makeSet(policy: policy),
            source: .registered(registry.path(of: set)))
    }

    private func built(in name: String) throws(ModelStoreError) -> LoadedModels {
        LoadedModels(
            set: try bundled.files(named: name).makeSet(policy: policy), source: .bundled(name))
    }

    private func scorecard() throws(ModelStoreError) -> LoadedModels {
        LoadedModels(
            set: try Self.scorecard([UInt8](ModelSet.scorecardJSON.utf8), "the built-in scorecard"),
            source: .builtInScorecard)
    }

    private func scorecard(file: String) throws(ModelStoreError) -> LoadedModels {
        let bytes = try ModelFiles.read(file, limit: ModelSource.maxScorecardBytes)
        return LoadedModels(
            set: try Self.scorecard(bytes, file),
            source: .scorecardFile(file, sha256: ModelFiles.sha256(bytes)))
    }

    private static func scorecard(
        _ bytes: [UInt8], _ name: String
    ) throws(ModelStoreError) -> ModelSet {
        do throws(ModelError) {
            return try ModelSet(scorecard: bytes)
        } catch { throw ModelStoreError("\(name): \(error.text)") }
    }
}

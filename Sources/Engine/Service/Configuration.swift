import Foundation
import TOMLKit
package import Models
package import Trading

/// Why a configuration was refused: file, line where known, and what to do.
package struct ConfigurationError: Error, CustomStringConvertible, Sendable {
    package let description: String
}

/// How an engine is to be run, checked; made from one TOML file in which every unknown key is an error.
package struct Configuration: Hashable, Sendable, Codable {
    package var engineName = "narwhal"
    package var mode = Mode.paper
    package var symbols: [SymbolName] = [SymbolName("BTCUSDT")].compactMap { $0 }
    package var profile = "bracket"
    /// Decision candles before the first entry, for the demo's young market; `nil`: what the profile says.
    package var warmUpCandles: Int?
    /// Engine seconds per wall second.
    package var timeScale = 1.0
    /// `nil`: the default place for the engine's name.
    package var stateDirectory: String?
    package var maxTapeBytes: Int64 = 2048 << 20
    /// How Binance is reached; `nil`: the simulated exchange inside the engine's process.
    package var binance: BinanceSettings?
    package var venueSeed: UInt64 = 20_261_121
    package var venueLatency = Duration.milliseconds(40)
    package var startingBalance = Money(whole: 10_000)
    package var leverage = 3
    package var whaleThreshold = Money(whole: 100_000)
    /// A scorecard's file; `nil`: what `modelSource` says.
    package var modelFile: String?
    /// `nil`: the set in production in the registry, else the usual one.
    package var modelSource: ModelSource?
    /// The built-in set that decides while none is in production; `nil`: as the profile says. No key: for the demo, whose
    /// models can be changed while it runs.
    package var usualModels: String?
    /// How far the policy's word may go at most.
    package var modelPolicy = PolicyMode.veto
    /// Only in a recorded configuration: the set that the run was started with.
    package var startedModels: StartedModels?
    /// `nil`: `run` in the state directory.
    package var gatewayDirectory: String?
    package var isServiceAccess = false
    package var maxClients = 100

    package init() {}

    /// Reads and checks the file at `path`.
    /// - Throws: `ConfigurationError` naming the file, the line where it is known, and the allowed values.
    package init(path: String) throws(ConfigurationError) {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw ConfigurationError(
                description:
                    "\(path): cannot be read; name a readable TOML file with --config, or see: config --explain"
            )
        }
        try self.init(text: text, name: path)
    }

    /// Reads and checks `text`; `name` is what errors call it.
    package init(text: String, name: String) throws(ConfigurationError) {
        guard text.utf8.count <= 1 << 20 else {
            throw ConfigurationError(
                description: "\(name): larger than 1 MiB; this is not a configuration")
        }
        try Self.checkHeaders(text, name: name)
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw ConfigurationError(
                description: "\(name):\(error.source.begin.line): \(error.description)")
        } catch {
            throw ConfigurationError(description: "\(name): \(error)")
        }
        let reader = ConfigurationReader(
            name: name, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        var venue = VenueKeys()
        for (path, value) in try reader.flatten(table) {
            try apply(path, value, reader, &venue)
        }
        try checkMode(venue, reader)
        if modelFile != nil, let modelSource, modelSource != .scorecard {
            throw reader.refusal("models.file", "is a scorecard: it needs no models.set beside it")
        }
    }

    /// Refuses a table header that begins with no key, such as `[=]`: the TOML library ends the process there.
    ///
    /// - Source: toml++ `parse_table_header`, which calls `parse_key` without looking; found by fuzzing.
    private static func checkHeaders(_ text: String, name: String) throws(ConfigurationError) {
        for (index, line) in text.split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline
        )
        .enumerated() {
            var rest = line.unicodeScalars.drop { $0.properties.isWhitespace || $0 == "\u{FEFF}" }
            guard rest.first == "[" else { continue }
            rest = rest.dropFirst().drop { $0.properties.isWhitespace }
            if rest.first == "[" { rest = rest.dropFirst().drop { $0.properties.isWhitespace } }
            guard let first = rest.first else { continue }
            switch first {
            case "]", "\"", "'", "_", "-", "a"..."z", "A"..."Z", "0"..."9": continue
            default:
                throw ConfigurationError(
                    description: "\(name):\(index + 1): a section must be [name], such as [gateway]"
                )
            }
        }
    }

    private mutating func apply(
        _ path: String, _ value: any TOMLValueConvertible, _ reader: ConfigurationReader,
        _ venue: inout VenueKeys
    ) throws(ConfigurationError) {
        switch path {
        case "engine":
            let text = try reader.text(path, value)
            let allowed = text.utf8.allSatisfy {
                (97...122).contains($0) || (48...57).contains($0) || $0 == 45
            }
            guard allowed, (1...32).contains(text.utf8.count) else {
                throw reader.refusal(path, "must be 1 to 32 characters a-z 0-9 -")
            }
            engineName = text
        case "mode":
            // The words are those of the modes, in small letters.
            guard let chosen = Mode(rawValue: try reader.choice(path, value).uppercased()) else {
                preconditionFailure("mode allows a word that is no mode")
            }
            mode = chosen
        case "symbols":
            symbols = try reader.symbols(path, value)
        case "profile":
            profile = try reader.choice(path, value)
        case "timeScale":
            timeScale = try reader.number(path, value)
        case "state.directory":
            stateDirectory = try reader.absolutePath(path, value)
        case "state.maxTapeMegabytes":
            maxTapeBytes = try reader.integer(path, value) << 20
        case "venue.name":
            venue.isBinance = try reader.choice(path, value) == "binance"
        case "venue.rest":
            venue.rest = try reader.server(path, value, isStream: false)
        case "venue.stream":
            venue.stream = try reader.server(path, value, isStream: true)
        case "venue.keyFile":
            venue.keyFile = try reader.keyFile(path, value)
        case "venue.foreignOrders":
            venue.foreignOrders = ForeignOrderPolicy(rawValue: try reader.choice(path, value))
        case "venue.certificateAuthority":
            venue.certificateAuthority = try reader.absolutePath(path, value)
        case "venue.seed":
            venueSeed = UInt64(try reader.integer(path, value))
        case "venue.latencyMilliseconds":
            venueLatency = .milliseconds(try reader.integer(path, value))
        case "account.startingBalance":
            startingBalance = try reader.money(path, value)
        case "account.leverage":
            leverage = Int(try reader.integer(path, value))
        case "market.whaleThreshold":
            whaleThreshold = try reader.money(path, value)
        case "models.file":
            modelFile = try reader.text(path, value)
        case "models.set":
            modelSource = try reader.modelSource(path, value)
        case "models.policy":
            modelPolicy = try reader.policy(path, value)
        case "gateway.directory":
            gatewayDirectory = try reader.absolutePath(path, value)
        case "gateway.access":
            isServiceAccess = try reader.choice(path, value) == "service"
        case "gateway.maxClients":
            maxClients = Int(try reader.integer(path, value))
        default:
            let hint =
                ConfigurationKey.nearest(to: path).map { "; did you mean \($0)?" }
                ?? "; see: config --explain"
            throw reader.refusal(path, "is not a known key\(hint)")
        }
    }

    /// This configuration with the set that a run is started with.
    func recorded(startedWith set: ModelSet) -> Configuration {
        var configuration = self
        configuration.startedModels = StartedModels(name: set.name, digest: set.digest)
        return configuration
    }

    /// This configuration as JSON, as the journal keeps it with each run.
    package var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        } catch { preconditionFailure("a configuration of plain values can be encoded: \(error)") }
    }

    /// The configuration of a recorded run.
    package init(recorded text: String) throws(ConfigurationError) {
        do {
            self = try JSONDecoder().decode(Configuration.self, from: Data(text.utf8))
        } catch {
            throw ConfigurationError(
                description: "the recorded configuration cannot be read: \(error)")
        }
    }

    /// Every key with unit, range and default, as a commented file that is itself valid.
    package static var explanation: String {
        var text =
            "# narwhald configuration. Every key is optional; the values below are the defaults.\n"
        var section = ""
        for key in ConfigurationKey.all {
            let parts = key.path.split(separator: ".")
            if parts.count == 2, parts[0] != section {
                section = String(parts[0])
                text += "\n[\(section)]\n"
            }
            text += "# \(key.explanation)\n# \(key.unit)\(key.rangeText)\n"
            let isPlaceholder = if case .path = key.kind { true } else { false }
            let value: String
            switch key.kind {
            case .text, .choice, .path: value = "\"\(key.defaultText)\""
            case .symbols, .integer, .number, .money: value = key.defaultText
            }
            text += "\(isPlaceholder ? "# " : "")\(parts.last ?? "") = \(value)\n"
        }
        return text
    }
}

extension ConfigurationKey {
    /// The allowed values in words.
    var rangeText: String {
        switch kind {
        case .text, .symbols, .path: ""
        case .choice(let words): ": \(words.joined(separator: ", "))"
        case .integer(let range): ", \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): ", \(range.lowerBound) to \(range.upperBound)"
        case .money(let range): ", \(range.lowerBound) to \(range.upperBound)"
        }
    }
}

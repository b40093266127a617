import Text

/// What a configuration value may be.
enum ConfigurationKind: Sendable {
    case text
    /// One of these words.
    case choice([String])
    /// A list of symbols.
    case symbols
    case integer(ClosedRange<Int64>)
    case number(ClosedRange<Double>)
    /// An exact decimal, quoted or bare, at least and at most in whole quote units.
    case money(ClosedRange<Int64>)
    case path
}

/// One key of the configuration file: the single source for reading, checking and `config --explain`.
struct ConfigurationKey: Sendable {
    /// Dotted path, such as `venue.name`.
    let path: String
    let kind: ConfigurationKind
    let unit: String
    let defaultText: String
    let explanation: String

    static let all: [ConfigurationKey] = [
        ConfigurationKey(
            path: "engine", kind: .text, unit: "1 to 32 characters a-z 0-9 -",
            defaultText: "narwhal",
            explanation:
                "Name of this engine: on every screen, in the state directory's path, typed to arm it."
        ),
        ConfigurationKey(
            path: "mode", kind: .choice(["paper", "shadow", "testnet", "live"]), unit: "word",
            defaultText: "paper",
            explanation:
                "How real the orders are: paper simulates them, shadow only notes them, testnet and live send them. live also needs: run --live ENGINE_NAME."
        ),
        ConfigurationKey(
            path: "symbols", kind: .symbols, unit: "1 to 8 symbols", defaultText: "[\"BTCUSDT\"]",
            explanation: "What is traded, as the venue spells it."),
        ConfigurationKey(
            path: "profile", kind: .choice(["bracket", "learned", "guarded", "optimised"]),
            unit: "word",
            defaultText: "bracket",
            explanation: "The named bundle of decision interval, exit plan, limits and sizing."),
        ConfigurationKey(
            path: "timeScale", kind: .number(0.01...1_000), unit: "engine seconds per wall second",
            defaultText: "1",
            explanation:
                "Speed of the simulated exchange and of every engine duration; shown as x60 on the screen."
        ),
        ConfigurationKey(
            path: "state.directory", kind: .path, unit: "absolute path",
            defaultText: "$XDG_STATE_HOME/narwhal/ENGINE",
            explanation:
                "Where the journal, the tape, the latch file and the sockets live; one engine at a time."
        ),
        ConfigurationKey(
            path: "state.maxTapeMegabytes", kind: .integer(16...1_000_000), unit: "MB",
            defaultText: "2048",
            explanation:
                "Kept market tape; the oldest segments are removed beyond it, and the log says so."),
        ConfigurationKey(
            path: "venue.name", kind: .choice(["simulated", "binance"]), unit: "word",
            defaultText: "simulated",
            explanation:
                "Whose market it is: the simulated exchange inside the engine's process, or Binance USDT-M futures."
        ),
        ConfigurationKey(
            path: "venue.rest", kind: .path,
            unit: "https://HOST[:PORT], or http:// to this machine",
            defaultText: "https://demo-fapi.binance.com",
            explanation: "Binance: where requests go. Needed, and there is no default."),
        ConfigurationKey(
            path: "venue.stream", kind: .path, unit: "wss://HOST[:PORT], or ws:// to this machine",
            defaultText: "wss://demo-fstream.binance.com",
            explanation:
                "Binance: where streams come from, of the same kind (live, test) as venue.rest. Needed, and there is no default."
        ),
        ConfigurationKey(
            path: "venue.keyFile", kind: .path,
            unit: "absolute path, or credential:NAME in $CREDENTIALS_DIRECTORY",
            defaultText: "/etc/narwhal/ENGINE.key",
            explanation:
                "Binance: file of mode 0400 with {\"apiKey\": \"...\", \"secret\": \"...\"}. Needed by testnet and live; paper and shadow only read with it."
        ),
        ConfigurationKey(
            path: "venue.foreignOrders", kind: .choice(["observe", "protect", "manage"]),
            unit: "word", defaultText: "protect",
            explanation:
                "Binance: what is done about positions and orders that are not the engine's: shown, given a stop, or treated as its own."
        ),
        ConfigurationKey(
            path: "venue.certificateAuthority", kind: .path, unit: "absolute path of a PEM file",
            defaultText: "the system's authorities alone",
            explanation: "Binance: authorities to believe besides the system's."),
        ConfigurationKey(
            path: "venue.seed", kind: .integer(0...Int64.max), unit: "number",
            defaultText: "20261121",
            explanation:
                "Seed of the simulated exchange's people; the same seed is the same market."),
        ConfigurationKey(
            path: "venue.latencyMilliseconds", kind: .integer(0...10_000),
            unit: "ms of engine time",
            defaultText: "40",
            explanation: "One way between the engine and the simulated exchange."),
        ConfigurationKey(
            path: "account.startingBalance", kind: .money(10...1_000_000_000),
            unit: "quote currency",
            defaultText: "10000",
            explanation:
                "Paper money of a fresh state directory; a restart keeps what the journal knows."),
        ConfigurationKey(
            path: "account.leverage", kind: .integer(1...5), unit: "times", defaultText: "3",
            explanation: "Isolated leverage; the ceiling of 5 is compiled in."),
        ConfigurationKey(
            path: "market.whaleThreshold", kind: .money(1_000...100_000_000),
            unit: "quote currency",
            defaultText: "100000",
            explanation: "A taker order of at least this notional is a whale."),
        ConfigurationKey(
            path: "models.set", kind: .path,
            unit: "scorecard, registry, the name of a built-in set, or an absolute path",
            defaultText: "registry",
            explanation:
                "Which models decide: the set in production in STATE/models (registry), the set in a folder, a built-in set, or the scorecard. When absent: the set in production if there is one, else the built-in trained set under profile learned and the scorecard under every other; a trained set decides only under a profile with the stop, target and holding time that its models were asked about. Only with registry, or when absent, orders can change it while the engine runs."
        ),
        ConfigurationKey(
            path: "models.file", kind: .path, unit: "path", defaultText: "the built-in scorecard",
            explanation:
                "Scorecard weights; not trained, and called scorecard wherever it is shown."),
        ConfigurationKey(
            path: "models.policy", kind: .choice(["off", "advise", "veto"]), unit: "word",
            defaultText: "veto",
            explanation:
                "How far the policy's word goes at most: left out, shown and recorded, or able to turn an entry into a hold; never further than its set says."
        ),
        ConfigurationKey(
            path: "gateway.directory", kind: .path, unit: "absolute path", defaultText: "STATE/run",
            explanation:
                "Where view.sock and control.sock are bound; with the names at most 107 bytes."),
        ConfigurationKey(
            path: "gateway.access", kind: .choice(["user", "service"]), unit: "word",
            defaultText: "user",
            explanation:
                "user: this user only; service: groups narwhal (view) and narwhal-control (command)."
        ),
        ConfigurationKey(
            path: "gateway.maxClients", kind: .integer(1...1_000), unit: "connections",
            defaultText: "100",
            explanation: "Connections served at once; more are refused with an error."),
    ]

    /// The key whose path is nearest to a mistyped one, within two edits or a common last part.
    static func nearest(to path: String) -> String? {
        var best: (path: String, distance: Int)?
        for key in all {
            let distance = path.lowercased().editDistance(to: key.path.lowercased())
            if distance < best?.distance ?? 4 { best = (key.path, distance) }
        }
        return best?.path
    }
}

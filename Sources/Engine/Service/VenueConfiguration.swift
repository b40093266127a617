package import BinanceVenue
package import Trading
package import Transport

/// How Binance is reached, checked.
package struct BinanceSettings: Hashable, Sendable, Codable {
    /// Scheme, host and port.
    package var rest: String
    package var stream: String
    /// As written; never its content.
    package var keyFile: String?
    package var foreignOrders: ForeignOrderPolicy
    /// Path of a PEM file of authorities to believe besides the system's.
    package var certificateAuthority: String?

    /// `rest` and `stream` as `ServerURL` reads them; a `keyFile` of `nil` reads public data only.
    package init(
        rest: String, stream: String, keyFile: String?,
        foreignOrders: ForeignOrderPolicy = .protect, certificateAuthority: String? = nil
    ) {
        self.rest = rest
        self.stream = stream
        self.keyFile = keyFile
        self.foreignOrders = foreignOrders
        self.certificateAuthority = certificateAuthority
    }

    package func restURL() throws(ConfigurationError) -> ServerURL {
        do throws(ServerURL.ParseError) {
            return try ServerURL(http: rest)
        } catch { throw ConfigurationError(description: "venue.rest is no address: \(error)") }
    }

    package func streamURL() throws(ConfigurationError) -> ServerURL {
        do throws(ServerURL.ParseError) {
            return try ServerURL(webSocket: stream)
        } catch { throw ConfigurationError(description: "venue.stream is no address: \(error)") }
    }

    /// Reads the key file; `nil` when none is configured.
    package func credentials(
        environment: [String: String]
    ) throws(ConfigurationError) -> Credentials? {
        guard let keyFile else { return nil }
        guard let place = KeyFile.Place(keyFile) else {
            throw ConfigurationError(
                description: "venue.keyFile must be an absolute path, or credential:NAME")
        }
        do throws(KeyFileError) {
            return try KeyFile(place, environment: environment).credentials()
        } catch { throw ConfigurationError(description: error.description) }
    }
}

/// What the section `[venue]` said, before it is known whether it belongs together.
struct VenueKeys {
    var isBinance = false
    var rest: ServerURL?
    var stream: ServerURL?
    var keyFile: String?
    var foreignOrders: ForeignOrderPolicy?
    var certificateAuthority: String?
}

extension Configuration {
    /// Refuses settings that contradict each other, in one plain line, and keeps those of Binance.
    mutating func checkMode(
        _ venue: VenueKeys, _ reader: ConfigurationReader
    ) throws(ConfigurationError) {
        let word = mode.rawValue.lowercased()
        if mode == .live, modelSource == .bundled("demo") {
            throw reader.refusal(
                "models.set", "is demo: its entries were set by hand, never for money")
        }
        guard venue.isBinance else {
            guard mode == .paper else {
                throw reader.refusal(
                    "mode", "is \(word), which needs [venue] name = \"binance\"")
            }
            // The default policy is no contradiction: `config --explain` writes it.
            let hasPolicy = venue.foreignOrders != nil && venue.foreignOrders != .protect
            let strays: [(String, Bool)] = [
                ("venue.rest", venue.rest != nil), ("venue.stream", venue.stream != nil),
                ("venue.keyFile", venue.keyFile != nil), ("venue.foreignOrders", hasPolicy),
                ("venue.certificateAuthority", venue.certificateAuthority != nil),
            ]
            for (path, isThere) in strays where isThere {
                throw reader.refusal(
                    path, "has no meaning for the simulated exchange; set venue.name = \"binance\"")
            }
            return
        }
        guard let rest = venue.rest else {
            throw reader.refusal("venue.name", "is binance, which needs venue.rest")
        }
        guard let stream = venue.stream else {
            throw reader.refusal("venue.name", "is binance, which needs venue.stream")
        }
        try checkHosts(rest, stream, reader)
        let sendsOrders = mode == .testnet || mode == .live
        guard !sendsOrders || venue.keyFile != nil else {
            throw reader.refusal("mode", "is \(word), which needs venue.keyFile")
        }
        guard VenueHost(rest) != .unknown || venue.keyFile == nil else {
            throw reader.refusal(
                "venue.keyFile",
                "must not be used with \(rest.host): it is \(VenueHost.unknown.words)")
        }
        let isLocal = rest.isLoopback && stream.isLoopback
        guard timeScale == 1 || isLocal else {
            throw reader.refusal(
                "timeScale", "must be 1: only an exchange on this machine can run at another speed")
        }
        binance = BinanceSettings(
            rest: rest.description, stream: stream.description, keyFile: venue.keyFile,
            foreignOrders: venue.foreignOrders ?? .protect,
            certificateAuthority: venue.certificateAuthority)
    }

    private func checkHosts(
        _ rest: ServerURL, _ stream: ServerURL, _ reader: ConfigurationReader
    ) throws(ConfigurationError) {
        let kind = VenueHost(rest)
        guard VenueHost(stream) == kind else {
            throw reader.refusal(
                "venue.stream",
                "is \(VenueHost(stream).words), but venue.rest is \(kind.words); both must be the same"
            )
        }
        switch (mode, kind) {
        case (.live, .live), (.testnet, .test), (.testnet, .thisMachine): return
        case (.live, _):
            throw reader.refusal("venue.rest", "is \(kind.words), but mode is live")
        case (.testnet, _):
            throw reader.refusal("venue.rest", "is \(kind.words), but mode is testnet")
        case (.paper, _), (.shadow, _), (.replay, _): return
        }
    }

    /// Why this configuration may not be run with, or without, `--live name`; `nil` when it may.
    ///
    /// Real money is traded only when both the file and the command line say so.
    package func refusal(liveName name: String?) -> String? {
        if mode == .live {
            guard let name else {
                return
                    "mode is live: real money. Say it again on the command line: run --live \(engineName)"
            }
            guard name == engineName else {
                return "--live \(name) does not name this engine, which is \(engineName)"
            }
            return nil
        }
        guard name == nil else {
            return
                "--live was given, but mode is \(mode.rawValue.lowercased()); set mode = \"live\", or leave it out"
        }
        return nil
    }
}

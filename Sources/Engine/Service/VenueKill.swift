package import BinanceVenue
import Foundation
import Journal
import Trading

/// `narwhald kill --direct`: the configured account flattened at the venue, whether an engine runs or not.
package struct VenueKill: Sendable {
    package var configuration: Configuration
    /// Whether every symbol of the account is meant.
    package var isWholeAccount = false
    package var isDryRun = false
    package var environment: [String: String]
    /// Told of each step when it is reached.
    package var onRung: @Sendable (DirectKill.Rung) -> Void = { _ in }

    package init(_ configuration: Configuration, environment: [String: String]) {
        self.configuration = configuration
        self.environment = environment
    }

    /// Latches the engine's state directory, then closes everything at the venue.
    ///
    /// The latch comes before the keys are even read: it also makes an engine that runs flatten by itself.
    /// - Throws: When there is nothing at a venue, or the venue cannot be asked at all.
    package func run() async throws(ConfigurationError) -> DirectKill.Report {
        guard let settings = configuration.binance else {
            throw ConfigurationError(
                description:
                    "venue.name is simulated: that exchange lives inside the engine; use narwhal kill --yes"
            )
        }
        switch configuration.mode {
        case .testnet, .live: break
        case .paper, .shadow, .replay:
            throw ConfigurationError(
                description:
                    "mode is \(configuration.mode.rawValue.lowercased()): nothing is held at the venue; use narwhal kill --yes"
            )
        }
        let latchProblem = isDryRun ? nil : writeLatch()
        let client = try VenueClient(settings, environment: environment)
        var kill = DirectKill(
            rest: client.rest, symbols: configuration.symbols, now: client.now,
            latch: { latchProblem },
            wait: { duration in
                do {
                    try await Task.sleep(nanoseconds: UInt64(max(0, duration.nanoseconds)))
                } catch { return }  // Canceled: then there is no reason to wait.
            })
        kill.isWholeAccount = isWholeAccount
        kill.isDryRun = isDryRun
        kill.onRung = onRung
        if let directory = stateDirectory {
            kill.contracts = ContractCache(directory: directory, venue: client.venue).load().book
        }
        let report = await kill.run()
        client.stop()
        return report
    }

    private var stateDirectory: String? {
        if let directory = configuration.stateDirectory { return directory }
        do throws(JournalError) {
            return try StateDirectory.path(
                engine: configuration.engineName, environment: environment)
        } catch { return nil }
    }

    /// Makes the latch file, and its directory for an engine that never ran; answers why it could not.
    private func writeLatch() -> String? {
        guard let directory = stateDirectory else {
            return "the latch is not written: no state directory is known"
        }
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            return "the latch is not written: \(directory) cannot be made"
        }
        do throws(JournalError) {
            try LatchFile.set(
                in: directory,
                text: "Killed at the venue, without the engine. Release it with: narwhal arm NAME")
            return nil
        } catch { return "the latch is not written: \(error.text)" }
    }
}

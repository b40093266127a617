package import BinanceVenue
package import Trading
import Transport

/// A client of the configured venue for commands that run without an engine.
package final class VenueClient: Sendable {
    package let rest: BinanceREST
    /// Scheme, host and port.
    package let venue: String
    package let hasKey: Bool
    /// Wall time that does not jump.
    package let now: @Sendable () -> Timestamp
    private let thread: TransportThread

    /// - Throws: When the addresses, the authorities or the key file cannot be used.
    package init(
        _ settings: BinanceSettings, environment: [String: String]
    ) throws(ConfigurationError) {
        let url = try settings.restURL()
        let credentials = try settings.credentials(environment: environment)
        let trust: TLSTrust
        do throws(TLSTrust.LoadError) {
            trust = try TLSTrust(extraAuthorities: settings.certificateAuthority)
        } catch {
            throw ConfigurationError(
                description: "venue.certificateAuthority: \(error.description)")
        }
        let clock = EngineClock(start: EngineClock.wall(), scale: 1)
        now = { clock.now() }
        venue = url.description
        hasKey = credentials != nil
        thread = TransportThread()
        rest = BinanceREST(
            base: url, trust: trust, credentials: credentials, budget: VenueBudget(now: now),
            on: thread, now: now)
    }

    /// Ends its connections; answers what went wrong. Must not be called on its own thread.
    @discardableResult
    package func stop() -> String? {
        rest.stop()
        do throws(TransportThread.StopError) {
            try thread.stop()
            return nil
        } catch { return error.description }
    }
}

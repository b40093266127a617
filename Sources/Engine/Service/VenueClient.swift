package import BinanceVenue
package import Trading
import Transport

/// A client of the configured venue for what is asked without a session: by commands that run without an engine, and
/// before an engine starts.
package final class VenueClient: Sendable {
    package let rest: BinanceREST
    let base: ServerURL
    let trust: TLSTrust
    let credentials: Credentials?
    let budget: VenueBudget
    /// Scheme, host and port.
    package var venue: String { base.description }
    package var hasKey: Bool { credentials != nil }
    /// Wall time that does not jump.
    package let now: @Sendable () -> Timestamp
    private let thread: TransportThread

    /// - Throws: When the addresses, the authorities or the key file cannot be used.
    package init(
        _ settings: BinanceSettings, environment: [String: String]
    ) throws(ConfigurationError) {
        base = try settings.restURL()
        credentials = try settings.credentials(environment: environment)
        do throws(TLSTrust.LoadError) {
            trust = try TLSTrust(extraAuthorities: settings.certificateAuthority)
        } catch {
            throw ConfigurationError(
                description: "venue.certificateAuthority: \(error.description)")
        }
        let clock = EngineClock(start: EngineClock.wall(), scale: 1)
        now = { clock.now() }
        thread = TransportThread()
        budget = VenueBudget(now: now)
        rest = BinanceREST(
            base: base, trust: trust, credentials: credentials, budget: budget, on: thread,
            now: now)
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

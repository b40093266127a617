import CMath
import Matching
import Trading

/// What the instrument is worth, which nobody sees directly: a random walk with phases of drift and of return to an
/// anchor, regimes of volatility, and a weak pull to where it began, so that it stays in sight for weeks.
struct LatentValue: Hashable, Sendable {
    enum Phase: Hashable, Sendable {
        case momentum(perMinute: Double)
        case meanReverting(anchor: Double)
    }

    private let start: Double
    private let configuration: PopulationConfiguration
    /// Logarithm of the value over the start price.
    private(set) var log = 0.0
    private(set) var phase = Phase.meanReverting(anchor: 0)
    /// One-minute volatility, as a fraction.
    private(set) var volatility: Double
    private var phaseEnd: Timestamp
    private var regimeEnd: Timestamp

    init(start: Price, at time: Timestamp, configuration: PopulationConfiguration) {
        self.start = start.double
        self.configuration = configuration
        volatility = configuration.normalVolatility
        phaseEnd = time
        regimeEnd = time + .minutes(10)
    }

    /// Jumps by `fraction`, above −1.
    mutating func shock(by fraction: Double) {
        let jump = narwhal_log(max(0.01, 1 + fraction))
        log += jump
        if case .meanReverting(let anchor) = phase { phase = .meanReverting(anchor: anchor + jump) }
    }

    var price: Double { start * narwhal_exp(log) }

    /// How busy people are: 1 in the normal regime.
    var activity: Double { min(2.5, max(0.5, volatility / configuration.normalVolatility)) }

    /// −1...1: which way informed people lean.
    var lean: Double {
        switch phase {
        case .momentum(let drift): max(-1, min(1, drift / configuration.drift.upperBound * 1.3))
        case .meanReverting(let anchor): max(-0.6, min(0.6, (anchor - log) * 200))
        }
    }

    /// Where the value stands during the warm-up: on a wave that ends at the start price. `progress` in 0...1.
    mutating func follow(waveOf amplitude: Double, progress: Double) {
        log = amplitude * narwhal_sin(3 * Double.pi * progress) * (1 - 0.5 * progress)
    }

    /// One second: phases and regimes end, the value moves, and follows a little of what the market pays (`mid`).
    mutating func step(at time: Timestamp, mid: Double?, _ random: inout SplitMix64) {
        if time >= phaseEnd { changePhase(at: time, &random) }
        if time >= regimeEnd { changeRegime(at: time, &random) }
        switch phase {
        case .momentum(let drift): log += drift / 60
        case .meanReverting(let anchor): log += (anchor - log) * 0.0015
        }
        // 1 / √60 of a minute's volatility.
        log += volatility * 0.129_099_444_873_580_57 * random.normal()
        // Half of a distance from the start is gone after about two days.
        log -= log * 0.000_004
        if let mid { log += 0.01 * (narwhal_log(mid / start) - log) }
        log = max(-0.5, min(0.5, log))
    }

    private mutating func changePhase(at time: Timestamp, _ random: inout SplitMix64) {
        let minutes = random.uniform(configuration.phaseMinutes)
        phaseEnd = time + .milliseconds(Int64(minutes * 60_000))
        if random.chance(0.6) {
            let size = random.uniform(configuration.drift)
            // Far from the start a phase leads back more often than away.
            let up = random.chance(0.5 - max(-0.4, min(0.4, log * 10)))
            phase = .momentum(perMinute: up ? size : -size)
        } else {
            phase = .meanReverting(anchor: log + 0.0015 * random.normal())
        }
    }

    private mutating func changeRegime(at time: Timestamp, _ random: inout SplitMix64) {
        let minutes = random.uniform(configuration.regimeMinutes)
        regimeEnd = time + .milliseconds(Int64(minutes * 60_000))
        let draw = random.unit()
        volatility =
            draw < 0.25
            ? configuration.calmVolatility
            : draw < 0.8 ? configuration.normalVolatility : configuration.wildVolatility
    }
}

package import DecisionCore
import Foundation
import Gateway
import Journal
import Market
import Matching
import Messages
package import Models
import Population
import Risk
package import Trading

extension EngineRunner {
    /// What the core is told at its start; the same for a run and for its audit.
    package static func core(
        _ configuration: Configuration, instruments: [Instrument], models: ModelSet
    ) throws(StartError) -> EngineConfiguration {
        var core = EngineConfiguration(
            engineName: configuration.engineName, mode: configuration.mode,
            instruments: instruments,
            profile: try profile(configuration), modelSet: models,
            market: market(configuration),
            startingBalance: configuration.startingBalance, runTag: configuration.engineName)
        core.profile.leverage = configuration.leverage
        if let binance = configuration.binance { core.foreignOrders = binance.foreignOrders }
        if let problem = core.problem {
            throw StartError("the configuration cannot be used: \(problem)")
        }
        return core
    }

    static func profile(_ configuration: Configuration) throws(StartError) -> Profile {
        guard var profile = Profile.named(configuration.profile) else {
            throw StartError("profile \(configuration.profile) does not exist")
        }
        if let candles = configuration.warmUpCandles { profile.warmUpCandles = candles }
        return profile
    }

    static func stateDirectory(_ configuration: Configuration) throws(StartError) -> StateDirectory
    {
        do throws(JournalError) {
            if let path = configuration.stateDirectory { return try StateDirectory(path: path) }
            let path = try StateDirectory.path(
                engine: configuration.engineName, environment: ProcessInfo.processInfo.environment)
            return try StateDirectory(path: path)
        } catch { throw StartError(error.text) }
    }

    static func market(_ configuration: Configuration) -> MarketConfiguration {
        var market = MarketConfiguration()
        market.whaleThreshold = configuration.whaleThreshold
        return market
    }

    static func gatewayConfiguration(
        _ configuration: Configuration, folder: String, host: String, build: String
    ) -> GatewayConfiguration {
        var limits = GatewayLimits()
        limits.viewClients = configuration.maxClients
        return GatewayConfiguration(
            folder: folder,
            access: configuration.isServiceAccess
                ? .service(viewGroup: "narwhal", controlGroup: "narwhal-control") : .user,
            limits: limits, engineName: configuration.engineName, host: host,
            mode: configuration.mode, build: build,
            timeScale: configuration.timeScale)
    }

    /// Our account on paper as it was left, and the last price of each instrument.
    static func paperRecord(
        _ configuration: Configuration, _ needs: VenueNeeds
    ) throws(StartError) -> (record: PaperRecord, prices: [Price]) {
        var record = freshRecord(configuration, needs.instruments)
        var prices = needs.instruments.map { SimulatedMarket.startPrice(of: $0.symbol) }
        guard needs.recovery.lastRun > 0 else { return (record, prices) }
        do throws(JournalError) {
            let reader = try JournalReader(directory: needs.directory)
            for entry in try reader.venueHistory() {
                switch entry {
                case .sent(let request): record.apply(request)
                case .order(let report): record.apply(report)
                case .account(let report): record.apply(report)
                }
            }
            for decision in try reader.decisions(limit: 200).reversed() {
                guard let price = decision.value.markPrice else { continue }
                let place = Int(decision.value.instrument.index)
                if place < prices.count { prices[place] = price }
            }
        } catch { throw StartError(error.text) }
        return (record, prices)
    }

    /// The market of `configuration` around the account of `record`.
    static func simulatedMarket(
        _ configuration: Configuration, record: PaperRecord, run: UInt64, prices: [Price],
        start: Timestamp
    ) -> SimulatedMarket {
        var population = PopulationConfiguration()
        population.startingBalance = configuration.startingBalance
        population.leverage = configuration.leverage
        population.exchange.latency = configuration.venueLatency
        return SimulatedMarket(
            restoring: record, seed: configuration.venueSeed, run: run, lastPrices: prices,
            startTime: start,
            configuration: population)
    }

    /// An account nobody has traded on.
    static func freshRecord(_ configuration: Configuration, _ instruments: [Instrument])
        -> PaperRecord
    {
        PaperRecord(
            startingBalance: configuration.startingBalance, leverage: configuration.leverage,
            instruments: instruments)
    }
}

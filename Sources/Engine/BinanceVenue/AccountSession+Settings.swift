import BinanceFormat
import Messages
import Text
import Trading
import Transport

/// The account's modes and each contract's margin type and leverage, as last seen.
struct SettingsWatch: Sendable {
    var account: AccountConfiguration?
    /// By the place of the contract; `nil` before they were read.
    var leverages: [Int?]
    var marginTypes: [VenueWord<MarginType>?]
    /// What the engine was told last; `nil` before the first word.
    var told: [UnsafeSetting]?
    var isAsking = 0
    /// Attempts that failed before the first success.
    var failures = 0
    /// The attempt of the start to set what is not as it must be.
    var didTrySetting = false

    private let contracts: [BinanceAccountConfiguration.Contract]

    init(_ contracts: [BinanceAccountConfiguration.Contract]) {
        self.contracts = contracts
        leverages = contracts.map { _ in nil }
        marginTypes = contracts.map { _ in nil }
    }

    /// Whether the account may be told: the settings were read, or cannot be.
    var isKnown: Bool { isRead || failures >= 3 }

    var isRead: Bool { account != nil && leverages.allSatisfy { $0 != nil } }

    /// What stands in the way of new positions.
    var unsafe: [UnsafeSetting] {
        guard let account, isRead else { return [.cannotTrade] }
        var found: [UnsafeSetting] = []
        if account.isDualSide { found.append(.hedgeMode) }
        if account.isMultiAssets { found.append(.multiAssets) }
        if !account.canTrade { found.append(.cannotTrade) }
        for (place, contract) in contracts.enumerated() {
            if marginTypes[place] != .known(.isolated) {
                found.append(.crossMargin(contract.instrument))
            }
            if let leverage = leverages[place], leverage != contract.leverage {
                found.append(.leverage(contract.instrument, found: leverage))
            }
        }
        return found
    }
}

extension AccountSession {
    // MARK: Looking

    mutating func askSettings() {
        guard settings.isAsking == 0, !isStopped else { return }
        settings.isAsking = 2
        effects.append(.ask(.accountSettings, .accountConfiguration))
        // One answer holds all symbols; of one contract alone the smaller one is asked.
        let only = configuration.contracts.count == 1 ? symbol(0) : nil
        effects.append(.ask(.symbolSettings, .symbolConfigurations(symbol: only)))
    }

    mutating func accountSettingsCame(_ outcome: BinanceREST.Outcome, _ now: AccountMoment) {
        settings.isAsking -= 1
        if let body = outcome.success {
            do throws(FrameError) {
                settings.account = try BinanceAnswers.accountConfiguration(body.span)
            } catch { settings.failures += 1 }
        } else {
            settings.failures += 1
        }
        settingsCame(outcome, now)
    }

    mutating func symbolSettingsCame(_ outcome: BinanceREST.Outcome, _ now: AccountMoment) {
        settings.isAsking -= 1
        if let body = outcome.success {
            do throws(FrameError) {
                for found in try BinanceAnswers.symbolConfigurations(body.span) {
                    guard let place = place(of: found.symbol) else { continue }
                    settings.leverages[place] = found.leverage
                    settings.marginTypes[place] = found.marginType
                }
            } catch { settings.failures += 1 }
        } else {
            settings.failures += 1
        }
        settingsCame(outcome, now)
    }

    private mutating func settingsCame(_ outcome: BinanceREST.Outcome, _ now: AccountMoment) {
        guard settings.isAsking == 0, !isStopped else { return }
        if settings.isRead { settings.failures = min(settings.failures, 3) }
        tellSettings(at: now.venue)
        let interval =
            settings.isRead ? configuration.settingsInterval : .milliseconds(500)
        effects.append(.wake(.settings, after: outcome.retryWait(interval)))
        if settings.isKnown, reading.isWanted { effects.append(.wake(.read, after: .zero)) }
    }

    /// Tells what is unsafe when it is other than what was told; before the first reading, so that nothing is opened on it.
    mutating func tellSettings(at time: Timestamp) {
        guard settings.isKnown else { return }
        let unsafe = settings.unsafe
        guard unsafe != settings.told ?? [] else {
            settings.told = unsafe
            return
        }
        settings.told = unsafe
        effects.append(.account(.unsafeSettings(unsafe, venueTime: time)))
    }

    // MARK: Setting

    /// Once, after the first reading: sets what is not as it must be, where nothing is open. What the venue refuses stays
    /// told as unsafe.
    mutating func makeSafe(_ snapshot: AccountSnapshot) {
        guard !settings.didTrySetting, settings.isRead else { return }
        settings.didTrySetting = true
        let isFlat =
            snapshot.positions.isEmpty && snapshot.openOrders.isEmpty
            && snapshot.foreignOrders.isEmpty
        if settings.account?.isDualSide ?? false, isFlat {
            effects.append(.ask(.setOneWay, .setPositionMode(isDualSide: false)))
        }
        for (place, contract) in configuration.contracts.enumerated() {
            let id = contract.instrument
            guard !snapshot.positions.contains(where: { $0.instrument == id }),
                !snapshot.openOrders.contains(where: { $0.request.instrument == id }),
                !snapshot.foreignOrders.contains(where: { $0.instrument == id })
            else { continue }
            if settings.marginTypes[place] != .known(.isolated) {
                effects.append(
                    .ask(.setMarginType(place), .setMarginType(.isolated, symbol: symbol(place))))
            }
            if settings.leverages[place] != contract.leverage {
                effects.append(
                    .ask(
                        .setLeverage(place),
                        .setLeverage(contract.leverage, symbol: symbol(place))))
            }
        }
    }

    /// What is set is not believed but read again.
    mutating func settingMade(_ question: AccountQuestion, _ outcome: BinanceREST.Outcome) {
        if case .answered(let answer, _) = outcome, answer.reaction != .success,
            answer.reaction != .alreadyDone
        {
            note(.alarm, "a setting was refused by the venue: \(answer.message)")
        }
        askSettings()
    }

    // MARK: The dead-man switch

    private static let countdown = Duration.seconds(60)
    private static let countdownRenewal = Duration.seconds(20)

    /// An entry that may rest at the venue goes by itself when we do not say every minute that we live.
    mutating func guardResting(_ placing: Placing) {
        guard configuration.guardsRestingEntries, !placing.request.isReduceOnly,
            placing.request.mayRest, !isCounting[placing.place]
        else { return }
        isCounting[placing.place] = true
        askCountdown(placing.place, Self.countdown)
    }

    mutating func renewCountdown(_ place: Int) {
        guard isCounting[place] else { return }
        let isNeeded = tracker.restingEntries(instrument(place)) > 0
        isCounting[place] = isNeeded
        askCountdown(place, isNeeded ? Self.countdown : .zero)
    }

    private mutating func askCountdown(_ place: Int, _ countdown: Duration) {
        effects.append(
            .ask(.countdown(place), .countdownCancel(symbol: symbol(place), after: countdown)))
        effects.append(.wake(.countdown(place), after: Self.countdownRenewal))
    }

    mutating func countdownCame(_ place: Int, _ outcome: BinanceREST.Outcome) {
        guard outcome.success == nil else { return }
        noteOnce(.warning, "\(symbol(place)): the dead-man switch was not set")
    }
}

extension OrderRequest {
    /// Whether a rest of it can stay in the book.
    var mayRest: Bool {
        switch kind {
        case .limit(_, .gtc), .limit(_, .postOnly): true
        case .limit(_, .ioc), .limit(_, .fok), .market, .stopMarket, .takeProfitMarket: false
        }
    }
}

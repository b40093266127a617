import BinanceFormat
import Messages
import Text
import Trading
import Transport

/// Our account at Binance, seen as a value: it is told what happens and answers with what must be done.
///
/// Orders are sent once. Fills are told once, in their order, by whatever way they come first; an end is told after its fills.
/// A reading of the account is told only when all its parts were read and fit together.
struct AccountSession: Sendable {
    let configuration: BinanceAccountConfiguration
    let timeScale: Double
    var counters = BinanceAccountCounters()
    var effects: [AccountEffect] = []

    var tracker = OrderTracker()
    /// By the place of the contract.
    var logs: [TradeLog]
    var replays: [TradeReplay]
    var placings: [ClientOrderID: Placing] = [:]
    var cancelings: [ClientOrderID: Canceling] = [:]
    var link = UserLink()
    var reading = ReadingState()
    var settings: SettingsWatch
    var funding: FundingWatch
    var transfers: TransferWatch
    var wallets: [Money?]
    /// Contracts whose history will be read by an alarm.
    var isHistoryArmed: [Bool]
    /// Contracts whose dead-man switch is on.
    var isCounting: [Bool]
    var isStopped = false
    var lastTrouble: (trouble: VenueTrouble, time: Timestamp)?
    var didNoteCommission = false
    /// The latest stamp of an event: the venue's time is certainly not before it.
    var lastEventTime = Timestamp.distantPast
    var noted: [String] = []
    private let places: [String: Int]

    init(_ configuration: BinanceAccountConfiguration, timeScale: Double) {
        self.configuration = configuration
        self.timeScale = timeScale
        var places: [String: Int] = [:]
        for (place, contract) in configuration.contracts.enumerated() {
            places[contract.symbol.description] = place
        }
        precondition(places.count == configuration.contracts.count, "A symbol is traded once.")
        self.places = places
        logs = configuration.contracts.map { contract in
            TradeLog(
                last: configuration.lastTrades.first { $0.instrument == contract.instrument }?
                    .tradeID)
        }
        replays = configuration.contracts.map {
            TradeReplay(symbol: $0.symbol, start: $0.historyStart)
        }
        settings = SettingsWatch(configuration.contracts)
        funding = FundingWatch(knownUntil: configuration.fundingKnownUntil)
        transfers = TransferWatch(knownUntil: configuration.fundingKnownUntil)
        wallets = configuration.contracts.map { _ in nil }
        isHistoryArmed = configuration.contracts.map { _ in false }
        isCounting = configuration.contracts.map { _ in false }
        reading.pace = ReadingPace(
            contracts: configuration.contracts.count, timeScale: timeScale)
    }

    // MARK: Contracts

    func place(of symbol: String) -> Int? { places[symbol] }

    func place(of instrument: InstrumentID) -> Int? {
        configuration.contracts.firstIndex { $0.instrument == instrument }
    }

    func instrument(_ place: Int) -> InstrumentID { configuration.contracts[place].instrument }
    func symbol(_ place: Int) -> SymbolName { configuration.contracts[place].symbol }

    /// Whether an id is of our making, in this run or an earlier one.
    static func ourID(_ text: String) -> ClientOrderID? {
        guard let id = ClientOrderID(text), id.isOurs else { return nil }
        return id
    }

    // MARK: Beginning and end

    /// Begins: settings and the user stream at once, the account as soon as the settings are known.
    mutating func start(_ now: AccountMoment) {
        funding.begin(at: now.venue)
        transfers.begin(at: now.venue)
        reading.isWanted = true
        askSettings()
        effects.append(.ask(.makeKey, .createListenKey))
        effects.append(.wake(.alive, after: configuration.aliveInterval))
    }

    /// Ends: what waits here never leaves. The listen key stays, since others may use it.
    mutating func stop(_ now: AccountMoment) {
        isStopped = true
        for id in placings.keys.sorted() where placings[id]?.isWaiting ?? false {
            withhold(id, now)
        }
        for number in [link.current, link.renewal, link.retiring].compactMap({ $0 }) {
            effects.append(.disconnect(number))
        }
    }

    /// What is to be done since the last look.
    mutating func takeEffects() -> [AccountEffect] {
        defer { effects = [] }
        return effects
    }

    // MARK: Telling

    mutating func tell(_ reports: [OrderReport]) {
        for report in reports { effects.append(.order(report)) }
    }

    mutating func note(_ severity: Severity, _ text: String) {
        effects.append(.note(Notice(.session, severity, SafeText.clean(text))))
    }

    /// Says it the first time only; bounded, so that words from outside cannot fill the memory.
    mutating func noteOnce(_ severity: Severity, _ text: String) {
        guard !noted.contains(text), noted.count < 64 else { return }
        noted.append(text)
        note(severity, text)
    }

    mutating func count(unknown words: [String]) {
        guard !words.isEmpty else { return }
        counters.unknownWords += words.count
        for word in words {
            noteOnce(.warning, "the venue used a word that we do not know: \(word)")
        }
        want(reading: [])
    }

    // MARK: Answers

    /// Takes the outcome of a request; each comes once.
    mutating func receive(
        _ question: AccountQuestion, _ outcome: BinanceREST.Outcome, _ now: AccountMoment
    ) {
        watchTrouble(outcome, now)
        switch question {
        case .place(let id): placed(id, outcome, now)
        case .cancel(let id): canceled(id, outcome, now)
        case .cancelForeign(let order): canceledForeign(order, outcome)
        case .makeKey: keyMade(outcome)
        case .keepKey: keyKept(outcome, now)
        case .trades(let place): historyCame(place, outcome, now)
        case .tradeOrder(let place, let id): traderCame(place, id, outcome, now)
        case .reading(let number, let part): partCame(number, part, outcome, now)
        case .accountSettings: accountSettingsCame(outcome, now)
        case .symbolSettings: symbolSettingsCame(outcome, now)
        case .setOneWay, .setMarginType, .setLeverage: settingMade(question, outcome)
        case .funding: fundingCame(outcome, now)
        case .fundingRate(let place, let booking): fundingRateCame(place, booking, outcome)
        case .transfers: transfersCame(outcome)
        case .countdown(let place): countdownCame(place, outcome)
        }
    }

    /// What the session asked to be woken for.
    mutating func wake(_ alarm: AccountAlarm, _ now: AccountMoment) {
        guard !isStopped else { return }
        switch alarm {
        case .place(let id): placeAgain(id, now)
        case .cancel(let id): cancelAgain(id, now)
        case .makeKey: effects.append(.ask(.makeKey, .createListenKey))
        case .keepKey: if link.isOpen { effects.append(.ask(.keepKey, .keepListenKey)) }
        case .renew: renew()
        case .caughtUp(let number): catchUpLate(number, now)
        case .retire(let number): retire(number)
        case .alive: aliveDue(now)
        case .history(let place): wantHistory(place)
        case .read: readIfWanted(now)
        case .settings: askSettings()
        case .funding: askFunding()
        case .transfers: askTransfers()
        case .countdown(let place): renewCountdown(place)
        }
    }

    /// Keys, address or place refused: told when it is new, and again after half a minute.
    private mutating func watchTrouble(_ outcome: BinanceREST.Outcome, _ now: AccountMoment) {
        guard let trouble = outcome.trouble else {
            if outcome.success != nil { lastTrouble = nil }
            return
        }
        if let last = lastTrouble, last.trouble.isLike(trouble), now.wall - last.time < .seconds(30)
        {
            return
        }
        lastTrouble = (trouble, now.wall)
        effects.append(.account(.trouble(trouble)))
    }
}

extension VenueTrouble {
    /// Whether both are of one kind, whatever code or time they name.
    fileprivate func isLike(_ other: VenueTrouble) -> Bool {
        switch (self, other) {
        case (.keyRefused, .keyRefused), (.banned, .banned), (.restricted, .restricted): true
        case (.keyRefused, _), (.banned, _), (.restricted, _): false
        }
    }
}

package import Messages
package import Trading

/// The account as the engine books it: cash exactly, the day's parts, the peak.
///
/// wallet = opening + gross profit − commissions + funding + transfers, to the last digit, at every moment.
package struct AccountLedger: Sendable {
    package private(set) var walletBalance: Money
    /// What the wallet held when the sums below were zero.
    package private(set) var openingBalance: Money
    package private(set) var grossPnL = Money.zero
    package private(set) var commissions = Money.zero
    package private(set) var funding = Money.zero
    /// Differences adopted from the venue: deposits, withdrawals, what we were never told.
    package private(set) var transfers = Money.zero

    package private(set) var peakEquity: Money
    package private(set) var dayStart: Timestamp
    /// What the sums of the day are counted from: moves with deposits and withdrawals, so that these are no result.
    package private(set) var dayStartEquity: Money
    /// What the day's loss is a fraction of: like `dayStartEquity`, but scaled by deposits and withdrawals.
    package private(set) var dayLossBase: Money
    package private(set) var dayClosedPnL = Money.zero
    package private(set) var dayCommissions = Money.zero
    package private(set) var dayFunding = Money.zero
    package private(set) var dayTrades = 0
    package private(set) var losingStreak = 0

    init(openingBalance: Money, time: Timestamp) {
        walletBalance = openingBalance
        self.openingBalance = openingBalance
        peakEquity = openingBalance
        dayStartEquity = openingBalance
        dayLossBase = openingBalance
        dayStart = time.floor(to: .hours(24))
    }

    init(_ record: AccountRecord) {
        self.init(openingBalance: record.walletBalance, time: record.dayStart)
        peakEquity = record.peakEquity
        dayStartEquity = record.dayStartEquity
        dayLossBase = record.dayLossBase ?? record.dayStartEquity
        dayClosedPnL = record.dayClosedPnL
        dayCommissions = record.dayCommissions
        dayFunding = record.dayFunding
        dayTrades = record.dayTrades
        losingStreak = record.losingStreak
    }

    /// Books what one fill brought and cost.
    mutating func book(profit: Money, commission: Money) {
        walletBalance += profit - commission
        grossPnL += profit
        commissions += commission
        dayClosedPnL += profit
        dayCommissions += commission
    }

    /// Books funding: positive is received.
    mutating func book(funding amount: Money) {
        walletBalance += amount
        funding += amount
        dayFunding += amount
    }

    /// Adopts the venue's wallet. A gain is taken for a deposit and moves the day's base and the peak with it, so
    /// that no
    /// breaker is loosened; a loss is left to count against the day.
    mutating func adopt(_ venueBalance: Money) {
        let difference = venueBalance - walletBalance
        walletBalance = venueBalance
        transfers += difference
        if !difference.isNegative {
            dayStartEquity += difference
            dayLossBase += difference
            peakEquity += difference
        }
    }

    /// Books a deposit or a withdrawal while the account was worth `equity`. The parts of the day stay as they are,
    /// and so do the fractions by which equity is below its bases: no breaker is loosened or tripped by it.
    mutating func transfer(_ amount: Money, equity: Money) {
        walletBalance += amount
        transfers += amount
        rebase(by: amount, from: equity)
    }

    /// A difference that was adopted before as a loss turns out to be a withdrawal; `equity` was before it.
    mutating func explainAdopted(withdrawal amount: Money, equity: Money) {
        rebase(by: amount, from: equity)
    }

    private mutating func rebase(by amount: Money, from equity: Money) {
        dayStartEquity += amount
        let after = equity + amount
        peakEquity = peakEquity.rebased(from: equity, to: after) ?? peakEquity + amount
        dayLossBase = dayLossBase.rebased(from: equity, to: after) ?? dayLossBase + amount
    }

    /// The first word of a venue about an account without history: that is where it begins.
    mutating func begin(with venueBalance: Money) {
        walletBalance = venueBalance
        openingBalance = venueBalance
        peakEquity = venueBalance
        dayStartEquity = venueBalance
        dayLossBase = venueBalance
    }

    /// Nothing is open: what a position had won or lost before midnight, and what was adopted from the venue, is part
    /// of the closed result from now on, so that the day's parts add up without an open one.
    mutating func closeDaySum() {
        dayClosedPnL = walletBalance - dayStartEquity + dayCommissions - dayFunding
    }

    /// The operator has seen the fall and arms again: the next one is measured from here.
    mutating func restartPeak(at equity: Money) { peakEquity = equity }

    mutating func countEntry() { dayTrades += 1 }

    mutating func countTrade(net: Money) { losingStreak = net.isNegative ? losingStreak + 1 : 0 }

    /// The operator has seen the streak and resumes: it is counted anew.
    mutating func forgiveLosingStreak() { losingStreak = 0 }

    mutating func see(equity: Money) { peakEquity = max(peakEquity, equity) }

    /// Begins the UTC day of `time` with `equity`.
    mutating func beginDay(at time: Timestamp, equity: Money) {
        dayStart = time.floor(to: .hours(24))
        dayStartEquity = equity
        dayLossBase = equity
        dayClosedPnL = .zero
        dayCommissions = .zero
        dayFunding = .zero
        dayTrades = 0
    }

    package func record(equity: Money) -> AccountRecord {
        var record = AccountRecord(
            walletBalance: walletBalance, equity: equity, peakEquity: peakEquity,
            dayStart: dayStart,
            dayStartEquity: dayStartEquity, dayClosedPnL: dayClosedPnL,
            dayCommissions: dayCommissions, dayFunding: dayFunding, dayTrades: dayTrades,
            losingStreak: losingStreak)
        if dayLossBase != dayStartEquity { record.dayLossBase = dayLossBase }
        return record
    }

    func hash(into hasher: inout StateHasher) {
        hasher.combine(walletBalance)
        hasher.combine(openingBalance)
        hasher.combine(grossPnL)
        hasher.combine(commissions)
        hasher.combine(funding)
        hasher.combine(transfers)
        hasher.combine(peakEquity)
        hasher.combine(dayStart)
        hasher.combine(dayStartEquity)
        hasher.combine(dayLossBase)
        hasher.combine(dayClosedPnL)
        hasher.combine(dayCommissions)
        hasher.combine(dayFunding)
        hasher.combine(dayTrades)
        hasher.combine(losingStreak)
    }
}

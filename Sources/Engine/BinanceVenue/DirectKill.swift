import BinanceFormat
import Text
package import Trading

/// Closes positions at the venue without an engine, and tells each step.
///
/// First the latch, so that no engine opens anything behind it; then the plain orders; then every position by
/// reduce-only market orders, the position read again before each one; and only when two readings agree that all is
/// flat, the stops. A close is never sent again before the position was read, and can only make a position smaller.
package struct DirectKill: Sendable {
    /// What has just happened; raw values are names for programs and do not change.
    package enum Step: String, Hashable, Sendable {
        case started, latched, notLatched, clockMeasured, clockUnknown, accountRead, readFailed
        case ordersCanceled, cancelFailed, closeSent, closeUnknown, closeRefused, positionsFlat
        case confirmedByVenue, stopsCanceled, completed, notFlat, planned
    }

    /// One step with its time since the beginning.
    package struct Rung: Hashable, Sendable {
        package let step: Step
        package let text: String
        package let after: Duration
    }

    /// A position as the venue names it.
    package struct Position: Hashable, Sendable, CustomStringConvertible {
        package let symbol: String
        package let direction: Direction
        package let quantity: Quantity
        /// Which leg it is where the account is in hedge mode; `nil` in one-way mode.
        let leg: PositionSide?

        package var description: String {
            "\(SafeText.clean(symbol)) \(direction == .long ? "long" : "short") \(quantity)"
        }
    }

    /// How it ended.
    package struct Report: Hashable, Sendable {
        package var rungs: [Rung]
        /// Whether two readings of the venue agree that no position is left in what was to be closed.
        package var isFlat: Bool
        package var isDryRun: Bool
        /// Positions that are left in what was to be closed, as they were read last.
        package var remaining: [Position]
        /// Orders that are left there; `nil` when the venue did not say.
        package var remainingOrders: Int?
        /// Positions in other symbols, which nobody asked to close.
        package var elsewhere: [Position]

        /// Whether nothing at all is left to do.
        package var isComplete: Bool { isFlat && remainingOrders == 0 }
    }

    package var symbols: [SymbolName]
    /// Whether everything of the account is closed, not only `symbols`.
    package var isWholeAccount = false
    /// Whether it is only told what would be done: nothing is written and nothing sent that changes anything.
    package var isDryRun = false
    /// What is known of the contracts: the largest market order.
    package var contracts: ContractBook?
    /// Writes the latch; answers why it could not.
    package var latch: @Sendable () -> String?
    /// Told of each rung when it is reached.
    package var onRung: @Sendable (Rung) -> Void = { _ in }
    /// Wall time after which nothing new is begun.
    package var limit = Duration.minutes(3)
    /// Waits.
    package var wait: @Sendable (Duration) async -> Void

    private let rest: BinanceREST
    /// Monotonic.
    private let now: @Sendable () -> Timestamp
    private let start: Timestamp
    private var ids: ClientOrderIDs
    private var rungs: [Rung] = []
    /// Every symbol that was to be closed at some time: none is forgotten because it is flat by now.
    private var seen: Set<SymbolName> = []

    private static let maxRounds = 12
    private static let maxAttempts = 4
    private static let maxOrdersPerPosition = 50

    /// Takes a client whose key may trade, the symbols to close, and a monotonic clock that began at wall time.
    package init(
        rest: BinanceREST, symbols: [SymbolName], now: @escaping @Sendable () -> Timestamp,
        latch: @escaping @Sendable () -> String?, wait: @escaping @Sendable (Duration) async -> Void
    ) {
        self.rest = rest
        self.symbols = symbols
        self.now = now
        self.latch = latch
        self.wait = wait
        start = now()
        ids = ClientOrderIDs(engineTag: "k", start: start)
    }

    /// Does it all; comes back after `limit` and one request at the latest.
    package mutating func run() async -> Report {
        tell(.started, scopeText + (isDryRun ? ", dry run: nothing is changed" : ""))
        if !isDryRun {
            if let problem = latch() {
                // A dead disk must not keep the position open.
                tell(.notLatched, "\(problem); an engine that runs may open positions again")
            } else {
                tell(.latched, "no engine on this state directory opens anything until it is armed")
            }
        }
        if await rest.synchronizeClock() {
            tell(.clockMeasured, "the venue's clock is known")
        } else {
            tell(.clockUnknown, "the venue does not say its time; our own is used")
        }
        var account = await read()
        if isDryRun { return plan(account) }
        var isFlat = false
        // Once more when a position appeared behind our back after the stops were taken away.
        for _ in 0..<3 {
            let targets = targets(account)
            await cancelOrders(targets)
            isFlat = await close(&account)
            guard isFlat else { break }
            // What was placed while we closed must not open anything now.
            await cancelOrders(self.targets(account))
            await cancelStops(self.targets(account))
            account = await read()
            if let account, self.positions(account).isEmpty { break }
            isFlat = false
            if isLate { break }
        }
        return finish(account, isFlat: isFlat)
    }

    // MARK: Reading

    /// Everything that is open at the venue.
    private struct Account {
        var positions: [Position]
        /// Symbols of plain and of conditional orders, one entry an order; `nil` when they were not told.
        var orders: [String]?
        var stops: [String]?
    }

    private var scopeText: String {
        isWholeAccount
            ? "closing every position of the account"
            : "closing " + symbols.map(\.description).joined(separator: ", ")
    }

    private var isLate: Bool { now() - start >= limit }

    private mutating func tell(_ step: Step, _ text: String) {
        let rung = Rung(step: step, text: text, after: now() - start)
        rungs.append(rung)
        onRung(rung)
    }

    /// Asks until there is an answer, a bounded number of times. Only for what may be asked twice.
    private mutating func insist<Answer: Sendable>(
        _ request: BinanceRequest, _ read: @Sendable (Span<UInt8>) throws(FrameError) -> Answer
    ) async -> Result<Answer, VenueSilence> {
        var request = request
        // Nothing here raises risk, and what is read decides how it is lowered: all of it may use the reserve.
        request.lowersRisk = true
        var attempt = 1
        while true {
            switch await rest.ask(request, read) {
            case .success(let answer): return .success(answer)
            case .failure(let silence):
                if attempt >= Self.maxAttempts || isLate || silence.isFinal {
                    return .failure(silence)
                }
                await wait(silence.wait ?? .milliseconds(200 * Int64(attempt)))
                attempt += 1
            }
        }
    }

    private mutating func readPositions() async -> [Position]? {
        switch await insist(.positions(), BinanceAnswers.positions) {
        case .success(let answers):
            return answers.compactMap { answer in
                guard let direction = answer.direction, !answer.quantity.isZero else { return nil }
                let leg: PositionSide? =
                    switch answer.positionSide {
                    case .known(.long): .long
                    case .known(.short): .short
                    case .known(.both), .unknown: nil
                    }
                return Position(
                    symbol: answer.symbol, direction: direction, quantity: answer.quantity,
                    leg: leg)
            }
        case .failure(let silence):
            tell(.readFailed, "positions: \(silence)")
            return nil
        }
    }

    private mutating func read() async -> Account? {
        guard let positions = await readPositions() else { return nil }
        var account = Account(positions: positions)
        switch await insist(.openOrders(symbol: nil), BinanceAnswers.openOrders) {
        case .success(let orders): account.orders = orders.map(\.symbol)
        case .failure(let silence): tell(.readFailed, "orders: \(silence)")
        }
        switch await insist(.openAlgoOrders(symbol: nil), BinanceAnswers.openAlgoOrders) {
        case .success(let stops): account.stops = stops.map(\.symbol)
        case .failure(let silence): tell(.readFailed, "conditional orders: \(silence)")
        }
        tell(
            .accountRead,
            "positions: \(Self.list(positions)); orders: \(Self.count(account.orders)); stops: \(Self.count(account.stops))"
        )
        return account
    }

    private static func list(_ positions: [Position]) -> String {
        positions.isEmpty
            ? "none" : positions.map(\.description).joined(separator: ", ")
    }

    private static func count(_ orders: [String]?) -> String {
        orders.map { String($0.count) } ?? "not known"
    }

    private func isTarget(_ symbol: String) -> Bool {
        isWholeAccount || symbols.contains { $0.description == symbol }
    }

    /// The positions that are to be closed.
    private func positions(_ account: Account) -> [Position] {
        account.positions.filter { isTarget($0.symbol) }
    }

    /// The configured symbols, and with the whole account every other one that has anything; sorted.
    private mutating func targets(_ account: Account?) -> [SymbolName] {
        seen.formUnion(symbols)
        if isWholeAccount, let account {
            let names =
                account.positions.map(\.symbol) + (account.orders ?? []) + (account.stops ?? [])
            seen.formUnion(names.compactMap { SymbolName($0) })
        }
        return seen.sorted()
    }

    // MARK: Orders

    private mutating func cancelOrders(_ targets: [SymbolName]) async {
        var done: [String] = []
        for symbol in targets {
            switch await insist(.cancelAll(symbol: symbol), { _ throws(FrameError) in true }) {
            case .success: done.append(symbol.description)
            case .failure(let silence): tell(.cancelFailed, "orders of \(symbol): \(silence)")
            }
        }
        if !done.isEmpty { tell(.ordersCanceled, "orders of " + done.joined(separator: ", ")) }
    }

    private mutating func cancelStops(_ targets: [SymbolName]) async {
        var done: [String] = []
        for symbol in targets {
            switch await insist(.cancelAllAlgo(symbol: symbol), { _ throws(FrameError) in true }) {
            case .success: done.append(symbol.description)
            case .failure(let silence): tell(.cancelFailed, "stops of \(symbol): \(silence)")
            }
        }
        if !done.isEmpty { tell(.stopsCanceled, "stops of " + done.joined(separator: ", ")) }
    }

    // MARK: Positions

    /// Closes until two readings agree that nothing is left; answers whether they did.
    private mutating func close(_ account: inout Account?) async -> Bool {
        var flatReadings = 0
        for round in 0..<Self.maxRounds {
            if isLate { return false }
            guard let positions = await readPositions() else {
                flatReadings = 0
                await wait(.milliseconds(500))
                continue
            }
            if account == nil { account = Account(positions: positions) }
            account?.positions = positions
            let open = positions.filter { isTarget($0.symbol) }
            if open.isEmpty {
                flatReadings += 1
                if flatReadings == 1 {
                    tell(.positionsFlat, "the venue lists no position there")
                } else if await agrees(positions) {
                    tell(.confirmedByVenue, "a second reading agrees")
                    return true
                }
                await wait(.milliseconds(100))
                continue
            }
            flatReadings = 0
            if round > 0 { tell(.accountRead, "positions: \(Self.list(open))") }
            for position in open {
                guard await send(position) else { return false }
            }
            await wait(.milliseconds(100))
        }
        return false
    }

    /// Whether the totals of the account do not contradict an empty list of positions.
    private mutating func agrees(_ positions: [Position]) async -> Bool {
        // With positions elsewhere the totals say nothing about ours.
        guard positions.isEmpty else { return true }
        switch await insist(.account, BinanceAnswers.account) {
        case .success(let account):
            guard account.totalMaintenanceMargin <= .zero else {
                tell(.readFailed, "the list of positions is empty, but margin is held")
                return false
            }
            return true
        case .failure(let silence):
            tell(.readFailed, "account: \(silence)")
            return false
        }
    }

    /// Sends the orders that close `position`; answers false when nothing can be sent any more.
    private mutating func send(_ position: Position) async -> Bool {
        guard let symbol = SymbolName(position.symbol) else {
            tell(.closeRefused, "\(position): its name cannot be sent; close it at the venue")
            return true
        }
        let largest = contracts?.contract(symbol)?.filters.maxMarketQuantity
        var left = position.quantity
        for _ in 0..<Self.maxOrdersPerPosition {
            let quantity = largest.map { min($0, left) } ?? left
            let request = closing(position, symbol, quantity)
            let text =
                "\(position.direction == .long ? "SELL" : "BUY") \(quantity) \(symbol) at market, reduce-only"
            switch await rest.ask(request, BinanceAnswers.order) {
            case .success(let order):
                tell(.closeSent, "\(text): filled \(order.filledQuantity)")
            case .failure(let silence):
                return await settle(silence, text, symbol)
            }
            guard quantity < left else { return true }
            left -= quantity
        }
        return true
    }

    /// After a close that did not simply succeed: the next round reads the position before anything is sent again.
    private mutating func settle(
        _ silence: VenueSilence, _ text: String, _ symbol: SymbolName
    ) async -> Bool {
        switch silence.reaction {
        case .unknownOutcome, nil:
            tell(
                .closeUnknown,
                "\(text): \(silence); the position is read before anything is sent again")
            await wait(silence.wait ?? .milliseconds(500))
            return true
        case .halt, .restricted:
            tell(.closeRefused, "\(text): \(silence); close it at the venue's own site")
            return false
        case .refreshFilters:
            tell(.closeRefused, "\(text): \(silence); the contract's rules are read again")
            do throws(ContractError) {
                contracts = try await ContractBook.read(
                    from: rest, venue: "", symbols: [], isSigned: false, at: now())
            } catch { tell(.readFailed, error.description) }
            return true
        case .success, .retryLater, .rateLimited, .banned, .resyncClock, .modeMismatch,
            .requestBug, .wouldTrigger, .reduceOnlyConflict, .margin, .orderGone, .duplicateID,
            .reconcile, .alreadyDone, .reduceOnlyMode, .notPlaced, .newListenKey, .rejected:
            tell(.closeRefused, "\(text): \(silence)")
            if silence.reaction == .resyncClock { _ = await rest.synchronizeClock() }
            await wait(silence.wait ?? .milliseconds(500))
            return true
        }
    }

    private mutating func closing(
        _ position: Position, _ symbol: SymbolName, _ quantity: Quantity
    ) -> BinanceRequest {
        let id = ids.next()
        let side: Side = position.direction == .long ? .sell : .buy
        var request = BinanceRequest.place(
            OrderRequest(
                clientOrderID: id, instrument: InstrumentID(0), side: side, kind: .market,
                quantity: quantity, isReduceOnly: true),
            symbol: symbol)
        if let leg = position.leg {
            // In hedge mode the leg takes the place of the flag: such an order cannot grow it either.
            var parameters = RequestParameters()
            parameters.append("symbol", symbol.description)
            parameters.append("side", side == .sell ? "SELL" : "BUY")
            parameters.append("positionSide", leg.rawValue)
            parameters.append("type", "MARKET")
            parameters.append("quantity", quantity.description)
            parameters.append("newClientOrderId", id.description)
            parameters.append("newOrderRespType", "RESULT")
            request.parameters = parameters
        }
        return request
    }

    // MARK: The end

    private mutating func plan(_ account: Account?) -> Report {
        guard let account else { return finish(nil, isFlat: false) }
        let targets = targets(account).map(\.description).joined(separator: ", ")
        tell(.planned, "would write the latch and cancel the orders of \(targets)")
        for position in positions(account) { tell(.planned, "would close \(position)") }
        tell(.planned, "would then cancel the stops of \(targets)")
        return finish(account, isFlat: positions(account).isEmpty)
    }

    private mutating func finish(_ account: Account?, isFlat: Bool) -> Report {
        var remainingOrders: Int?
        if let orders = account?.orders, let stops = account?.stops {
            remainingOrders = (orders + stops).filter(isTarget).count
        }
        let report = Report(
            rungs: [], isFlat: isFlat, isDryRun: isDryRun,
            remaining: account.map(positions) ?? [], remainingOrders: remainingOrders,
            elsewhere: account?.positions.filter { !isTarget($0.symbol) } ?? [])
        let others =
            report.elsewhere.isEmpty
            ? "" : "; not asked for and still open: \(Self.list(report.elsewhere))"
        let orders = remainingOrders.map { "\($0)" } ?? "not known"
        if report.isComplete || isDryRun {
            tell(.completed, (isDryRun ? "nothing was changed" : "flat, no orders left") + others)
        } else {
            let positions =
                account == nil
                ? "not known: look at the venue's own site" : Self.list(report.remaining)
            tell(.notFlat, "left: positions \(positions); orders \(orders)" + others)
        }
        var told = report
        told.rungs = rungs
        return told
    }
}

extension VenueSilence {
    /// Whether asking again cannot help.
    fileprivate var isFinal: Bool { reaction == .halt || reaction == .restricted }
}

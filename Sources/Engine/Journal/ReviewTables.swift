import GRDB
import Messages
import Trading

/// Fills the tables that people read from the facts, in the transaction that writes the facts.
struct ReviewTables {
    let coding: JournalCoding
    /// Symbols by instrument index.
    let symbols: [String]

    /// One fact with where it stands.
    struct Place {
        var fact: Int64
        var time: Timestamp
        /// The fact as JSON.
        var payload: String
    }

    func add(_ fact: Fact, at place: Place, to db: Database) throws {
        switch fact {
        case .intent(let order), .orderChanged(let order):
            try add(order, at: place, to: db)
        case .fill(let instrument, let fill, let order, let purpose):
            try add(fill, of: instrument, order: order, purpose: purpose, at: place, to: db)
        case .funding(let instrument, let amount, let rate):
            try insert(
                "funding_payments", "fact, time_ns, symbol, amount, rate",
                [
                    place.fact, place.time.nanoseconds, symbol(instrument), amount.description,
                    rate.description,
                ], in: db)
        case .positionChanged(let position):
            try add(position, at: place, to: db)
        case .positionClosed(let instrument):
            try db.cachedStatement(sql: "DELETE FROM positions WHERE symbol = ?")
                .execute(arguments: [symbol(instrument)])
        case .tradeClosed(let trade):
            try add(trade, at: place, to: db)
        case .decision(let decision):
            try add(decision, at: place, to: db)
        case .gateChanged(let state, let epoch, let command):
            try insert(
                "gate_changes", "fact, time_ns, state, epoch, command_id",
                [
                    place.fact, place.time.nanoseconds, state.rawValue, epoch.number,
                    command?.description,
                ], in: db)
        case .symbolPaused(let instrument, let isPaused, let command):
            try insert(
                "symbol_pauses", "fact, time_ns, symbol, is_paused, command_id",
                [
                    place.fact, place.time.nanoseconds, symbol(instrument), isPaused,
                    command.description,
                ], in: db)
        case .commandReceived(let envelope):
            try add(envelope, at: place, to: db)
        case .commandStep(let command, let step, let time):
            try add(step: step.rawValue, of: command, refusal: nil, time: time, at: place, to: db)
        case .commandRefused(let command, let refusal, let time):
            try add(
                step: LadderStep.refused.rawValue, of: command, refusal: refusal.text, time: time,
                at: place,
                to: db)
        case .breakerTripped(let breaker, let value, let limit):
            try insert(
                "breaker_trips", "fact, time_ns, breaker, value, limit_value",
                [place.fact, place.time.nanoseconds, breaker.rawValue, value, limit], in: db)
        case .account(let account):
            try add(account, at: place, to: db)
        case .reconciled(let differences):
            try insert(
                "reconciliations", "fact, time_ns, differences, details",
                [
                    place.fact, place.time.nanoseconds, differences.count,
                    try coding.encode(differences),
                ], in: db)
        case .notice(let notice):
            try insert(
                "notices", "fact, time_ns, tag, severity, text",
                [
                    place.fact, place.time.nanoseconds, notice.tag.rawValue,
                    notice.severity.rawValue,
                    notice.text,
                ], in: db)
        case .modelsChanged(let change):
            try insert(
                "model_changes",
                "fact, time_ns, name, digest, previous_name, previous_digest, ordered_by",
                [
                    place.fact, place.time.nanoseconds, change.name, change.digest,
                    change.previousName, change.previousDigest, change.by,
                ], in: db)
        }
    }

    private func symbol(_ instrument: InstrumentID) -> String {
        let index = Int(instrument.index)
        return index < symbols.count ? symbols[index] : "#\(index)"
    }

    /// Columns are given as in SQL; a row with the same key is replaced.
    private func insert(
        _ table: String, _ columns: String, _ values: [(any DatabaseValueConvertible)?],
        in db: Database
    ) throws {
        let marks = Array(repeating: "?", count: values.count).joined(separator: ", ")
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO \(table) (\(columns)) VALUES (\(marks))"
        )
        .execute(arguments: StatementArguments(values))
    }

    private func add(_ order: OrderRecord, at place: Place, to db: Database) throws {
        let request = order.request
        let values: [(any DatabaseValueConvertible)?] = [
            request.clientOrderID.description, order.venueOrderID?.value,
            symbol(request.instrument),
            request.side.word, request.kind.word, request.kind.price?.description,
            request.quantity.description, request.isReduceOnly, order.purpose.word,
            order.purpose.exitReason?.rawValue, order.state.word, order.state.rejectWord,
            order.filledQuantity.description, order.filledNotional.description,
            order.createdTime.nanoseconds, order.changedTime.nanoseconds, place.fact, place.fact,
        ]
        try db.cachedStatement(
            sql: """
                INSERT INTO orders (client_order_id, venue_order_id, symbol, side, kind, price, quantity,
                  is_reduce_only, purpose, exit_reason, state, reject_reason, filled_quantity, filled_notional,
                  created_ns, changed_ns, first_fact, last_fact)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (client_order_id) DO UPDATE SET
                  venue_order_id = excluded.venue_order_id, price = excluded.price, quantity = excluded.quantity,
                  state = excluded.state, reject_reason = excluded.reject_reason,
                  filled_quantity = excluded.filled_quantity, filled_notional = excluded.filled_notional,
                  changed_ns = excluded.changed_ns, last_fact = excluded.last_fact
                """
        ).execute(arguments: StatementArguments(values))
    }

    private func add(
        _ fill: Fill, of instrument: InstrumentID, order: ClientOrderID?, purpose: OrderPurpose?,
        at place: Place,
        to db: Database
    ) throws {
        try insert(
            "fills",
            """
            fact, time_ns, venue_time_ns, symbol, trade_id, client_order_id, purpose, exit_reason, side, price,
            quantity, commission, is_maker
            """,
            [
                place.fact, place.time.nanoseconds, fill.venueTime.nanoseconds, symbol(instrument),
                fill.tradeID,
                order?.description, purpose?.word, purpose?.exitReason?.rawValue, fill.side.word,
                fill.price.description, fill.quantity.description, fill.commission.description,
                fill.isMaker,
            ], in: db)
    }

    private func add(_ position: PositionRecord, at place: Place, to db: Database) throws {
        try insert(
            "positions",
            """
            symbol, direction, quantity, entry_price, cost, opened_ns, stop_price, initial_stop, target_price,
            max_hold_until_ns, realized_pnl, commissions, funding, leverage, fact
            """,
            [
                symbol(position.instrument), position.direction.word, position.quantity.description,
                position.entryPrice.description, position.cost.description,
                position.openedTime.nanoseconds,
                position.stopPrice.description, position.initialStop.description,
                position.targetPrice?.description, position.maxHoldUntil.nanoseconds,
                position.realizedPnL.description, position.commissions.description,
                position.funding.description, position.leverage, place.fact,
            ], in: db)
    }

    private func add(_ trade: RoundTrip, at place: Place, to db: Database) throws {
        try insert(
            "trades",
            """
            fact, symbol, direction, quantity, entry_price, exit_price, opened_ns, closed_ns, gross_pnl, commissions,
            funding, net_pnl, gross_pnl_e8, commissions_e8, funding_e8, net_pnl_e8, multiple_of_r, exit_reason,
            entry_probability, entry_threshold, exit_probability
            """,
            [
                place.fact, symbol(trade.instrument), trade.direction.word,
                trade.quantity.description,
                trade.entryPrice.description, trade.exitPrice.description,
                trade.openedTime.nanoseconds,
                trade.closedTime.nanoseconds, trade.grossPnL.description,
                trade.commissions.description,
                trade.funding.description, trade.netPnL.description, trade.grossPnL.e8,
                trade.commissions.e8,
                trade.funding.e8, trade.netPnL.e8, trade.multipleOfR, trade.exitReason.rawValue,
                trade.entryProbability, trade.entryThreshold, trade.exitProbability,
            ], in: db)
    }

    private func add(_ decision: DecisionRecord, at place: Place, to db: Database) throws {
        let values: [(any DatabaseValueConvertible)?] = [
            place.fact, place.time.nanoseconds, symbol(decision.instrument),
            decision.candleOpenTime.nanoseconds, decision.direction?.word, decision.longProbability,
            decision.longThreshold, decision.shortProbability, decision.shortThreshold,
            decision.outcome.word, decision.outcome.detail, decision.markPrice?.description,
            place.payload,
        ]
        // The verdicts are cut out of the fact's JSON: encoding them again would double the cost of a decision.
        try db.cachedStatement(
            sql: """
                INSERT INTO decisions (fact, time_ns, symbol, candle_open_ns, direction, long_probability,
                  long_threshold, short_probability, short_threshold, outcome, detail, mark_price, verdicts)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, json_extract(?, '$.decision._0.verdicts'))
                """
        ).execute(arguments: StatementArguments(values))
    }

    private func add(_ envelope: CommandEnvelope, at place: Place, to db: Database) throws {
        var uid: Int64?
        var pid: Int64?
        var detail: String?
        let origin: String
        switch envelope.origin {
        case .socket(let peerUID, let peerPID):
            origin = "socket"
            uid = Int64(peerUID)
            pid = Int64(peerPID)
        case .signal(let name):
            origin = "signal"
            detail = name
        case .killFile:
            origin = "killFile"
        case .breaker(let breaker):
            origin = "breaker"
            detail = breaker.rawValue
        }
        // The same command may be told twice; the first telling stands.
        let values: [(any DatabaseValueConvertible)?] = [
            envelope.id.description, envelope.command.text, origin, uid, pid, detail,
            place.time.nanoseconds,
            place.fact,
        ]
        try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO commands
                  (command_id, command, origin, uid, pid, origin_detail, received_ns, fact)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: StatementArguments(values))
    }

    private func add(
        step: String, of command: CommandID, refusal: String?, time: Timestamp, at place: Place,
        to db: Database
    ) throws {
        try insert(
            "command_steps", "fact, command_id, step, time_ns",
            [place.fact, command.description, step, time.nanoseconds], in: db)
        try db.cachedStatement(
            sql:
                "UPDATE commands SET last_step = ?, refusal = coalesce(?, refusal) WHERE command_id = ?"
        ).execute(arguments: [step, refusal, command.description])
    }

    private func add(_ account: AccountRecord, at place: Place, to db: Database) throws {
        try insert(
            "equity", "minute_ns, wallet_balance, equity, peak_equity, fact",
            [
                place.time.floor(to: .minutes(1)).nanoseconds, account.walletBalance.description,
                account.equity.description, account.peakEquity.description, place.fact,
            ], in: db)
        try insert(
            "sessions",
            """
            day_start_ns, start_equity, last_equity, closed_pnl, commissions, funding, trades, losing_streak, fact
            """,
            [
                account.dayStart.nanoseconds, account.dayStartEquity.description,
                account.equity.description,
                account.dayClosedPnL.description, account.dayCommissions.description,
                account.dayFunding.description, account.dayTrades, account.losingStreak, place.fact,
            ], in: db)
    }
}

extension Money {
    /// Whole steps of 10⁻⁸, rounded half away from zero; stops at the ends of 64 bits.
    var e8: Int64 {
        let (quotient, remainder) = units.quotientAndRemainder(dividingBy: 100_000_000)
        let up: Int128 = remainder.magnitude >= 50_000_000 ? (units < 0 ? -1 : 1) : 0
        return Int64(clamping: quotient + up)
    }
}

extension Side {
    var word: String {
        switch self {
        case .buy: "buy"
        case .sell: "sell"
        }
    }
}

extension Direction {
    var word: String {
        switch self {
        case .long: "long"
        case .short: "short"
        }
    }
}

extension OrderKind {
    var word: String {
        switch self {
        case .market: "market"
        case .limit: "limit"
        case .stopMarket: "stopMarket"
        case .takeProfitMarket: "takeProfitMarket"
        }
    }
}

extension OrderPurpose {
    var word: String {
        switch self {
        case .entry: "entry"
        case .protectiveStop: "protectiveStop"
        case .target: "target"
        case .exit: "exit"
        }
    }

    var exitReason: ExitReason? {
        switch self {
        case .entry, .protectiveStop, .target: nil
        case .exit(let reason): reason
        }
    }
}

extension OrderState {
    var rejectWord: String? {
        switch self {
        case .rejected(.other(let code)): "code \(code)"
        case .rejected(let reason): "\(reason)"
        case .intended, .submitting, .resting, .partiallyFilled, .canceling, .outcomeUnknown,
            .filled, .canceled,
            .expired, .denied, .withheld, .abandoned:
            nil
        }
    }
}

extension DecisionOutcome {
    var word: String {
        switch self {
        case .notReady: "notReady"
        case .belowThreshold: "belowThreshold"
        case .noProbability: "noProbability"
        case .vetoedByPolicy: "vetoedByPolicy"
        case .refusedByGuard: "refusedByGuard"
        case .refusedByRisk: "refusedByRisk"
        case .tooSmall: "tooSmall"
        case .ordered: "ordered"
        }
    }

    var detail: String? {
        switch self {
        case .notReady(let reason): reason.rawValue
        case .belowThreshold, .noProbability, .vetoedByPolicy: nil
        case .refusedByGuard(let guardID): guardID.rawValue
        case .refusedByRisk(let reason): reason
        case .tooSmall(let neededEquity): neededEquity.description
        case .ordered(let order): order.description
        }
    }
}

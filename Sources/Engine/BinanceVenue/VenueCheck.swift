import BinanceFormat
import Text
package import Trading
import Transport

/// Everything that must be right at the venue before orders are sent there, each thing in one line.
///
/// Reading only: nothing at the venue is changed.
package struct VenueCheck: Sendable {
    /// What is to be run.
    package struct Subject: Sendable {
        package var mode: Mode
        package var symbols: [SymbolName]
        package var leverage: Int
        /// Whether the client can sign.
        package var hasKey: Bool
        /// Whether the exchange keeps wall time, so that the clocks can be compared.
        package var keepsWallTime: Bool

        package init(
            mode: Mode, symbols: [SymbolName], leverage: Int, hasKey: Bool, keepsWallTime: Bool
        ) {
            self.mode = mode
            self.symbols = symbols
            self.leverage = leverage
            self.hasKey = hasKey
            self.keepsWallTime = keepsWallTime
        }

        var sendsOrders: Bool { mode == .testnet || mode == .live }
    }

    /// How far the clocks may be apart before it is said, and before live is refused.
    private static let clockNotice = Duration.milliseconds(250)
    private static let clockLimit = Duration.seconds(1)

    package private(set) var lines: [CheckLine] = []
    private let subject: Subject

    package var failures: [CheckLine] { lines.filter { $0.verdict == .failure } }

    /// What refuses a start with real money: the venue, the clock, or what the key and the account may do.
    ///
    /// The other failures only keep a started engine from opening positions; those it has must be guarded.
    package var refusals: [CheckLine] {
        let grave = [
            "rest", "clock", "key", "trading", "withdrawal", "position mode", "assets mode",
        ]
        return failures.filter { grave.contains($0.name) }
    }

    /// Asks the venue; about ten requests.
    package static func read(_ subject: Subject, from rest: BinanceREST) async -> VenueCheck {
        var check = VenueCheck(subject: subject)
        guard await check.readTime(rest) else { return check }
        let contracts = await check.readContracts(rest)
        guard subject.hasKey else {
            if subject.sendsOrders {
                check.add("key", .failure, "there is none", "name one with venue.keyFile")
            }
            return check
        }
        guard await check.readAccount(rest) else { return check }
        let positions = await check.readPositions(rest)
        await check.readSettings(rest, positions)
        await check.readOrders(rest)
        await check.readBalance(rest, contracts)
        return check
    }

    private init(subject: Subject) { self.subject = subject }

    private mutating func add(
        _ name: String, _ verdict: CheckLine.Verdict, _ text: String, _ advice: String? = nil
    ) {
        lines.append(CheckLine(name, verdict, text, advice: advice))
    }

    /// Only real money is refused for it; otherwise it is said.
    private var graveForLive: CheckLine.Verdict { subject.mode == .live ? .failure : .warning }

    /// What engines that send orders are refused for.
    private var graveForOrders: CheckLine.Verdict { subject.sendsOrders ? .failure : .warning }

    // MARK: Time and contracts

    private mutating func readTime(_ rest: BinanceREST) async -> Bool {
        switch await rest.ask(.time, BinanceAnswers.serverTime) {
        case .success: add("rest", .ok, "the venue answers")
        case .failure(let silence):
            let advice =
                switch silence.connect {
                case .certificate:
                    "nobody in between must be trusted; for a private authority set venue.certificateAuthority"
                case .tls: "the host must speak TLS 1.2 or newer; check venue.rest"
                case .timeout, .unreachable, .notAnUpgrade, .canceled, nil:
                    "check venue.rest and the network"
                }
            add("rest", .failure, silence.description, advice)
            return false
        }
        guard subject.keepsWallTime else {
            add("clock", .ok, "not compared: the exchange runs at another speed")
            return true
        }
        guard await rest.synchronizeClock(), let estimate = rest.clockOffset() else {
            add("clock", graveForLive, "the venue's clock could not be measured", "try again")
            return true
        }
        let offset = estimate.offset.nanoseconds.magnitude
        let text =
            "ours is \(offset / 1_000_000) ms \(estimate.offset < .zero ? "ahead" : "behind"), known to \(estimate.uncertainty.milliseconds + 1) ms"
        if offset > UInt64(Self.clockLimit.nanoseconds) {
            add("clock", graveForLive, text, "set it with NTP: systemctl status systemd-timesyncd")
        } else if offset > UInt64(Self.clockNotice.nanoseconds) {
            add("clock", .warning, text, "set it with NTP: systemctl status systemd-timesyncd")
        } else {
            add("clock", .ok, text)
        }
        return true
    }

    private mutating func readContracts(_ rest: BinanceREST) async -> [Instrument] {
        do throws(ContractError) {
            let book = try await ContractBook.read(
                from: rest, venue: "", symbols: subject.symbols, isSigned: subject.hasKey,
                at: .distantPast)
            var instruments: [Instrument] = []
            for symbol in subject.symbols {
                do throws(ContractError) {
                    let (found, _) = try book.instruments(for: [symbol])
                    instruments += found
                    let filters = found[0].filters
                    add(
                        "filters \(symbol)", .ok,
                        "tick \(filters.tickSize), step \(filters.stepSize), smallest order \(filters.minNotional)"
                    )
                } catch {
                    add("filters \(symbol)", .failure, error.description, "correct symbols")
                }
            }
            let untabled = subject.symbols.filter { book.contract($0)?.tiers == nil }
            if subject.hasKey, !untabled.isEmpty {
                add(
                    "margin tables", .warning,
                    "not told for \(untabled.map(\.description).joined(separator: ", ")); built-in ones are used"
                )
            }
            return instruments
        } catch {
            add("filters", .failure, error.description, "try again")
            return []
        }
    }

    // MARK: Account

    /// Whether the key is good for asking more.
    private mutating func readAccount(_ rest: BinanceREST) async -> Bool {
        switch await rest.ask(.accountConfiguration, BinanceAnswers.accountConfiguration) {
        case .failure(let silence):
            add(
                "key", subject.sendsOrders ? .failure : .warning, silence.description,
                silence.reaction == .halt
                    ? "check key, secret, allowed addresses and the permission for futures"
                    : "try again")
            return false
        case .success(let account):
            add("key", .ok, "the venue accepts it")
            if account.canTrade {
                add("trading", .ok, "allowed")
            } else {
                add(
                    "trading", graveForOrders, "the account may not trade",
                    "allow futures for the key, or ask the venue")
            }
            if account.canWithdraw {
                add(
                    "withdrawal", graveForLive, "the venue says that funds may leave",
                    "use a key that may only trade")
            } else {
                add("withdrawal", .ok, "not allowed, as it must be")
            }
            if account.isDualSide {
                add(
                    "position mode", graveForOrders, "hedge mode",
                    "set one-way mode at the venue; it must be flat for that")
            } else {
                add("position mode", .ok, "one-way")
            }
            if account.isMultiAssets {
                add(
                    "assets mode", graveForOrders, "multi-assets mode",
                    "set single-asset mode at the venue")
            } else {
                add("assets mode", .ok, "single-asset")
            }
            return true
        }
    }

    private mutating func readPositions(_ rest: BinanceREST) async -> [PositionAnswer] {
        switch await rest.ask(.positions(), BinanceAnswers.positions) {
        case .failure(let silence):
            add("positions", graveForOrders, silence.description, "try again")
            return []
        case .success(let rows):
            let open = rows.filter { $0.direction != nil }
            let text = open.map {
                "\(SafeText.clean($0.symbol)) \($0.direction == .long ? "long" : "short") \($0.quantity)"
            }.joined(separator: ", ")
            if open.isEmpty {
                add("positions", .ok, "none")
            } else {
                add(
                    "positions", .warning, text,
                    "those that the engine did not open are treated as venue.foreignOrders says")
            }
            return open
        }
    }

    private mutating func readSettings(_ rest: BinanceREST, _ open: [PositionAnswer]) async {
        for symbol in subject.symbols {
            switch await rest.ask(
                .symbolConfigurations(symbol: symbol), BinanceAnswers.symbolConfigurations)
            {
            case .failure(let silence):
                add("margin \(symbol)", graveForOrders, silence.description, "try again")
            case .success(let rows):
                guard let row = rows.first(where: { $0.symbol == symbol.description }) else {
                    add(
                        "margin \(symbol)", graveForOrders, "the venue does not tell it",
                        "try again")
                    continue
                }
                let isOpen = open.contains { $0.symbol == symbol.description }
                if row.marginType == .known(.isolated) {
                    add("margin \(symbol)", .ok, "isolated")
                } else if isOpen {
                    add(
                        "margin \(symbol)", graveForOrders, "not isolated, with a position open",
                        "close the position, then set isolated margin at the venue")
                } else {
                    add(
                        "margin \(symbol)", .warning,
                        "not isolated; the engine sets it at its start")
                }
                if row.leverage == subject.leverage {
                    add("leverage \(symbol)", .ok, "\(row.leverage)")
                } else {
                    add(
                        "leverage \(symbol)", .warning,
                        "\(row.leverage) at the venue, \(subject.leverage) configured; the engine sets it at its start"
                    )
                }
            }
        }
    }

    private mutating func readOrders(_ rest: BinanceREST) async {
        var texts: [String] = []
        var count = 0
        switch await rest.ask(.openOrders(symbol: nil), BinanceAnswers.openOrders) {
        case .success(let orders):
            count += orders.count
            texts.append("\(orders.count) plain")
        case .failure(let silence): texts.append("plain ones not known: \(silence)")
        }
        switch await rest.ask(.openAlgoOrders(symbol: nil), BinanceAnswers.openAlgoOrders) {
        case .success(let orders):
            count += orders.count
            texts.append("\(orders.count) conditional")
        case .failure(let silence): texts.append("conditional ones not known: \(silence)")
        }
        let isKnown = !texts.contains { $0.contains("not known") }
        let text = texts.joined(separator: ", ")
        if !isKnown {
            add("orders", graveForOrders, text, "try again")
        } else if count == 0 {
            add("orders", .ok, "none")
        } else {
            add(
                "orders", .warning, text,
                "those that the engine did not place are treated as venue.foreignOrders says")
        }
    }

    private mutating func readBalance(_ rest: BinanceREST, _ instruments: [Instrument]) async {
        switch await rest.ask(.balances, BinanceAnswers.balances) {
        case .failure(let silence):
            add("balance", graveForOrders, silence.description, "try again")
        case .success(let balances):
            let own = balances.first { $0.asset == ContractBook.asset }
            let available = own?.availableBalance ?? .zero
            // What fits at the configured leverage, against the smallest order of each symbol.
            let reach = Money(units: available.units * Int128(subject.leverage))
            let short = instruments.filter { reach < $0.filters.minNotional }
            let text =
                "\(own?.balance ?? .zero) \(ContractBook.asset), of which \(available) available"
            // What is bound in positions is not missing.
            let isUsed = (own?.balance ?? .zero) > available
            let grave = isUsed ? .warning : graveForOrders
            if available <= .zero {
                add("balance", grave, text, "transfer USDT to the futures account")
            } else if short.isEmpty {
                add("balance", .ok, text)
            } else {
                add(
                    "balance", grave,
                    text + "; too little for one order of "
                        + short.map(\.symbol.description).joined(separator: ", "),
                    "transfer more, or trade a symbol with smaller orders")
            }
        }
    }
}

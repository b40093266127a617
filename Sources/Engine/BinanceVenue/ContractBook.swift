import BinanceFormat
import Text
package import Trading

/// Why the contracts of an engine cannot be used, in one plain line.
package enum ContractError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownSymbol(SymbolName, nearest: SymbolName?)
    case notTrading(SymbolName, status: String)
    case otherAsset(SymbolName, asset: String)
    /// The venue did not answer, and nothing usable was stored.
    case noAnswer(String)

    package var description: String {
        switch self {
        case .unknownSymbol(let symbol, let nearest):
            "\(symbol) is no contract of the venue"
                + (nearest.map { "; did you mean \($0)?" } ?? "")
        case .notTrading(let symbol, let status):
            "\(symbol) cannot be traded at the venue now (\(status)); remove it from symbols"
        case .otherAsset(let symbol, let asset):
            "\(symbol) is settled in \(asset); only USDT contracts are traded"
        case .noAnswer(let reason): "the venue's contracts are not known: \(reason)"
        }
    }
}

/// The contracts of a venue with their rules, as they were read at one moment.
package struct ContractBook: Hashable, Sendable, Codable {
    /// One contract; what needs a key to be read may be absent.
    package struct Contract: Hashable, Sendable, Codable {
        package var symbol: SymbolName
        /// In the venue's words.
        package var status: String
        package var isTradable: Bool
        package var marginAsset: String
        package var filters: InstrumentFilters
        package var priceDigits: Int
        package var priceBand: PriceBand?
        /// Lowest notional first; `nil` when the margin table was not read.
        package var tiers: [MarginTier]?
        package var makerFee: Rate?
        package var takerFee: Rate?
    }

    /// The server that said so.
    package var venue: String
    /// Wall time of the reading.
    package var readTime: Timestamp
    /// Sorted by symbol, each once.
    package var contracts: [Contract]

    package init(venue: String, readTime: Timestamp, contracts: [Contract]) {
        self.venue = venue
        self.readTime = readTime
        self.contracts = contracts
    }

    /// The asset in which all money of an engine is counted.
    package static let asset = "USDT"

    package func contract(_ symbol: SymbolName) -> Contract? {
        contracts.first { $0.symbol == symbol }
    }

    /// Whether nothing in it contradicts itself; what was stored is not believed without.
    var isSound: Bool {
        var last: SymbolName?
        for contract in contracts {
            if let last, contract.symbol <= last { return false }
            last = contract.symbol
            let filters = contract.filters
            guard filters.tickSize.units > 0, filters.stepSize.units > 0,
                filters.minPrice.units > 0, filters.minPrice < filters.maxPrice,
                filters.minQuantity <= filters.maxQuantity, filters.minNotional >= .zero,
                (0...18).contains(contract.priceDigits)
            else { return false }
            var floor = Money.zero
            for tier in contract.tiers ?? [] {
                guard tier.floor == floor, tier.floor < tier.cap, tier.maxLeverage >= 1,
                    tier.maintenanceRate.units >= 0
                else { return false }
                floor = tier.cap
            }
        }
        return !contracts.isEmpty
    }

    /// The instruments of `symbols`, in that order, and what must be said of them.
    ///
    /// Takes symbols that are accepted although they are not trading: those with a position, which must be closed.
    package func instruments(
        for symbols: [SymbolName], keeping held: Set<SymbolName> = []
    ) throws(ContractError) -> (instruments: [Instrument], notes: [String]) {
        var instruments: [Instrument] = []
        var untabled: [String] = []
        var notes: [String] = []
        for (index, symbol) in symbols.enumerated() {
            guard let contract = contract(symbol) else {
                throw .unknownSymbol(symbol, nearest: nearest(to: symbol))
            }
            guard contract.marginAsset == Self.asset else {
                throw .otherAsset(symbol, asset: contract.marginAsset)
            }
            if !contract.isTradable {
                guard held.contains(symbol) else {
                    throw .notTrading(symbol, status: contract.status)
                }
                notes.append("\(symbol) is not trading (\(contract.status)): exits only")
            }
            var instrument = Instrument.preset(symbol, id: InstrumentID(UInt16(index)))
            instrument.filters = contract.filters
            instrument.priceDigits = contract.priceDigits
            instrument.priceBand = contract.priceBand
            if let tiers = contract.tiers, !tiers.isEmpty {
                instrument.tiers = tiers
            } else {
                untabled.append(symbol.description)
            }
            instrument.makerFee = contract.makerFee ?? instrument.makerFee
            instrument.takerFee = contract.takerFee ?? instrument.takerFee
            instruments.append(instrument)
        }
        if !untabled.isEmpty {
            notes.append(
                "margin tables were not read from the venue (a key is needed); built-in ones are used for "
                    + untabled.joined(separator: ", "))
        }
        return (instruments, notes)
    }

    /// The tradable contract whose name is nearest to a mistyped one, within three edits.
    private func nearest(to symbol: SymbolName) -> SymbolName? {
        var best: (symbol: SymbolName, distance: Int)?
        for contract in contracts where contract.isTradable && contract.marginAsset == Self.asset {
            let distance = symbol.description.editDistance(to: contract.symbol.description)
            if distance < best?.distance ?? 4 { best = (contract.symbol, distance) }
        }
        return best?.symbol
    }
}

// MARK: Reading

extension ContractBook {
    /// Reads the contracts from the venue; with `isSigned` also the margin tables, and the fees of `symbols`.
    ///
    /// Only the list of contracts must come; without the rest its places stay empty.
    package static func read(
        from rest: BinanceREST, venue: String, symbols: [SymbolName], isSigned: Bool,
        at time: Timestamp
    ) async throws(ContractError) -> ContractBook {
        let info: ExchangeInfo
        switch await rest.ask(.exchangeInfo, timeout: .seconds(10), BinanceAnswers.exchangeInfo) {
        case .success(let answer): info = answer
        case .failure(let failure): throw .noAnswer(failure.description)
        }
        rest.adopt(info.rateLimits)
        var contracts = info.symbols.map { contract in
            Contract(
                symbol: contract.symbol, status: contract.status.text,
                isTradable: contract.isTradable, marginAsset: contract.marginAsset,
                filters: contract.filters, priceDigits: contract.filters.tickSize.digits,
                priceBand: contract.priceBand)
        }
        contracts.sort { $0.symbol < $1.symbol }
        if isSigned {
            if case .success(let tables) = await rest.ask(.brackets(), BinanceAnswers.brackets) {
                for table in tables {
                    let tiers = table.scaledTiers
                    guard tiers.first?.floor == .zero,
                        let place = contracts.firstIndex(where: {
                            $0.symbol.description == table.symbol
                        })
                    else { continue }
                    contracts[place].tiers = tiers
                }
            }
            for symbol in symbols {
                guard let place = contracts.firstIndex(where: { $0.symbol == symbol }),
                    case .success(let rates) = await rest.ask(
                        .commissionRates(symbol: symbol), BinanceAnswers.commissionRates),
                    rates.symbol == symbol.description
                else { continue }
                contracts[place].makerFee = rates.maker
                contracts[place].takerFee = rates.taker
            }
        }
        let book = ContractBook(venue: venue, readTime: time, contracts: contracts)
        guard book.isSound else { throw .noAnswer("its list of contracts contradicts itself") }
        return book
    }
}

extension VenueWord where Known == ContractStatus {
    fileprivate var text: String {
        switch self {
        case .known(let status): status.rawValue
        case .unknown(let text): text
        }
    }
}

extension Price {
    /// Digits behind the point that this step needs.
    fileprivate var digits: Int {
        var (units, digits) = (units, FixedPoint.digits)
        while digits > 0, units % 10 == 0 {
            units /= 10
            digits -= 1
        }
        return digits
    }
}

extension BracketTable {
    /// The tiers with the coefficient of this account in their bounds.
    ///
    /// - Source: Binance USDⓈ-M leverageBracket, `notionalCoef`: "user symbol bracket multiplier".
    fileprivate var scaledTiers: [MarginTier] {
        let one = FixedPoint.moneyUnitsPerOne
        guard let coefficient = notionalCoefficient, coefficient.units > 0,
            coefficient.units != one, coefficient.units <= one * 1_000
        else { return tiers }
        // In steps of 10⁻⁸, so that the product fits.
        let factor = coefficient.units / 100_000_000
        func scaled(_ money: Money) -> Money {
            let (product, overflow) = money.units.multipliedReportingOverflow(by: factor)
            return overflow ? money : Money(units: product / 100_000_000)
        }
        return tiers.map { tier in
            MarginTier(
                floor: scaled(tier.floor), cap: scaled(tier.cap), maxLeverage: tier.maxLeverage,
                maintenanceRate: tier.maintenanceRate, deduction: scaled(tier.deduction))
        }
    }
}

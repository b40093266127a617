import BinanceFormat
import Text
import Trading

/// One complete reading of the account, put together from its parts.
///
/// The positions are read first and last: only when both are equal nothing traded between the other parts.
struct AccountReading: Sendable {
    enum Stage: Hashable, Sendable {
        case positions, gathering, lookingForAbsent, waitingForHistory, confirming
    }

    /// Why the parts do not make a reading.
    enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// It traded while it was read.
        case moved
        /// An order of ours is open by name and in no list.
        case listLacks(ClientOrderID)
        /// Fills of an order that has ended are not known yet.
        case fillsMissing
        /// No position is listed, and yet margin is bound in one.
        case positionsLack(Money)
        case noBalance
        /// Two positions of one symbol: hedge mode.
        case twoPositions(SymbolName)
        case noEntryPrice(SymbolName)

        var description: String {
            switch self {
            case .moved: "it changes while it is read"
            case .listLacks(let id): "order \(id) is open and in no list"
            case .fillsMissing: "fills of an ended order are missing"
            case .positionsLack(let margin):
                "no position is listed, and \(margin.text(fractionDigits: 2)) are bound in one"
            case .noBalance: "the balance is not listed"
            case .twoPositions(let symbol): "\(symbol) has two positions"
            case .noEntryPrice(let symbol): "\(symbol) has a position without an entry price"
            }
        }
    }

    let number: Int
    /// The venue's time before the first part was asked: what opened later may be missing.
    let startTime: Timestamp
    /// Orders that the engine asks for.
    let asked: [OrderQuestion]
    /// Orders of ours that no list showed.
    var suspects: [OrderQuestion] = []
    var stage = Stage.positions
    var positions: [PositionAnswer]?
    var positionsAgain: [PositionAnswer]?
    var orders: [[OrderAnswer]?]
    var algos: [[AlgoOrderAnswer]?]
    var balances: [BalanceAnswer]?
    /// The run of each contract's history that must be told before the end.
    var historyNeeds: [Int] = []
    private(set) var missing: [ClientOrderID] = []
    private var openByName: [ClientOrderID] = []
    private var foundByName: [ClientOrderID] = []
    private var outstanding: Set<ReadingPart> = []

    init(number: Int, startTime: Timestamp, asked: [OrderQuestion], contracts: Int) {
        self.number = number
        self.startTime = startTime
        self.asked = asked
        orders = Array(repeating: nil, count: contracts)
        algos = Array(repeating: nil, count: contracts)
    }

    mutating func expect(_ part: ReadingPart) { outstanding.insert(part) }
    mutating func got(_ part: ReadingPart) { outstanding.remove(part) }
    var isComplete: Bool { outstanding.isEmpty }

    mutating func found(_ question: OrderQuestion, isOpen: Bool) {
        let id = question.clientOrderID
        if !foundByName.contains(id) { foundByName.append(id) }
        if isOpen, !openByName.contains(id) { openByName.append(id) }
        if !isOpen { openByName.removeAll { $0 == id } }
    }

    mutating func miss(_ question: OrderQuestion) {
        // A suspect that the venue does not know is for the engine to judge, by its absence.
        guard asked.contains(question), !missing.contains(question.clientOrderID) else { return }
        missing.append(question.clientOrderID)
    }

    /// Whether a list of open orders shows it.
    func lists(_ id: ClientOrderID) -> Bool {
        orders.contains { list in
            list?.contains { $0.clientOrderID == id.description } ?? false
        }
            || algos.contains { list in
                list?.contains { $0.clientAlgoID == id.description } ?? false
            }
    }

    // MARK: Putting together

    /// Margin bound in no listed position up to which its sum may be rounding.
    private static let marginTolerance = Money(whole: 1)

    /// The reading, or why it is none.
    ///
    /// `waitingEnds` counts the orders whose end was heard and whose fills were not: with them the positions explain nothing.
    func assemble(
        _ configuration: BinanceAccountConfiguration, leverages: [Int], lastTrades: [LastTrade],
        waitingEnds: Int
    ) -> Result<AccountSnapshot, Problem> {
        guard let positions, let positionsAgain, Self.isSame(positions, positionsAgain) else {
            return .failure(.moved)
        }
        guard waitingEnds == 0 else { return .failure(.fillsMissing) }
        for id in openByName
        where !lists(id) && suspects.contains(where: { $0.clientOrderID == id }) {
            return .failure(.listLacks(id))
        }
        guard let balance = balances?.first(where: { $0.asset == configuration.quoteAsset }) else {
            return .failure(.noBalance)
        }
        // What is not cross is bound in isolated positions; an empty list beside it is an error, never a flat account.
        let bound = balance.balance - balance.crossWalletBalance
        if bound > Self.marginTolerance, positionsAgain.allSatisfy({ $0.direction == nil }) {
            return .failure(.positionsLack(bound))
        }
        var held: [VenuePosition] = []
        var ours: [VenueOrder] = []
        var foreign: [ForeignOrder] = []
        for (place, contract) in configuration.contracts.enumerated() {
            let rows = positionsAgain.filter {
                $0.symbol == contract.symbol.description && $0.direction != nil
            }
            guard rows.count <= 1 else { return .failure(.twoPositions(contract.symbol)) }
            if let row = rows.first {
                guard
                    let position = row.venuePosition(
                        instrument: contract.instrument, leverage: leverages[place])
                else { return .failure(.noEntryPrice(contract.symbol)) }
                held.append(position)
            }
            for order in orders[place] ?? [] { sort(order, contract, &ours, &foreign) }
            for algo in algos[place] ?? [] { sort(algo, contract, &ours, &foreign) }
        }
        held.sort { $0.instrument < $1.instrument }
        ours.sort { $0.venueOrderID < $1.venueOrderID }
        foreign.sort { $0.venueOrderID < $1.venueOrderID }
        return .success(
            AccountSnapshot(
                walletBalance: balance.balance, positions: held, openOrders: ours,
                lastTrades: lastTrades.sorted { $0.instrument < $1.instrument },
                missing: missing.filter { !lists($0) && !foundByName.contains($0) },
                foreignOrders: foreign, venueTime: startTime))
    }

    /// Whether nothing traded between the two: prices may have moved, quantities and entries may not.
    private static func isSame(_ first: [PositionAnswer], _ second: [PositionAnswer]) -> Bool {
        func held(_ rows: [PositionAnswer]) -> [Held] {
            rows.filter { $0.direction != nil }
                .map {
                    Held(
                        symbol: $0.symbol, direction: $0.direction, quantity: $0.quantity,
                        entryPrice: $0.entryPrice, updateTime: $0.updateTime)
                }
                .sorted { ($0.symbol, $0.updateTime) < ($1.symbol, $1.updateTime) }
        }
        return held(first) == held(second)
    }

    private struct Held: Hashable {
        let symbol: String
        let direction: Direction?
        let quantity: Quantity
        let entryPrice: Price?
        let updateTime: Timestamp
    }

    private func sort(
        _ order: OrderAnswer, _ contract: BinanceAccountConfiguration.Contract,
        _ ours: inout [VenueOrder], _ foreign: inout [ForeignOrder]
    ) {
        guard order.symbol == contract.symbol.description else { return }
        if AccountSession.ourID(order.clientOrderID) != nil,
            let known = order.venueOrder(instrument: contract.instrument)
        {
            return ours.append(known)
        }
        foreign.append(
            ForeignOrder(
                instrument: contract.instrument,
                clientOrderID: SafeText.clean(order.clientOrderID, maxLength: 64),
                venueOrderID: order.venueOrderID, isConditional: false, side: order.side,
                price: order.price, quantity: order.quantity, isReduceOnly: order.isReduceOnly,
                closesPosition: order.closesPosition))
    }

    private func sort(
        _ algo: AlgoOrderAnswer, _ contract: BinanceAccountConfiguration.Contract,
        _ ours: inout [VenueOrder], _ foreign: inout [ForeignOrder]
    ) {
        guard algo.symbol == contract.symbol.description else { return }
        if AccountSession.ourID(algo.clientAlgoID) != nil,
            let known = algo.venueOrder(instrument: contract.instrument)
        {
            return ours.append(known)
        }
        foreign.append(
            ForeignOrder(
                instrument: contract.instrument,
                clientOrderID: SafeText.clean(algo.clientAlgoID, maxLength: 64),
                venueOrderID: VenueOrderID(algo.algoID), isConditional: true, side: algo.side,
                price: algo.triggerPrice, quantity: algo.quantity,
                isReduceOnly: algo.isReduceOnly, closesPosition: algo.closesPosition))
    }
}

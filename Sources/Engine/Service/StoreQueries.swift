import Dispatch
import Journal
import Messages
import Projection
import Trading
import Wire

/// Answers questions about the past out of the store, one at a time, on a queue of its own.
final class StoreQueries: Sendable {
    private let directory: String
    private let instruments: [Instrument]
    private let queue = DispatchQueue(label: "queries")

    init(directory: String, instruments: [Instrument]) {
        self.directory = directory
        self.instruments = instruments
    }

    /// The last notices of earlier runs, oldest first, numbered as the log numbers them.
    func recentEvents() -> [EventTopic] {
        do throws(JournalError) {
            let notices = try JournalReader(directory: directory).notices(limit: 200)
            return notices.reversed().map { EventTopic($0) }
        } catch {
            // A store without its tables yet has no past.
            return []
        }
    }

    func answer(
        _ request: QueryRequest,
        _ answer: @escaping @Sendable (Result<QueryResult, WireError>) -> Void
    ) {
        queue.async { [self] in
            do throws(JournalError) {
                answer(.success(try result(request)))
            } catch {
                answer(.failure(WireError(.internalError, error.text)))
            }
        }
    }

    private func result(_ request: QueryRequest) throws(JournalError) -> QueryResult {
        let reader = try JournalReader(directory: directory)
        let limit = request.limit
        var result = QueryResult(what: request.what)
        switch request.what {
        case .trades:
            let rows = try reader.trades(limit: limit, before: request.before)
            result.trades = rows.map { row in
                TradeTopic(
                    row.value, symbol: symbol(row.value.instrument),
                    priceDigits: digits(row.value.instrument))
            }
            result.next = next(rows, limit)
        case .decisions:
            let rows = try reader.decisions(limit: limit, before: request.before)
            result.decisions = rows.map {
                DecisionTopic($0.value, symbol: symbol($0.value.instrument))
            }
            result.next = next(rows, limit)
        case .events:
            let rows = try reader.notices(limit: limit, before: request.before)
            result.events = rows.map { EventTopic($0) }
            result.next = next(rows, limit)
        case .commands:
            let rows = try reader.commands(limit: limit, before: request.before)
            result.commands = rows.map { CommandTopic($0) }
            result.next = next(rows, limit)
        }
        return result
    }

    private func next<Value>(_ rows: [Recorded<Value>], _ limit: Int) -> Int64? {
        rows.count == limit ? rows.last?.fact : nil
    }

    private func symbol(_ id: InstrumentID) -> String {
        Int(id.index) < instruments.count
            ? instruments[Int(id.index)].symbol.description : "instrument \(id.index)"
    }

    private func digits(_ id: InstrumentID) -> Int {
        Int(id.index) < instruments.count
            ? instruments[Int(id.index)].priceDigits : FixedPoint.digits
    }
}

extension EventTopic {
    init(_ row: Recorded<Notice>) {
        self.init(
            number: EventLog.number(sequence: row.sequence), time: row.time.milliseconds,
            tag: row.value.tag.rawValue, severity: row.value.severity.rawValue, text: row.value.text
        )
    }
}

extension CommandTopic {
    init(_ row: Recorded<CommandReview>) {
        let start = row.value.steps.first?.time ?? row.time
        self.init(
            id: row.value.envelope.id.description, name: row.value.envelope.command.name,
            origin: row.value.envelope.origin.text, acceptedAtWall: start.milliseconds,
            rungs: row.value.steps.map {
                LadderRungTopic(
                    step: $0.step.rawValue, afterMs: ($0.time - start).seconds * 1e3, durable: true)
            },
            ordersBefore: 0, ordersNow: 0, positionsBefore: 0, positionsNow: 0,
            refusal: row.value.refusal, symbol: row.value.envelope.command.symbol?.description)
    }
}

extension DecisionTopic {
    init(_ decision: DecisionRecord, symbol: String) {
        let outcome: String
        var detail: String?
        switch decision.outcome {
        case .notReady(let why): (outcome, detail) = ("notReady", why.rawValue)
        case .belowThreshold: outcome = "belowThreshold"
        case .noProbability: outcome = "noProbability"
        case .vetoedByPolicy: outcome = "vetoedByPolicy"
        case .refusedByGuard(let id): (outcome, detail) = ("refusedByGuard", id.label)
        case .refusedByRisk(let why): (outcome, detail) = ("refusedByRisk", why)
        case .tooSmall(let needed):
            (outcome, detail) = ("tooSmall", "needs equity \(needed.text(fractionDigits: 2))")
        case .ordered(let id): (outcome, detail) = ("ordered", id.description)
        }
        let side = decision.direction?.word
        self.init(
            symbol: symbol, candleOpenTime: decision.candleOpenTime.milliseconds, side: side,
            longProbability: decision.longProbability, shortProbability: decision.shortProbability,
            longThreshold: decision.longThreshold, shortThreshold: decision.shortThreshold,
            markPrice: decision.markPrice?.description, outcome: outcome, detail: detail,
            verdicts: decision.verdicts.map {
                GuardTopic($0, symbol: symbol, side: side ?? "", blocks24h: 0)
            })
    }
}

import BinanceFormat
import Messages
import Trading
import Transport

/// The venue's history of our fills: what the stream did not bring is told from it.
extension AccountSession {
    /// Wall time after which an end's missing fills are looked for; doubled with every look.
    private static let historyWait = Duration.milliseconds(300)
    /// After a question that failed.
    private static let historyRetry = Duration.milliseconds(500)

    /// Reads the history of one contract from now on; answers the number of the run that will have done it.
    @discardableResult
    mutating func wantHistory(_ place: Int) -> Int {
        isHistoryArmed[place] = false
        let (number, next) = replays[place].want(after: logs[place].confirmed)
        follow(next, place, nil)
        return number
    }

    /// Looks for the fills of orders that have ended without them.
    mutating func watchHistory(_ place: Int) {
        let waiting = tracker.waiting(instrument(place))
        // Armed once: what comes meanwhile must not put the look off.
        guard let tries = waiting.compactMap({ $0.ending?.tries }).min(), !isHistoryArmed[place]
        else { return }
        isHistoryArmed[place] = true
        effects.append(
            .wake(.history(place), after: Self.historyWait * (1 << Int64(min(tries, 6)))))
    }

    mutating func historyCame(
        _ place: Int, _ outcome: BinanceREST.Outcome, _ now: AccountMoment
    ) {
        guard let body = outcome.success else { return failHistory(place, outcome) }
        do throws(FrameError) {
            let page = try BinanceAnswers.userTrades(body.span)
            let symbol = symbol(place).description
            guard page.allSatisfy({ $0.symbol == symbol && TradeLog.isCredible($0.tradeID) })
            else {
                return failHistory(place, outcome)
            }
            let instrument = instrument(place)
            let tracker = tracker
            let next = replays[place].take(page) { id in
                tracker.name(of: id, instrument) != nil
            }
            follow(next, place, now)
        } catch { failHistory(place, outcome) }
    }

    /// Whose order a fill was of. An order that the venue does not know, asked again and again, is nobody's of ours.
    mutating func traderCame(
        _ place: Int, _ id: VenueOrderID, _ outcome: BinanceREST.Outcome, _ now: AccountMoment
    ) {
        if let body = outcome.success {
            do throws(FrameError) {
                let answer = try BinanceAnswers.order(body.span)
                guard answer.venueOrderID == id else { return failHistory(place, outcome) }
                tracker.link(id, instrument(place), to: answer.clientOrderID)
            } catch { return failHistory(place, outcome) }
        } else if !outcome.isUnknownOrder || !replays[place].missed(id) {
            return failHistory(place, outcome)
        }
        follow(replays[place].resolved(id), place, now)
    }

    /// Nothing of the run was told: it is done again from its beginning.
    private mutating func failHistory(_ place: Int, _ outcome: BinanceREST.Outcome) {
        replays[place].fail()
        guard !isStopped else { return }
        isHistoryArmed[place] = true
        effects.append(
            .wake(.history(place), after: outcome.retryWait(Self.historyRetry)))
    }

    private mutating func follow(_ next: TradeReplay.Next, _ place: Int, _ now: AccountMoment?) {
        switch next {
        case .wait: break
        case .ask(let request): effects.append(.ask(.trades(place), request))
        case .resolve(let ids):
            for id in ids {
                effects.append(.ask(.tradeOrder(place, id), .order(id, symbol: symbol(place))))
            }
        case .done(let trades, let last):
            guard let now else { return }
            tellHistory(trades, last: last, place, now)
        }
    }

    private mutating func tellHistory(
        _ trades: [AccountTrade], last: Int64?, _ place: Int, _ now: AccountMoment
    ) {
        if logs[place].confirmed == nil {
            // Whatever traded before is in the position that the engine finds.
            logs[place].begin(at: trades.first.map { $0.tradeID - 1 } ?? last ?? 0)
        }
        for trade in trades { tellMissed(trade, place, now) }
        logs[place].confirm(last ?? 0)
        let (reports, givenUp) = tracker.historyTold(instrument(place))
        tell(reports)
        for id in givenUp {
            note(.alarm, "order \(id) has filled more than the venue's history shows")
        }
        if !givenUp.isEmpty { want(reading: []) }
        watchHistory(place)
        follow(replays[place].complete(confirmed: logs[place].confirmed), place, now)
        catchUpIfTold(now)
        historiesMoved(now)
    }

    /// One fill of the history. When the stream should have brought it long ago, the stream is deaf.
    private mutating func tellMissed(
        _ trade: AccountTrade, _ place: Int, _ now: AccountMoment
    ) {
        let repeated = counters.repeatedFills
        noteCommission(trade.commission, trade.commissionAsset)
        tell(trade.fill(quoteAsset: configuration.quoteAsset), of: trade.venueOrderID, place)
        // What was told before is not a repeat by the stream.
        guard counters.repeatedFills == repeated else {
            counters.repeatedFills = repeated
            return
        }
        counters.replayedFills += 1
        let grace = Duration(nanoseconds: Int64(3e9 * max(1, timeScale)))
        if let since = link.liveSince, since < trade.time, now.venue - trade.time > grace {
            note(.alarm, "the user stream did not bring a fill; it is opened anew")
            lose(now)
        }
    }
}

extension BinanceREST.Outcome {
    /// How long to wait before asking again what can be asked again: what our budget says, or long when keys, address or
    /// place are refused, or else `base`.
    func retryWait(_ base: Duration) -> Duration {
        if let wait { return max(wait, base) }
        return trouble == nil ? base : max(.seconds(10), base)
    }

    /// How long our own budget wants to be left alone; `nil` when it is not that.
    var wait: Duration? {
        guard case .held(let wait) = self else { return nil }
        return wait
    }
}

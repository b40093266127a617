import BinanceFormat
import Messages
import Trading
import Transport

/// One coming or going of cash, by event or by booking.
struct Transfer: Hashable, Sendable {
    let amount: Money
    let time: Timestamp
    /// Read from the venue's bookings, and not heard on the stream.
    let isBooking: Bool
}

/// Transfers are told by the stream; those of a gap in it are told from the venue's bookings. Each is told once.
struct TransferWatch: Sendable {
    /// An event and its booking are one transfer when their amounts are equal and their times this near.
    static let tolerance = Duration.seconds(5)
    /// Before the loss of a stream, since nobody knows when it fell silent.
    static let overlap = Duration.minutes(1)

    /// From when on the bookings are read after the next opening.
    var knownUntil: Timestamp?
    var isAsking = false
    /// Told, and not seen by the other way yet; the latest.
    private var told: [Transfer] = []
    private var ids: [Int64] = []

    init(knownUntil: Timestamp?) { self.knownUntil = knownUntil }

    mutating func begin(at time: Timestamp) { knownUntil = knownUntil ?? time }

    /// Whether it was not told by the other way.
    mutating func isNew(_ transfer: Transfer) -> Bool {
        let place = told.firstIndex {
            $0.isBooking != transfer.isBooking && $0.amount == transfer.amount
                && max($0.time - transfer.time, transfer.time - $0.time) <= Self.tolerance
        }
        if let place {
            told.remove(at: place)
            return false
        }
        told.append(transfer)
        if told.count > 64 { told.removeFirst() }
        return true
    }

    mutating func isNew(booking id: Int64) -> Bool {
        guard !ids.contains(id) else { return false }
        ids.append(id)
        if ids.count > 512 { ids.removeFirst() }
        return true
    }
}

extension AccountSession {
    mutating func tellTransfer(_ transfer: Transfer) {
        guard transfers.isNew(transfer) else { return }
        effects.append(
            .account(.transferred(amount: transfer.amount, venueTime: transfer.time)))
    }

    /// Reads the bookings of the time in which nothing was heard.
    mutating func askTransfers() {
        guard !transfers.isAsking, !isStopped, let from = transfers.knownUntil else { return }
        transfers.isAsking = true
        effects.append(.ask(.transfers, .income(type: "TRANSFER", from: from, limit: 1_000)))
    }

    mutating func transfersCame(_ outcome: BinanceREST.Outcome) {
        transfers.isAsking = false
        guard let body = outcome.success else {
            effects.append(.wake(.transfers, after: outcome.retryWait(.seconds(2))))
            return
        }
        do throws(FrameError) {
            for booking in try BinanceAnswers.income(body.span)
            where booking.asset == configuration.quoteAsset && booking.type == "TRANSFER" {
                guard transfers.isNew(booking: booking.id) else { continue }
                tellTransfer(
                    Transfer(amount: booking.amount, time: booking.time, isBooking: true))
            }
        } catch { noteOnce(.warning, "the bookings of transfers cannot be read") }
    }
}

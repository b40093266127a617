package import Text
package import Trading

/// Why a frame was refused, and at which byte of it.
package typealias FrameError = JSONError

/// One market frame of the venue in our words.
package struct DecodedFrame: Hashable, Sendable {
    package enum Kind: Hashable, Sendable, CaseIterable {
        case trade, aggregateTrade, bookTicker, depthUpdate, depthSnapshot, markPrice, kline,
            forcedOrder
        /// A trade that no order on the book took part in, or one of zero price or quantity: not a print.
        case ignoredPrint
        /// An answer to a request, or an event that we do not read.
        case other
    }

    /// Which instrument the frame is about.
    package enum Symbol: Hashable, Sendable {
        /// The frame names none, like a depth snapshot.
        case absent
        case known(InstrumentID)
        /// It names one that the decoder was not told of.
        case unknown
    }

    package var kind: Kind
    package var symbol: Symbol
    /// The venue's stamp of the frame (`E`); `nil` where it has none.
    package var eventTime: Timestamp?
    /// When it happened in the matching engine (`T`); `nil` where the frame does not say.
    package var transactTime: Timestamp?
    /// `nil` for ignored prints, other frames, and values that the venue says it does not have yet.
    package var data: MarketData?

    package init(
        kind: Kind, symbol: Symbol, eventTime: Timestamp?, transactTime: Timestamp?,
        data: MarketData?
    ) {
        self.kind = kind
        self.symbol = symbol
        self.eventTime = eventTime
        self.transactTime = transactTime
        self.data = data
    }
}

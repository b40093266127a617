package import Trading

extension OrderAnswer {
    /// The kind of the order in our words; `nil` when it is of a kind that we never send.
    package var kind: OrderKind? {
        switch type {
        case .known(.market): return .market
        case .known(.limit):
            guard let price, let timeInForce = timeInForce.ours else { return nil }
            return .limit(price, timeInForce)
        case .known(.stop), .known(.stopMarket), .known(.takeProfit), .known(.takeProfitMarket),
            .known(.trailingStopMarket), .known(.liquidation), .unknown:
            return nil
        }
    }

    /// The order as the engine lists open ones; `nil` when it is of a kind or has an id that is never ours.
    package func venueOrder(instrument: InstrumentID) -> VenueOrder? {
        guard let kind, let id = ClientOrderID(clientOrderID) else { return nil }
        return VenueOrder(
            request: OrderRequest(
                clientOrderID: id, instrument: instrument, side: side, kind: kind,
                quantity: quantity, isReduceOnly: isReduceOnly),
            venueOrderID: venueOrderID, filledQuantity: filledQuantity)
    }
}

extension VenueWord where Known == VenueTimeInForce {
    fileprivate var ours: TimeInForce? {
        switch self {
        case .known(.gtc): .gtc
        case .known(.ioc): .ioc
        case .known(.fok): .fok
        case .known(.postOnly): .postOnly
        case .known(.gtd), .known(.retail), .known(.whilePositionOpen), .unknown: nil
        }
    }
}

extension AlgoOrderAnswer {
    /// The kind of the order in our words; `nil` when it is of a kind that we never send.
    package var kind: OrderKind? {
        guard let triggerPrice else { return nil }
        let source: TriggerSource
        switch workingType {
        case .known(.mark): source = .mark
        case .known(.last): source = .last
        case .unknown, nil: return nil
        }
        switch type {
        case .known(.stopMarket): return .stopMarket(trigger: triggerPrice, by: source)
        case .known(.takeProfitMarket): return .takeProfitMarket(trigger: triggerPrice, by: source)
        case .known(.stop), .known(.takeProfit), .known(.trailingStopMarket), .known(.limit),
            .known(.market), .known(.liquidation), .unknown:
            return nil
        }
    }

    /// The order as the engine lists open ones, under its algo id; `nil` when it is of a kind or has an id that is never
    /// ours.
    package func venueOrder(instrument: InstrumentID) -> VenueOrder? {
        guard let kind, let id = ClientOrderID(clientAlgoID) else { return nil }
        return VenueOrder(
            request: OrderRequest(
                clientOrderID: id, instrument: instrument, side: side, kind: kind,
                quantity: quantity, isReduceOnly: isReduceOnly || closesPosition),
            venueOrderID: VenueOrderID(algoID), filledQuantity: .zero)
    }
}

extension PositionAnswer {
    /// The position as the engine knows it; `nil` when it is flat. Takes the leverage of the symbol's configuration, which
    /// version 3 leaves out.
    package func venuePosition(instrument: InstrumentID, leverage: Int) -> VenuePosition? {
        guard let direction, let entryPrice else { return nil }
        return VenuePosition(
            instrument: instrument, direction: direction, quantity: quantity,
            entryPrice: entryPrice, liquidationPrice: liquidationPrice,
            // The venue's isolated margin moves with the price; the engine's is what was put in.
            isolatedMargin: isolatedWallet ?? isolatedMargin - unrealizedProfit,
            leverage: self.leverage ?? leverage)
    }
}

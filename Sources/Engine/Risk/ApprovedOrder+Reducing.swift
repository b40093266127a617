package import Trading

/// What an order that lowers risk is meant to do.
package struct ReductionRequest: Hashable, Sendable {
    package var clientOrderID: ClientOrderID
    /// Direction of the position that is protected or closed.
    package var direction: Direction
    /// The whole position; the order is never larger.
    package var positionQuantity: Quantity
    /// How much of it; more than the position means all of it.
    package var quantity: Quantity
    package var kind: OrderKind
    /// Anything but `.entry`.
    package var purpose: OrderPurpose

    package init(
        clientOrderID: ClientOrderID, direction: Direction, positionQuantity: Quantity,
        quantity: Quantity, kind: OrderKind, purpose: OrderPurpose
    ) {
        self.clientOrderID = clientOrderID
        self.direction = direction
        self.positionQuantity = positionQuantity
        self.quantity = quantity
        self.kind = kind
        self.purpose = purpose
    }
}

/// Why an order that lowers risk cannot exist; no limit is among the reasons.
package enum ReductionRefusal: Error, Hashable, Sendable, Codable {
    /// There is nothing to close.
    case noPosition
    /// The position is smaller than the venue's smallest order.
    case positionBelowMinimum(Quantity, minimum: Quantity)

    /// One plain phrase for people.
    package var text: String {
        switch self {
        case .noPosition: "there is no position to close"
        case .positionBelowMinimum(let quantity, let minimum):
            "the position of \(quantity) is below the smallest order of \(minimum)"
        }
    }
}

extension ApprovedOrder {
    /// Permission for a reduce-only order: a close, a protective stop or a target.
    ///
    /// Looks at nothing but the venue's grid and the position's size, because nothing may ever stop an exit. Prices and
    /// quantities are put on the grid here; the quantity is at most the venue's largest order, so the caller compares
    /// `request.quantity` with what it wanted, and sends the rest in further orders.
    package static func reducing(
        _ reduction: ReductionRequest, of instrument: Instrument
    ) -> Result<ApprovedOrder, ReductionRefusal> {
        precondition(!reduction.purpose.raisesRisk, "a reducing order is not an entry")
        guard !reduction.positionQuantity.isZero, !reduction.quantity.isZero else {
            return .failure(.noPosition)
        }
        let filters = instrument.filters
        let direction = reduction.direction
        let kind: OrderKind
        let executesAtMarket: Bool
        switch reduction.kind {
        case .market:
            kind = .market
            executesAtMarket = true
        case .limit(let price, let timeInForce):
            kind = .limit(Precision.target(price, of: direction, filters), timeInForce)
            executesAtMarket = false
        case .stopMarket(let trigger, let source):
            kind = .stopMarket(
                trigger: Precision.stop(trigger, protecting: direction, filters), by: source)
            executesAtMarket = true
        case .takeProfitMarket(let trigger, let source):
            kind = .takeProfitMarket(
                trigger: Precision.target(trigger, of: direction, filters), by: source)
            executesAtMarket = true
        }
        let quantity = Precision.exitQuantity(
            reduction.quantity, ofPosition: reduction.positionQuantity, isMarket: executesAtMarket,
            filters)
        guard !quantity.isZero else {
            return .failure(
                .positionBelowMinimum(reduction.positionQuantity, minimum: filters.minQuantity))
        }
        return .success(
            ApprovedOrder(
                request: OrderRequest(
                    clientOrderID: reduction.clientOrderID, instrument: instrument.id,
                    side: direction.exitSide, kind: kind, quantity: quantity, isReduceOnly: true),
                purpose: reduction.purpose, durability: .promptly))
    }
}

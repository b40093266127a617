import Testing
import Trading

@testable import Risk

private func reduction(
    _ kind: OrderKind, direction: Direction = .long, position: String = "0.05",
    size: String = "0.05", purpose: OrderPurpose = .exit(.kill)
) -> Result<ApprovedOrder, ReductionRefusal> {
    ApprovedOrder.reducing(
        ReductionRequest(
            clientOrderID: orderID("nw-2"), direction: direction,
            positionQuantity: quantity(position), quantity: quantity(size), kind: kind,
            purpose: purpose),
        of: bitcoin)
}

private func approved(
    _ kind: OrderKind, side: Side, size: String, purpose: OrderPurpose = .exit(.kill)
) -> Result<ApprovedOrder, ReductionRefusal> {
    .success(
        ApprovedOrder(
            request: OrderRequest(
                clientOrderID: orderID("nw-2"), instrument: InstrumentID(0), side: side, kind: kind,
                quantity: quantity(size), isReduceOnly: true),
            purpose: purpose, durability: .promptly))
}

@Test func `a close is reduce-only, on the exit side, and leaves promptly`() {
    #expect(reduction(.market) == approved(.market, side: .sell, size: "0.05"))
    #expect(reduction(.market, direction: .short) == approved(.market, side: .buy, size: "0.05"))
}

@Test func `a close is never larger than the position`() {
    #expect(reduction(.market, size: "7") == approved(.market, side: .sell, size: "0.05"))
}

@Test func `a stop gets its trigger on the grid, on the safe side`() {
    #expect(
        reduction(
            .stopMarket(trigger: price("59820.01"), by: .mark), purpose: .protectiveStop)
            == approved(
                .stopMarket(trigger: price("59820.1"), by: .mark), side: .sell, size: "0.05",
                purpose: .protectiveStop))
    #expect(
        reduction(
            .stopMarket(trigger: price("60180.09"), by: .mark), direction: .short,
            purpose: .protectiveStop)
            == approved(
                .stopMarket(trigger: price("60180"), by: .mark), side: .buy, size: "0.05",
                purpose: .protectiveStop))
}

@Test func `a target gets its limit on the grid, never nearer`() {
    #expect(
        reduction(.limit(price("60360.01"), .gtc), purpose: .target)
            == approved(
                .limit(price("60360.1"), .gtc), side: .sell, size: "0.05", purpose: .target))
}

@Test func `a close far from any price limit is not refused`() {
    // No collar, no notional, no throttle: only the venue's own price range is kept.
    #expect(
        reduction(.limit(price("0.01"), .ioc))
            == approved(.limit(price("556.8"), .ioc), side: .sell, size: "0.05"))
}

@Test func `a close below one step is the only one that cannot be ordered`() {
    #expect(reduction(.market, position: "0.001") == approved(.market, side: .sell, size: "0.001"))
    #expect(
        reduction(.market, position: "0.00099999")
            == .failure(
                .positionBelowMinimum(quantity("0.00099999"), minimum: quantity("0.001"))))
    #expect(reduction(.market, position: "0") == .failure(.noPosition))
}

@Test func `a close larger than the venue's largest market order comes in slices`() {
    #expect(
        reduction(.market, position: "200", size: "200")
            == approved(.market, side: .sell, size: "120"))
}

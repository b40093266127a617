import Market
import Messages
package import Trading

/// What is not as it should be at the venue, beyond single orders.
package struct VenueConditions: Hashable, Sendable {
    /// Without repeats, at most `maxSettings`.
    package internal(set) var unsafeSettings: [UnsafeSetting] = []
    /// Why it does not serve us; ended by the next complete reading.
    package internal(set) var trouble: VenueTrouble?

    static let maxSettings = 64

    var allowsEntries: Bool { unsafeSettings.isEmpty && trouble == nil }

    func hash(into hasher: inout StateHasher) {
        hasher.combine(unsafeSettings.count)
        hasher.combine(trouble != nil)
    }
}

extension Engine {
    /// What stands against new risk at the venue, each in plain words; empty when all is well.
    package var venueProblems: [String] {
        venue.unsafeSettings.map { text($0) } + (venue.trouble.map { [$0.text] } ?? [])
    }

    /// Entries pause and stay so until the operator resumes; stops and exits go on as they are.
    mutating func receive(_ settings: [UnsafeSetting]) {
        var unsafe: [UnsafeSetting] = []
        for setting in settings where isKnown(setting) && !unsafe.contains(setting) {
            guard unsafe.count < VenueConditions.maxSettings else { break }
            unsafe.append(setting)
        }
        let isNew = unsafe.contains { !venue.unsafeSettings.contains($0) }
        let isOver = unsafe.isEmpty && !venue.unsafeSettings.isEmpty
        venue.unsafeSettings = unsafe
        needsSettling = true
        if isNew {
            let names = unsafe.map { text($0) }.joined(separator: ", ")
            tripVenueError("unsafe at the venue: \(names); entries pause")
        } else if isOver {
            tell(.risk, .info, "the settings at the venue are safe again; resume when you like")
        }
    }

    /// Entries pause; exits are still tried, since the venue may take them.
    mutating func receive(_ trouble: VenueTrouble) {
        let isNew = venue.trouble.map { !$0.isSameKind(as: trouble) } ?? true
        venue.trouble = trouble
        needsSettling = true
        if isNew { tripVenueError("\(trouble.text); entries pause, stops stay") }
    }

    private func isKnown(_ setting: UnsafeSetting) -> Bool {
        switch setting {
        case .hedgeMode, .multiAssets, .cannotTrade: true
        case .crossMargin(let id), .leverage(let id, _): Int(id.index) < symbols.count
        }
    }

    private func text(_ setting: UnsafeSetting) -> String {
        switch setting {
        case .hedgeMode: "hedge mode"
        case .multiAssets: "multi-assets mode"
        case .crossMargin(let id): "cross margin on \(name(Int(id.index)))"
        case .leverage(let id, let found): "leverage \(found) on \(name(Int(id.index)))"
        case .cannotTrade: "the key may not trade"
        }
    }

    // MARK: Instruments

    /// New filters, tiers or fees: they hold from the next order on.
    mutating func receive(_ instrument: Instrument) {
        let index = Int(instrument.id.index)
        guard index < symbols.count, symbols[index].instrument.symbol == instrument.symbol,
            instrument.filters.areUsable
        else {
            counters.refusedReports += 1
            return tell(
                .precision, .alarm, "filters of \(instrument.symbol) that cannot be, refused")
        }
        let before = symbols[index].instrument
        guard before != instrument else { return }
        let old = symbols[index].exitFilters
        symbols[index].instrument = instrument
        symbols[index].market.replace(instrument)
        symbols[index].exitLots = nil
        symbols[index].didReportDust = false
        needsSettling = true
        if before.filters != instrument.filters {
            tell(.precision, .warning, "\(name(index)): the venue has changed its filters")
        }
        guard let held = symbols[index].position?.record.quantity else { return }
        if instrument.filters.tradable(held).isZero && !old.tradable(held).isZero {
            // Rounded to zero it could never be closed: the venue shall decide about it on the grid that it came by.
            symbols[index].exitLots = old
            tell(
                .precision, .alarm,
                "\(name(index)): the position of \(held) is below the new smallest order of "
                    + "\(instrument.filters.minQuantity); its exits keep the lots that it came by")
        }
        positionChanged(index)
    }

    /// Exit only while it is not tradable.
    mutating func receive(_ id: InstrumentID, isTradable: Bool) {
        let index = Int(id.index)
        guard index < symbols.count else {
            counters.unknownInstruments += 1
            return
        }
        guard symbols[index].isTradable != isTradable else { return }
        symbols[index].isTradable = isTradable
        needsSettling = true
        if isTradable {
            tell(.risk, .info, "\(name(index)): the venue takes entries again")
        } else {
            tell(.risk, .alarm, "\(name(index)): not tradable at the venue; exits only")
            cancelUnknownEntries(of: index)
        }
    }
}

extension SymbolState {
    /// The filters for orders that reduce the open position.
    var exitFilters: InstrumentFilters {
        guard let lots = exitLots else { return instrument.filters }
        var filters = instrument.filters
        filters.minQuantity = lots.minQuantity
        filters.stepSize = lots.stepSize
        filters.maxQuantity = lots.maxQuantity
        filters.maxMarketQuantity = lots.maxMarketQuantity
        return filters
    }

    /// The instrument with those filters.
    var exitInstrument: Instrument {
        var copy = instrument
        copy.filters = exitFilters
        return copy
    }
}

extension InstrumentFilters {
    /// Whether prices and quantities can be put on their grids.
    var areUsable: Bool {
        stepSize > .zero && maxQuantity >= minQuantity && maxMarketQuantity >= minQuantity
            && maxPrice >= minPrice && minNotional.isCredible && !minNotional.isNegative
    }
}

extension VenueTrouble {
    /// One plain phrase for people.
    package var text: String {
        switch self {
        case .keyRefused(let code): "the venue refuses the key (code \(code))"
        case .banned(.some(let until)): "the venue refuses all requests until \(until)"
        case .banned(nil): "the venue refuses all requests"
        case .restricted: "the venue restricts this account"
        }
    }

    /// Whether both are the same trouble, be it of another length.
    fileprivate func isSameKind(as other: VenueTrouble) -> Bool {
        switch (self, other) {
        case (.keyRefused, .keyRefused), (.banned, .banned), (.restricted, .restricted): true
        case (.keyRefused, _), (.banned, _), (.restricted, _): false
        }
    }
}

import CellGrid
import CockpitModel
import Wire

extension Canvas {
    /// Mode, engine and links: the whole line is loud when the money is real.
    mutating func drawHeader(in area: Area) {
        let segments = Lines.header(state)
        let isLive = state.mode == "LIVE"
        if isLive { grid.fill(area, Style(.modeLive)) }
        line(segments, in: area)
        let badge = Words.modeRole(state.mode)
        // The badge is a block of its own, with a space on each side.
        let columns = (segments.first?.columns ?? 0) + 2
        grid.restyle(area.splitLeft(columns).left) { Style(badge, $0.attributes.union(.bold)) }
        if isLive {
            grid.restyle(area) { style in
                style.role == .alarm || style.role == .warning
                    ? style : Style(.modeLive, style.attributes)
            }
        }
    }

    /// What must be read before anything else, where there is something: no link, no data, or frozen panes.
    var bannerText: String? {
        switch state.engine.link {
        case .lost(let since, let attempt, let retryAt, let reason):
            var parts = ["NO LINK " + Times.long(state.now - since)]
            parts.append(
                state.engine.lastDataAt.map { "last data " + Times.clock($0) + "Z" }
                    ?? "no data yet")
            parts.append("retry \(attempt) in " + Times.short(max(0, retryAt - state.now) + 999))
            parts.append("ENGINE STATE UNKNOWN")
            if !reason.isEmpty { parts.append(Words.safe(reason, columns: 80)) }
            return parts.joined(separator: " - ")
        case .connecting(let attempt):
            let data =
                state.engine.lastDataAt.map { "last data " + Times.clock($0) + "Z" }
                ?? "no data yet"
            return
                "NO LINK - connecting to \(Words.safe(state.setup.endpoint, columns: 60)), try \(attempt) - "
                + data + " - ENGINE STATE UNKNOWN"
        case .connected:
            if let refusal = state.engine.refusal {
                return "THE ENGINE SAYS: " + Words.safe(refusal, columns: 120)
            }
            guard case .stale(let age) = state.freshness, let last = state.engine.lastDataAt else {
                return state.engine.lastDataAt == nil
                    ? "CONNECTED - waiting for the engine's first data" : nil
            }
            return "STALE " + Times.long(age) + " - the link stands, but nothing came since "
                + Times.clock(last) + "Z - VALUES ARE OLD"
        }
    }

    /// What keeps entries away at the exchange; `nil` where nothing does, or the engine does not say.
    var venueText: String? {
        guard let problems = state.engine.data.safety?.venueProblems, !problems.isEmpty else {
            return nil
        }
        let words = problems.prefix(8).map { Words.safe($0, columns: 60) }
        return "NO ENTRIES, AT THE EXCHANGE: " + words.joined(separator: ", ")
    }

    mutating func drawBanner(_ text: String, in area: Area) {
        let style = Style(.banner, .bold)
        grid.fill(area, style)
        let cut = DisplayWidth.fitted(
            text, columns: max(0, area.columns - 2), mark: String(glyphs.ellipsis))
        grid.put(cut, row: area.row, column: area.column + 1, style, in: area)
    }

    /// Frozen panes must not pass for a calm market.
    var frozenText: String? {
        guard let frozen = state.frozen else { return nil }
        return "FROZEN " + Times.long(state.now - frozen.since)
            + " AGO - the panes below stand still, thaw in "
            + Times.short(max(0, frozen.until - state.now)) + " - Space thaws"
    }

    mutating func drawTop(in areas: [Area]) {
        drawHeader(in: areas[0])
        line(Lines.safety(state), in: areas[1])
        line(Lines.day(state, columns: areas[2].columns), in: areas[2])
        line(Lines.room(state, columns: areas[3].columns), in: areas[3])
    }
}

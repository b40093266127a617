import CellGrid
import CockpitModel
import Wire

/// One line of the price map.
private struct MapRow {
    enum Kind {
        case cluster(ClusterTopic, isNearest: Bool, isStrongest: Bool)
        case mark, entry, stop, target
    }

    var kind: Kind
    var price: Double
    var text: String
    /// What stays when there are few lines: lowest first.
    var rank: Int
}

extension Canvas {
    /// Prices from high to low: clusters, and the mark, our entry, stop and target among them.
    mutating func drawMap(in area: Area, isWide: Bool) {
        let all = mapRows()
        let kept = all.sorted { $0.rank < $1.rank }.prefix(area.rows)
        let hasEntry = kept.contains { if case .entry = $0.kind { true } else { false } }
        let rows = kept.sorted { ($1.price, $0.rank) < ($0.price, $1.rank) }
        let mark = all.first { if case .mark = $0.kind { true } else { false } }?.price
        let largest =
            all.compactMap { row -> Double? in
                if case .cluster(let cluster, _, _) = row.kind {
                    return Figures.double(cluster.notional)
                }
                return nil
            }.max() ?? 0
        for (index, row) in rows.enumerated() {
            let place = area.line(index)
            draw(
                row, mark: mark, largest: largest, isWide: isWide, mergesEntry: !hasEntry, in: place
            )
            settle(place)
        }
        if rows.isEmpty { line([Segment("no prices yet", .dim)], in: area.line(0), isValue: false) }
    }

    private func mapRows() -> [MapRow] {
        var rows: [MapRow] = []
        func add(_ kind: MapRow.Kind, _ text: String?, rank: Int) {
            guard let text, let price = Figures.double(text) else { return }
            rows.append(MapRow(kind: kind, price: price, text: text, rank: rank))
        }
        let map = state.selectedMap
        let position = state.selectedPosition
        add(.mark, map?.markPrice ?? position?.markPrice, rank: 0)
        add(.stop, position?.protection.stopPrice, rank: 1)
        add(.target, position?.targetPrice, rank: 5)
        add(.entry, position?.entryPrice, rank: 6)
        guard let map else { return rows }
        let bySize = map.clusters.indices.sorted { left, right in
            let (a, b) = (
                Figures.double(map.clusters[left].notional) ?? 0,
                Figures.double(map.clusters[right].notional) ?? 0
            )
            return a == b ? left < right : a > b
        }
        // The nearest on each side pull first.
        let below = map.clusters.indices.filter { map.clusters[$0].distance < 0 }
            .max { map.clusters[$0].distance < map.clusters[$1].distance }
        let above = map.clusters.indices.filter { map.clusters[$0].distance >= 0 }
            .min { map.clusters[$0].distance < map.clusters[$1].distance }
        for (order, index) in bySize.enumerated() {
            let isNearest = index == map.nearest
            let isStrongest = index == map.strongest
            let rank =
                isNearest || index == below || index == above ? 2 : isStrongest ? 3 : 7 + order
            add(
                .cluster(map.clusters[index], isNearest: isNearest, isStrongest: isStrongest),
                map.clusters[index].price, rank: rank)
        }
        return rows
    }

    private mutating func draw(
        _ row: MapRow, mark: Double?, largest: Double, isWide: Bool, mergesEntry: Bool,
        in area: Area
    ) {
        var distance: String?
        if let mark, mark > 0 {
            distance = Figures.percent((row.price - mark) / mark, decimals: 1, isSigned: true)
        }
        let name: Phrase
        var tail: [Phrase] = []
        switch row.kind {
        case .mark:
            distance = String(repeating: glyphs == .ascii ? "=" : "\u{2550}", count: 5)
            name = Phrase("MARK", .mark, .bold)
            tail = markTail(
                columns: area.columns - 1 - (isWide ? 31 : 24), mergesEntry: mergesEntry, mark: mark
            )
        case .entry:
            name = Phrase("ENTRY", .entry, .bold)
            tail = [Phrase("yours", .dim)]
        case .stop:
            name = Phrase("STOP", .stop, .bold)
            tail = [Phrase("yours", .dim)]
        case .target:
            name = Phrase("TARGET", .target, .bold)
            tail = [Phrase("yours", .dim)]
        case .cluster(let cluster, _, _):
            name = Phrase(
                Words.safe(cluster.liquidates, columns: 5) + (isWide ? " cluster" : ""),
                Lines.magnetRole(cluster))
        }
        put(Phrase(distance ?? "-", .text), endingAt: 6, in: area)
        put(Phrase(Figures.price(row.text, columns: 9), .emphasis), endingAt: 16, in: area)
        put(name, at: 17, in: area)
        let start = isWide ? 31 : 24
        if case .cluster(let cluster, let isNearest, let isStrongest) = row.kind {
            let columns = max(4, min(24, area.columns - start - (isWide ? 16 : 9)))
            let size = largest > 0 ? (Figures.double(cluster.notional) ?? 0) / largest : 0
            put(
                Phrase(glyphs.bar(size, columns: columns), Lines.magnetRole(cluster)), at: start,
                in: area)
            let end = start + columns + 6
            put(Phrase(Figures.compact(cluster.notional, places: 2)), endingAt: end, in: area)
            if isNearest {
                put(Phrase(isWide ? "* NEAR" : "*", .emphasis, .bold), at: end + 1, in: area)
            } else if isStrongest, isWide {
                put(Phrase("  STRONG", .dim), at: end + 1, in: area)
            }
        } else {
            put(tail, row: area.row, column: area.column + start, in: area)
        }
    }

    /// What is said beside the mark, as far as it fits whole.
    private func markTail(columns: Int, mergesEntry: Bool, mark: Double?) -> [Phrase] {
        var parts: [[Phrase]] = []
        if mergesEntry, let mark, mark > 0,
            let entry = Figures.double(state.selectedPosition?.entryPrice)
        {
            let distance = Figures.percent((entry - mark) / mark, decimals: 1, isSigned: true)
            parts.append([.label("entry "), Phrase(distance, .entry)])
        }
        if let map = state.selectedMap {
            if map.markSource == "derived" { parts.append([.label("derived")]) }
            if let last = map.lastPrice {
                parts.append([.label("last "), Phrase(Figures.price(last))])
            }
            if let index = map.indexPrice {
                parts.append([.label("index "), Phrase(Figures.price(index))])
            }
        }
        var tail: [Phrase] = []
        var used = 0
        for part in parts {
            let width = part.reduce(0) { $0 + $1.columns } + (tail.isEmpty ? 0 : 2)
            guard used + width <= columns else { break }
            if !tail.isEmpty { tail.append(.label("  ")) }
            tail += part
            used += width
        }
        return tail
    }
}

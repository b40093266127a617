import CellGrid

/// A piece of text with what it means.
struct Phrase: Hashable {
    var text: String
    var style: Style

    init(_ text: String, _ role: Role = .text, _ attributes: Style.Attributes = []) {
        self.text = text
        style = Style(role, attributes)
    }

    var columns: Int { DisplayWidth.of(text) }

    static func label(_ text: String) -> Phrase { Phrase(text, .dim) }

    /// An amount of money with its sign and the role that belongs to it.
    static func money(_ text: String?, decimals: Int = 2, columns: Int = .max) -> Phrase {
        let written = Figures.fitted(text, decimals: decimals, columns: columns, isSigned: true)
        return Phrase(written, role(ofSign: Figures.sign(text, decimals: decimals)))
    }

    static func role(ofSign sign: Int?) -> Role {
        guard let sign else { return .unknown }
        return sign > 0 ? .profit : sign < 0 ? .loss : .even
    }
}

/// Phrases that belong together on a line, and how easily they can be missed.
struct Segment: Hashable {
    var phrases: [Phrase]
    /// 0 always stays; of the others the highest leaves first when a line is too long.
    var rank: Int
    var isRight: Bool

    init(_ phrases: [Phrase], rank: Int = 0, isRight: Bool = false) {
        self.phrases = phrases
        self.rank = rank
        self.isRight = isRight
    }

    init(_ text: String, _ role: Role = .text, rank: Int = 0, isRight: Bool = false) {
        self.init([Phrase(text, role)], rank: rank, isRight: isRight)
    }

    var columns: Int { phrases.reduce(0) { $0 + $1.columns } }
}

extension [Segment] {
    /// What fits into `columns` when `gap` columns lie between segments.
    func fitting(_ columns: Int, gap: Int) -> [Segment] {
        var kept = filter { $0.columns > 0 }
        while kept.count > 1, kept.width(gap: gap) > columns {
            guard let rank = kept.map(\.rank).max(), rank > 0,
                let index = kept.lastIndex(where: { $0.rank == rank })
            else { break }
            kept.remove(at: index)
        }
        return kept
    }

    func width(gap: Int) -> Int {
        reduce(0) { $0 + $1.columns } + gap * Swift.max(0, count - 1)
    }

    /// The segments as one plain line.
    var plain: String {
        filter { $0.columns > 0 }.map { $0.phrases.map(\.text).joined() }.joined(separator: "  ")
    }
}

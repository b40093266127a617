import TestSupport
import Testing
import Trading

@testable import Training

/// Samples of several symbols at the same times, with labels of different lengths.
private func spans(seed: UInt64, count: Int) -> [LabelSpan] {
    var generator = Seeded(seed)
    return (0..<count).map { index in
        let start = Timestamp(milliseconds: Int64(index % (count / 2)) * 300_000)
        return LabelSpan(
            start: start,
            end: start + .minutes(Int64.random(in: 1...240, using: &generator)))
    }
}

@Test(arguments: [UInt64(1), 2, 3, 4])
func `no training label touches the validation window or its embargo`(seed: UInt64) {
    let spans = spans(seed: seed, count: 2_000)
    let embargo = Duration.hours(2)
    for kind in [Folds.Kind.walkForward, .bothSides] {
        let folds = Folds.make(spans, count: 5, embargo: embargo, kind: kind)
        #expect(folds.count == 5)
        for fold in folds {
            let lastEnd = fold.validation.map { spans[$0].end }.max() ?? fold.from
            for index in fold.training {
                let span = spans[index]
                let isBefore = span.end < fold.from - embargo
                let isAfter = span.start > lastEnd + embargo
                #expect(isBefore || (kind == .bothSides && isAfter), "seed \(seed)")
            }
            #expect(fold.training == fold.training.sorted())
            #expect(
                fold.validation.allSatisfy {
                    spans[$0].start >= fold.from && spans[$0].start < fold.to
                })
        }
    }
}

@Test func `every sample validates once, walking forward all but the first part`() {
    let spans = spans(seed: 5, count: 1_200)
    let both = Folds.make(spans, count: 4, embargo: .zero, kind: .bothSides)
    #expect(both.flatMap(\.validation).sorted() == Array(spans.indices))
    let forward = Folds.make(spans, count: 4, embargo: .zero)
    let seen = forward.flatMap(\.validation)
    #expect(Set(seen).count == seen.count)
    let first = forward.first?.from ?? .distantPast
    #expect(seen.sorted() == spans.indices.filter { spans[$0].start >= first })
}

@Test func `only what would spoil the judgement is purged`() {
    let spans = (0..<100).map { index in
        let start = Timestamp(milliseconds: Int64(index) * 60_000)
        return LabelSpan(start: start, end: start + .minutes(5))
    }
    // Validation begins at minute 50. Labels that end at 49 − embargo 10 = before minute 40 stay: starts 0 to 34.
    let fold = Folds.fold(
        spans, from: Timestamp(milliseconds: 50 * 60_000), to: Timestamp(milliseconds: 60 * 60_000),
        embargo: .minutes(10), kind: .bothSides)
    #expect(fold?.validation == Array(50..<60))
    // The last validation label ends at minute 64; with the embargo, those that start after minute 74 stay.
    #expect(fold?.training == Array(0..<35) + Array(75..<100))
}

@Test func `nothing to split gives no folds`() {
    #expect(Folds.make([], count: 3, embargo: .zero) == [])
}

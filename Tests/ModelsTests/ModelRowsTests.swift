import TestSupport
import Testing

@testable import Models

private func rows(_ text: String, names: [String] = [], count: Int = 3) throws(ModelRowsError)
    -> [[Float?]]
{
    let rows = try ModelRows(csv: Array(text.utf8), featureNames: names, featureCount: count)
    // NaN is not equal to itself.
    return rows.all.map { $0.map { $0.isNaN ? nil : $0 } }
}

private func refusal(_ text: String, names: [String] = [], count: Int = 3) -> String? {
    do {
        _ = try rows(text, names: names, count: count)
        return nil
    } catch {
        return error.text
    }
}

struct ModelRowsTests {
    @Test(arguments: [
        "1,nan,-2.5E-1\n4,,6\n", "1,NaN,-0.25\r\n4,,6", "a,b,c\n1,,-.25\n4,nan,6.\n",
        "\u{FEFF}a,b,c\n 1 ,\t,-0.25\n+4,nan,06\n\n",
    ])
    func `rows are numbers, and what is missing is empty or nan`(text: String) throws {
        #expect(try rows(text) == [[1, nil, -0.25], [4, nil, 6]])
    }

    @Test func `columns are found by name when both sides have names`() throws {
        let text = "time,c,b,a\n2025-01-01,3,2,1\n,6,5,4\n"
        let read = try ModelRows(
            csv: Array(text.utf8), featureNames: ["a", "b", "c"], featureCount: 3)
        #expect(
            read.all == [[1, 2, 3], [4, 5, 6]] && read.ignoredColumns == 1 && read.width == 3)
        #expect(
            refusal("x,b,c\n1,2,3\n", names: ["a", "b", "c"])
                == "line 1 names no column 'a', which the model needs")
        #expect(
            refusal("a,b,c,b\n1,2,3,4\n", names: ["a", "b", "c"])
                == "line 1 names the column 'b' twice")
        #expect(
            refusal("time,c,b,a\n1,2,3,4\n") == "line 1 has 4 columns where 3 are expected")
    }

    /// 16,777,217.0000001 is above the middle of two floats; as a double it is the middle, and the even one is taken.
    @Test func `values are rounded to doubles first, as features are`() throws {
        #expect(try rows("16777217.0000000001,0.1,1e-50\n") == [[16_777_216, 0.1, 0]])
    }

    @Test func `bad rows are refused with line and column`() {
        #expect(refusal("") == "the file of rows has no row")
        #expect(refusal("a,b,c\n") == "the file of rows has no row")
        #expect(refusal("1,2,3\n\n4,5,6\n") == "line 2 is empty; remove it")
        #expect(refusal("1,2,3\n4,5\n") == "line 2 has 2 columns where 3 are expected")
        #expect(refusal("1,2\n") == "line 1 has 2 columns where 3 are expected")
        #expect(refusal("1,2,3,4\n") == "line 1 has 4 columns where 3 are expected")
        for text in ["x", "0x10", "1_0", "1e", "--1", "5 6", "\u{1B}[2J", "infinity", "null"] {
            let shown = text.replacingEscape
            #expect(
                refusal("a,b,c\n1,2,3\n1,\(text),3\n")
                    == "line 3, column b: '\(shown)' is no number; a missing value is empty or nan")
        }
        for text in ["inf", "-Inf", "1e39", "-3.5e38", "1e400"] {
            #expect(
                refusal("1,2,3\n1,\(text),3\n")
                    == "line 2, column 2: '\(text)' is beyond single precision; a missing value is "
                    + "empty or nan")
        }
    }

    @Test(arguments: [4, 5] as [UInt64]) func `no bytes trap`(seed: UInt64) {
        var generator = Seeded(seed)
        let letters = Array("0123456789.,,,\n\n-+eEnaNif \r\u{FF}".utf8)
        for _ in 0..<3_000 {
            let count = Int.random(in: 0...40, using: &generator)
            let bytes = (0..<count).map { _ in
                letters[Int.random(in: letters.indices, using: &generator)]
            }
            let read = try? ModelRows(csv: bytes, featureNames: ["n", "a"], featureCount: 2)
            if let read { #expect(read.values.count == 2 * read.count && read.count > 0) }
        }
    }
}

extension String {
    fileprivate var replacingEscape: String { String(map { $0 == "\u{1B}" ? "?" : $0 }) }
}

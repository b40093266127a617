import TestSupport
import Testing
import Text

@testable import Models

private let numbers: [UInt8] = [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]  // 1, −2

/// A file with `header` as written and `data` behind it; the length can be made to lie.
private func file(_ header: String, _ data: [UInt8] = [], claimed: UInt64? = nil) -> [UInt8] {
    let length = claimed ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
        + Array(header.utf8) + data
}

private func fault(_ bytes: [UInt8]) -> TensorError? {
    do {
        _ = try SafeTensors(bytes)
        return nil
    } catch {
        guard case .tensors(let fault) = error else { return nil }
        return fault
    }
}

private func entry(
    _ name: String, _ shape: String, _ offsets: String, type: String = "F32"
) -> String {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
}

@Test func `a file of one tensor is read whole`() throws {
    let read = try SafeTensors(
        file(
            "{\"__metadata__\":{\"b\":\"2\",\"a\":\"1\"},\(entry("w", "[2,1]", "[0,8]"))}   ",
            numbers))
    #expect(read.tensors == [.init(name: "w", shape: [2, 1], values: [1, -2])])
    #expect(read.metadata.map(\.key) == ["b", "a"] && read.note("a") == "1")
    #expect(read["w"]?.values == [1, -2] && read["v"] == nil && read.note("c") == nil)
}

@Test func `scalars, empty tensors and any order of entries are read`() throws {
    let header =
        "{\(entry("b", "[]", "[4,8]")),\(entry("none", "[3,0]", "[4,4]")),"
        + "\(entry("a", "[1]", "[0,4]"))}"
    let read = try SafeTensors(file(header, numbers))
    #expect(read.tensors.map(\.name) == ["a", "none", "b"])
    #expect(read["b"] == .init(name: "b", shape: [], values: [-2]))
    #expect(read["none"]?.values == [])
}

@Test func `what is written is read back and written the same`() throws {
    var random = Seeded(5)
    let tensors = ["z", "é", "a.b", "a"].map { name in
        let columns = Int.random(in: 1...5, using: &random)
        return SafeTensors.Tensor(
            name: name, shape: [2, columns],
            values: (0..<2 * columns).map { _ in Float.random(in: -9...9, using: &random) })
    }
    let bytes = SafeTensors.encode(tensors, metadata: [("k\"", "v\n"), ("a", "")])
    let read = try SafeTensors(bytes)
    #expect(read.tensors.map(\.name) == ["a", "a.b", "z", "é"])
    #expect(Set(read.tensors) == Set(tensors))
    #expect(read.note("k\"") == "v\n")
    #expect(SafeTensors.encode(read.tensors.reversed(), metadata: read.metadata) == bytes)
    #expect(bytes.count % 4 == 0)
}

@Test func `each broken rule of the format is named`() {
    let one = entry("a", "[1]", "[0,4]")
    let cases: [([UInt8], TensorError)] = [
        ([], .fileTooShort(bytes: 0)),
        ([1, 0, 0, 0, 0, 0, 0, 0], .fileTooShort(bytes: 8)),
        (file("{}", claimed: 10 << 30), .headerTooLong(claimed: 10 << 30)),
        (file("{}", claimed: .max), .headerTooLong(claimed: .max)),
        (file("{}", claimed: 3), .headerBeyondFile(claimed: 3, available: 2)),
        (file("{}", claimed: 0), .headerIsNoObject),
        (file(" {}"), .headerIsNoObject),
        (file("{\(one)", numbers), .headerMalformed(JSONError(.truncated, at: 53))),
        (file("{\(one)}x", numbers), .headerMalformed(JSONError(.trailingBytes, at: 54))),
        (file("{\(one),\(one)}", numbers), .duplicateName("a")),
        (file("{\"__metadata__\":{\"a\":\"1\",\"a\":\"1\"}}"), .duplicateName("a")),
        (file("{\"a\":{}}"), .missingKey(tensor: "a", key: "dtype")),
        (file("{\"a\":{\"dtype\":\"F32\"}}"), .missingKey(tensor: "a", key: "shape")),
        (
            file("{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}"),
            .missingKey(tensor: "a", key: "data_offsets")
        ),
        (
            file("{\(entry("a", "[1]", "[0]"))}", numbers),
            .missingKey(tensor: "a", key: "data_offsets")
        ),
        (file("{\"a\":{\"size\":1}}"), .unexpectedKey(tensor: "a", key: "size")),
        (
            file("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}"),
            .unexpectedKey(tensor: "a", key: "dtype")
        ),
        (
            file("{\(entry("a", "[1]", "[0,8]", type: "F64"))}", numbers),
            .unsupportedType(tensor: "a", type: "F64")
        ),
        (file("{\(entry("a", "[2]", "[0,4]"))}", numbers), .lengthMismatch(tensor: "a")),
        (file("{\(entry("a", "[3]", "[0,12]"))}", numbers), .rangeOutside(tensor: "a")),
        (file("{\(entry("a", "[1]", "[8,4]"))}", numbers), .rangeOutside(tensor: "a")),
        (
            file("{\(entry("a", "[4294967296,4294967296]", "[0,0]"))}"),
            .shapeTooLarge(tensor: "a")
        ),
        (
            file("{\(entry("a", "[0,18446744073709551615]", "[0,0]"))}"),
            .shapeTooLarge(tensor: "a")
        ),
        (
            file("{\(entry("a", "[1,1,1,1,1,1,1,1,1]", "[0,4]"))}", numbers),
            .shapeTooLarge(tensor: "a")
        ),
        (
            file("{\(one),\(entry("b", "[2]", "[0,8]"))}", numbers),
            .rangeNotAdjoining(tensor: "b")
        ),
        (file("{\(entry("b", "[1]", "[4,8]"))}", numbers), .rangeNotAdjoining(tensor: "b")),
        (file("{\(one)}", numbers), .bytesLeftOver(4)),
        (file("{}", numbers), .bytesLeftOver(8)),
        (file("{\(one)}", [0, 0, 0xc0, 0x7f]), .notFinite(tensor: "a")),
        (file("{\(one)}", [0, 0, 0x80, 0xff]), .notFinite(tensor: "a")),
    ]
    for (bytes, expected) in cases {
        let found = fault(bytes)
        #expect(found == expected)
        #expect(found.map { !$0.text.isEmpty && !$0.text.contains("\n") } == true)
    }
}

@Test func `a file or a list of tensors beyond the limits is refused`() {
    let large = [UInt8](repeating: 32, count: SafeTensors.maxBytes + 1)
    #expect(fault(large) == .fileTooLarge(bytes: large.count))
    let many = (0...SafeTensors.maxTensors).map { entry("t\($0)", "[0]", "[0,0]") }
    #expect(fault(file("{\(many.joined(separator: ","))}")) == .tooManyTensors)
    #expect(fault(file("{\(many.dropLast().joined(separator: ","))}")) == nil)
}

@Test func `a cut or changed file is refused or read, never a trap`() {
    let good = SafeTensors.encode(
        [
            .init(name: "first", shape: [2, 2], values: [1, 2, 3, 4]),
            .init(name: "second", shape: [], values: [5]),
        ], metadata: [("k", "v")])
    for count in 0..<good.count { #expect(fault(Array(good.prefix(count))) != nil, "\(count)") }
    var random = Seeded(11)
    for round in 0..<5_000 {
        var bytes = good
        for _ in 0...round % 3 {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                in: 0...255, using: &random)
        }
        // Whatever comes of it must be sound.
        if let read = try? SafeTensors(bytes) {
            #expect(read.tensors.allSatisfy { $0.values.allSatisfy { $0.isFinite } })
        }
    }
}

@Test func `a sentence about a hostile name is harmless on a terminal`() {
    let text = ModelError.tensors(
        .duplicateName("\u{1b}[2J\n" + String(repeating: "x", count: 500))
    )
    .text
    #expect(!text.contains("\u{1b}") && !text.contains("\n") && text.count < 120)
}

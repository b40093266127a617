import Foundation
import Models
import TestSupport
import Testing
import Trading

@testable import ModelStore

/// A folder of a test, gone with it.
final class TestFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "registry-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var registry: String { path + "/models" }
    var journal: String { registry + "/registry.jsonl" }

    /// A set that is fit to be added.
    func set(_ name: String, _ change: (inout SmallModelFolder) -> Void = { _ in }) throws -> String
    {
        var set = SmallModelFolder(name: name)
        change(&set)
        try set.write(to: "\(path)/\(name)", sha256: ModelFiles.sha256)
        return "\(path)/\(name)"
    }

    func lines() throws -> [String] {
        try String(contentsOfFile: journal, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    func append(_ text: String) throws {
        let handle = try #require(FileHandle(forWritingAtPath: journal))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// Changes one byte in the middle of a file.
    func flip(_ file: String) throws {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: file))
    }
}

func order(_ by: String = "tester", id: String? = nil, at seconds: Int64 = 1) -> RegistryOrder {
    RegistryOrder(by: by, note: "because", id: id, time: Timestamp(milliseconds: seconds * 1_000))
}

func refusal<Value>(_ body: () throws -> Value) -> String {
    do {
        _ = try body()
        return ""
    } catch { return "\(error)" }
}

struct ModelRegistryTests {
    @Test func `a set that is added is copied whole, with its cards, and is a candidate`() throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        #expect(registry.sets.isEmpty && registry.production == nil)
        let set = try registry.add(folder: try folder.set("one"), order())
        #expect(set.state == .candidate && set.name == "one" && set.addedTime == 1_000)
        let copy = registry.path(of: set)
        #expect(copy == "\(folder.registry)/sets/\(set.digest.prefix(16))")
        let names = try FileManager.default.subpathsOfDirectory(atPath: copy).sorted()
        #expect(
            names == ["card.md", "cards", "cards/m0.md", "entry.json", "exit.json", "set.json"])
        #expect(registry.verify(set) == [])
        #expect(try registry.load(set).makeSet().name == "one")
        let again = try ModelRegistry(folder: folder.registry)
        #expect(again.records == registry.records && again.sets == registry.sets)
        #expect(
            try folder.lines() == [
                #"{"by":"tester","change":"added","digest":"\#(set.digest)","name":"one","note":"because","time":1000}"#
            ])
    }

    @Test func `a set is found by six digits of its digest or by a name that only it has`() throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        let one = try registry.add(folder: try folder.set("one"), order())
        #expect(try registry.find("one") == one)
        #expect(try registry.find(String(one.digest.prefix(6))) == one)
        #expect(try registry.find(one.digest.uppercased()) == one)
        #expect(
            refusal { try registry.find(String(one.digest.prefix(5))) }.contains("no model set"))
        #expect(refusal { try registry.find("") }.contains("no model set"))
        #expect(refusal { try registry.find("x\u{1B}[2J") }.contains("'x [2J'"))
        // Another training under the same name.
        let path = try folder.set("one") { $0.note = "another" }
        let two = try registry.add(folder: path, order())
        #expect(refusal { try registry.find("one") }.contains("name one by the digits"))
        #expect(try registry.find(String(two.digest.prefix(8))) == two)
    }

    @Test func `the same set is refused a second time`() throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        let path = try folder.set("one")
        _ = try registry.add(folder: path, order())
        #expect(
            refusal { try registry.add(folder: path, order()) }.contains(
                "is in the registry already, as candidate"))
        #expect(registry.records.count == 1)
    }

    @Test func `promotions retire, and rollbacks restore exactly what was before`() throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        var sets: [RegisteredSet] = []
        for name in ["a", "b", "c"] {
            sets.append(try registry.add(folder: try folder.set(name), order()))
        }
        for set in sets { try registry.promote(set, order(at: 2)) }
        #expect(registry.sets.map(\.state) == [.retired, .retired, .production])
        #expect(registry.production?.name == "c" && registry.previousProduction?.name == "b")
        #expect(try registry.rollback(toNone: false, order(at: 3))?.name == "b")
        #expect(registry.sets.map(\.state) == [.retired, .production, .retired])
        #expect(try registry.rollback(toNone: false, order(at: 3))?.name == "a")
        #expect(
            refusal { try registry.rollback(toNone: false, order()) }.contains("promote another"))
        // What was taken back is not what a later rollback goes to.
        try registry.promote(try registry.find("c"), order(at: 4))
        #expect(registry.previousProduction?.name == "a")
        #expect(try registry.rollback(toNone: false, order(at: 5))?.name == "a")
        #expect(try registry.rollback(toNone: true, order(at: 6)) == nil)
        #expect(registry.production == nil)
        #expect(refusal { try registry.rollback(toNone: true, order()) }.contains("nothing is in"))
        let again = try ModelRegistry(folder: folder.registry)
        #expect(again.records == registry.records && again.sets == registry.sets)
        #expect(again.productions == registry.productions)
        #expect(
            again.records.map(\.change) == [
                .added, .added, .added, .production, .production, .production, .rolledBack,
                .rolledBack, .production, .rolledBack, .rolledBack,
            ])
    }

    @Test func `what is in production cannot be promoted or watched beside itself`() throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        let set = try registry.add(folder: try folder.set("a"), order())
        try registry.shadow(set, order())
        #expect(registry.sets.map(\.state) == [.shadow])
        try registry.promote(set, order(id: "x1"))
        #expect(refusal { try registry.promote(set, order()) }.contains("is production"))
        #expect(refusal { try registry.shadow(set, order()) }.contains("is production"))
        #expect(registry.record(ofOrder: "x1")?.change == .production)
        #expect(registry.record(ofOrder: "x2") == nil)
    }

    @Test func `an incomplete last line is reported, left out, and cut off by the next change`()
        throws
    {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        let set = try registry.add(folder: try folder.set("a"), order())
        let torn = #"{"by":"tester","change":"produ"#
        try folder.append(torn)
        registry = try ModelRegistry(folder: folder.registry)
        #expect(registry.tornBytes == torn.utf8.count)
        #expect(registry.records.count == 1)
        try registry.promote(set, order())
        #expect(registry.tornBytes == 0)
        let again = try ModelRegistry(folder: folder.registry)
        #expect(again.tornBytes == 0 && again.production == registry.production)
        #expect(try folder.lines().count == 2)
    }

    @Test func `every cut of the file is read as the lines that are whole`() throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        for name in ["a", "b"] {
            let set = try registry.add(folder: try folder.set(name), order())
            try registry.promote(set, order())
        }
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.journal)))
        for end in whole.indices {
            try Data(whole[..<end]).write(to: URL(fileURLWithPath: folder.journal))
            let cut = try ModelRegistry(folder: folder.registry)
            #expect(cut.records.count == whole[..<end].count { $0 == 10 })
            #expect(cut.completeBytes + cut.tornBytes == end)
        }
    }

    @Test(arguments: [
        "nonsense", "{}",
        #"{"by":"t","change":"dropped","digest":"","name":"a","note":"","time":1}"#,
        #"{"by":"t","change":"production","digest":"abc","name":"a","note":"","time":1}"#,
        #"{"by":"t","change":"rolledBack","digest":"","name":"","note":"","time":1}"#,
        "{\"by\":\"t\",\"change\":\"production\",\"digest\":\"" + String(repeating: "a", count: 64)
            + "\",\"name\":\"a\",\"note\":\"\",\"time\":1}",
        "",
    ])
    func `a broken line in the middle is refused with its number`(line: String) throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        _ = try registry.add(folder: try folder.set("a"), order())
        try folder.append(line + "\n")
        let said = refusal { try ModelRegistry(folder: folder.registry) }
        #expect(said.hasPrefix(folder.journal + ":2: "), "\(said)")
        #expect(said.hasSuffix("restore the file from a copy"))
    }

    @Test func `a file that somebody else has changed meanwhile is not written over`() throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        let set = try registry.add(folder: try folder.set("a"), order())
        var other = try ModelRegistry(folder: folder.registry)
        try other.shadow(set, order())
        #expect(refusal { try registry.promote(set, order()) }.contains("try again"))
        #expect(registry.production == nil)
        #expect(try ModelRegistry(folder: folder.registry).sets.map(\.state) == [.shadow])
    }

    @Test(arguments: [
        ("veto", PolicyMode.veto, PolicyMode?.some(.veto)), ("veto", .advise, .advise),
        ("veto", .off, nil), ("advise", .veto, .advise), ("advise", .advise, .advise),
        ("advise", .off, nil),
    ])
    func `a policy goes as far as its set and the configuration both allow`(
        own: String, most: PolicyMode, expected: PolicyMode?
    ) throws {
        let folder = try TestFolder()
        let states = PolicyState.Component.allCases.count
        let actions = PolicyAction.allCases.count
        let shapes: [(String, [Int])] = [
            ("mlp_extractor.policy_net.0.weight", [2, states]),
            ("mlp_extractor.policy_net.0.bias", [2]),
            ("mlp_extractor.policy_net.2.weight", [2, 2]),
            ("mlp_extractor.policy_net.2.bias", [2]), ("action_net.weight", [actions, 2]),
            ("action_net.bias", [actions]),
        ]
        let bytes = SafeTensors.encode(
            shapes.map { name, shape in
                .init(
                    name: name, shape: shape,
                    values: Array(repeating: 0.5, count: shape.reduce(1, *)))
            }, metadata: [])
        let path = try folder.set("a") { $0.policy = (own, bytes) }
        #expect(try ModelFiles(folder: path).makeSet(policy: most).policy?.mode == expected)
    }

    @Test func `a full registry takes no more sets`() throws {
        let folder = try TestFolder()
        try FileManager.default.createDirectory(
            atPath: folder.registry, withIntermediateDirectories: true)
        let lines = (0..<ModelRegistry.maxSets).map { index in
            let digits = String(index, radix: 16)
            let digest =
                String(repeating: "0", count: 16 - digits.count) + digits
                + String(repeating: "0", count: 48)
            return
                #"{"by":"t","change":"added","digest":"\#(digest)","name":"s","note":"","time":1}"#
        }
        try (lines.joined(separator: "\n") + "\n").write(
            toFile: folder.journal, atomically: true, encoding: .utf8)
        var registry = try ModelRegistry(folder: folder.registry)
        #expect(registry.sets.count == ModelRegistry.maxSets)
        let path = try folder.set("a")
        #expect(refusal { try registry.add(folder: path, order()) }.contains("as many as it takes"))
        #expect(!FileManager.default.fileExists(atPath: folder.registry + "/sets"))
    }

    @Test func `a registry file beyond its limit is refused`() throws {
        let folder = try TestFolder()
        try FileManager.default.createDirectory(
            atPath: folder.registry, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: folder.journal))
        try #require(truncate(folder.journal, ModelRegistry.maxBytes + 1) == 0)
        #expect(refusal { try ModelRegistry(folder: folder.registry) }.contains("larger than"))
    }
}

import Foundation
import TestSupport
import Testing

@testable import ModelStore

/// Sets that are not what they say, and files that were changed after they were added.
struct HostileSetTests {
    @Test(arguments: ["entry.json", "exit.json", "set.json"])
    func `a changed byte is found by verify and the set is not loaded`(file: String) throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        let set = try registry.add(folder: try folder.set("a"), order())
        let path = registry.path(of: set) + "/" + file
        try folder.flip(path)
        #expect(registry.verify(set) == ["\(path) was changed (its SHA-256 differs)"])
        #expect(refusal { try registry.load(set) }.contains(registry.path(of: set)))
    }

    @Test func `a file that is gone, and one that has become a link, are named`() throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        let set = try registry.add(folder: try folder.set("a"), order())
        let path = registry.path(of: set)
        try FileManager.default.removeItem(atPath: path + "/exit.json")
        try FileManager.default.moveItem(atPath: path + "/entry.json", toPath: folder.path + "/x")
        try FileManager.default.createSymbolicLink(
            atPath: path + "/entry.json", withDestinationPath: folder.path + "/x")
        #expect(
            registry.verify(set) == [
                "\(path)/entry.json is not a file", "\(path)/exit.json cannot be read",
            ])
    }

    @Test func `a set with a wrong digest is refused before anything is copied`() throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        let path = try folder.set("a")
        try folder.flip(path + "/entry.json")
        #expect(refusal { try registry.add(folder: path, order()) }.contains("SHA-256 differs"))
        #expect(!FileManager.default.fileExists(atPath: folder.registry))
    }

    @Test func `a set for another feature schema is refused`() throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        let path = try folder.set("a") { $0.schema = "0123456789abcdef" }
        #expect(
            refusal { try registry.add(folder: path, order()) }.contains("feature schema"))
        #expect(!FileManager.default.fileExists(atPath: folder.registry))
    }

    @Test(arguments: ["../../x.json", "/etc/passwd", "cards/m0.md", "..", ".hidden", ""])
    func `a manifest that names a file elsewhere is refused`(file: String) throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        let path = try folder.set("a") { $0.files = ["entry.json", "exit.json"] }
        let manifest = try String(contentsOfFile: path + "/set.json", encoding: .utf8)
            .replacingOccurrences(of: "entry.json", with: file)
        try manifest.write(toFile: path + "/set.json", atomically: false, encoding: .utf8)
        #expect(refusal { try registry.add(folder: path, order()) }.contains("plain name"))
    }

    @Test func `a set whose name would act on a terminal is refused`() throws {
        let folder = try TestFolder()
        let path = try folder.set("a") { $0.name = "a\\u001b[2J" }
        #expect(refusal { try ModelFiles(folder: path) }.contains("name must be of plain"))
    }

    @Test func `a file of ten gigabytes is refused without being read`() throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        let path = try folder.set("a")
        try #require(truncate(path + "/entry.json", 10 << 30) == 0)
        #expect(refusal { try registry.add(folder: path, order()) }.contains("is larger than"))
    }

    @Test func `a folder beside the models that is a link, or a file with odd letters, is refused`()
        throws
    {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        let path = try folder.set("a")
        try FileManager.default.createSymbolicLink(
            atPath: path + "/outside", withDestinationPath: "/etc/passwd")
        #expect(refusal { try registry.add(folder: path, order()) }.contains("is not a file"))
        try FileManager.default.removeItem(atPath: path + "/outside")
        try Data().write(to: URL(fileURLWithPath: path + "/odd\u{1B}[2Jname"))
        #expect(refusal { try registry.add(folder: path, order()) }.contains("'odd [2Jname'"))
        try FileManager.default.removeItem(atPath: path + "/odd\u{1B}[2Jname")
        // What a training leaves behind is no part of the set.
        try FileManager.default.createDirectory(
            atPath: path + "/checkpoints", withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: path + "/.hidden"))
        let set = try registry.add(folder: path, order())
        #expect(!FileManager.default.fileExists(atPath: registry.path(of: set) + "/.hidden"))
        #expect(!FileManager.default.fileExists(atPath: registry.path(of: set) + "/checkpoints"))
    }

    @Test func `what an interrupted adding left behind is replaced`() throws {
        let folder = try TestFolder()
        var registry = try ModelRegistry(folder: folder.registry)
        let path = try folder.set("a")
        let name = try ModelFiles(folder: path).digest.prefix(16)
        for leftover in [".new-\(name)", "\(name)"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder.registry)/sets/\(leftover)/cards",
                withIntermediateDirectories: true)
        }
        let set = try registry.add(folder: path, order())
        #expect(registry.verify(set) == [])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.registry + "/sets")
                == [String(name)])
    }

    @Test func `a built-in set is compared with its digests like any other`() throws {
        let folder = try TestFolder()
        let path = try folder.set("a")
        func file(_ name: String) throws -> BundledModels.File {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
            return BundledModels.File(path: "starter/" + name) { bytes }
        }
        let models = BundledModels(
            try ["set.json", "entry.json", "exit.json", "card.md"].map(file))
        #expect(models.names == ["starter"])
        #expect(try models.files(named: "starter").digest == ModelFiles(folder: path).digest)
        #expect(models.others(named: "starter").map(\.name) == ["card.md"])
        #expect(refusal { try models.files(named: "x") }.contains("built in: starter"))
        try folder.flip(path + "/exit.json")
        let broken = BundledModels(try ["set.json", "entry.json", "exit.json"].map(file))
        #expect(refusal { try broken.files(named: "starter") }.contains("SHA-256 differs"))
        let short = BundledModels(try ["set.json"].map(file))
        #expect(refusal { try short.files(named: "starter") }.contains("missing in this program"))
    }
}

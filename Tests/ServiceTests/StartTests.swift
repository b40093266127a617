import Foundation
import Journal
import Messages
import Testing
import Trading
import Wire

@testable import Service

extension RunningEngineTests {
    /// What keeps an engine from starting, said in one plain line.
    @Suite struct StartTests {
        private func refusal(_ configuration: Service.Configuration) -> String {
            do {
                let runner = try EngineRunner(configuration, build: "test", logLine: { _ in })
                _ = runner.stop()
                return "it started"
            } catch {
                return error.description
            }
        }

        @Test func `a second engine on the same directory is refused and told the first one's pid`()
            throws
        {
            let directory = try TestDirectory()
            let configuration = try TestEngine.configuration(directory)
            let engine = try TestEngine(configuration)
            #expect(
                refusal(configuration)
                    == "another engine (pid \(getpid())) runs on \(directory.path); stop it first")
            // The first one is not disturbed.
            _ = try engine.control().answer(to: .ping)
            #expect(try EngineFile.read(from: directory.path)?.pid == getpid())
            #expect(engine.stop().isClean)
            #expect(try EngineFile.read(from: directory.path) == nil)
        }

        @Test func `a socket path that is too long is refused and leaves nothing behind`() throws {
            let directory = try TestDirectory()
            var configuration = try TestEngine.configuration(directory)
            configuration.gatewayDirectory =
                directory.path + "/" + String(repeating: "a", count: 100)
            let text = refusal(configuration)
            #expect(text.contains("too long") || text.contains("at most 107"), "\(text)")
            #expect(!text.contains("\n"))
            #expect(try EngineFile.read(from: directory.path) == nil)
            #expect(try JournalReader(directory: directory.path).runs().isEmpty)
            configuration.gatewayDirectory = nil
            let engine = try TestEngine(configuration)
            #expect(engine.stop().isClean)
        }

        @Test func `a journal with a flipped bit is refused, and nothing is added to it or mended`()
            throws
        {
            let directory = try TestDirectory()
            let configuration = try TestEngine.configuration(directory)
            var engine: TestEngine? = try TestEngine(configuration)
            try #require(engine).waitForPosition(try #require(engine).control())
            #expect(try #require(engine).stop().isClean)
            engine = nil
            let file = directory.path + "/journal.sqlite"
            var bytes = try Data(contentsOf: URL(filePath: file))
            // Inside the text of a fact.
            let place = try #require(
                bytes.range(of: Data("\"orderChanged\"".utf8), options: .backwards))
            bytes[place.lowerBound + 3] ^= 1
            try bytes.write(to: URL(filePath: file))
            let runs = try JournalReader(directory: directory.path).runs()
            let text = refusal(configuration)
            #expect(text.hasPrefix("the journal is damaged: "), "\(text)")
            #expect(!text.contains("\n"))
            // Opening may move SQLite's own pages about; what was recorded stays, the wrong bit too.
            let after = try Data(contentsOf: URL(filePath: file))
            #expect(after.range(of: bytes[place], options: .backwards) != nil)
            #expect(try JournalReader(directory: directory.path).runs() == runs)
            #expect(try EngineFile.read(from: directory.path) == nil)
        }

        @Test func `a journal whose first page is torn is refused plainly`() throws {
            let directory = try TestDirectory()
            let configuration = try TestEngine.configuration(directory)
            try Data(repeating: 7, count: 8_192).write(
                to: URL(filePath: directory.path + "/journal.sqlite"))
            let text = refusal(configuration)
            #expect(text.contains("is not a database"), "\(text)")
        }
    }
}

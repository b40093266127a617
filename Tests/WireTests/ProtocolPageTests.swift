import Glibc
import Testing
import Wire

@Suite struct ProtocolPageTests {
    /// The page, found from this file.
    private func page(_ file: String = #filePath) throws -> String {
        let root = file.split(separator: "/").dropLast(3).joined(separator: "/")
        let handle = try #require(fopen("/\(root)/docs/protocol.md", "r"))
        defer { fclose(handle) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, handle)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    @Test func `every example line of the protocol page is a message`() throws {
        var requests = 0
        var messages = 0
        for line in try page().split(separator: "\n") where line.hasPrefix("{") {
            let bytes = Array(line.utf8)
            if line.contains("\"method\"") && line.contains("\"id\":")
                && !line.contains("\"method\":\"command\"")
            {
                _ = try ClientMessage.decode(line: bytes)
                requests += 1
            } else {
                let message = try ServerMessage.decode(line: bytes)
                messages += 1
                // The page shows what the engine would write, to the letter.
                var written: [UInt8] = []
                try message.encode(into: &written)
                #expect(String(decoding: written.dropLast(), as: UTF8.self) == line)
            }
        }
        #expect(requests == 6 && messages == 10)
    }

    @Test func `the protocol page names every topic, method, error and limit`() throws {
        let text = try page()
        for topic in Topic.allCases {
            #expect(text.contains("| `\(topic.rawValue)` |"), "\(topic)")
        }
        for verb in CommandVerb.allCases { #expect(text.contains("`\(verb.rawValue)`"), "\(verb)") }
        for verb in ModelsVerb.allCases {
            #expect(text.contains("| `\(verb.method)` |"), "\(verb)")
        }
        for kind in QueryKind.allCases { #expect(text.contains(kind.rawValue), "\(kind)") }
        for code in WireErrorCode.allCases {
            #expect(text.contains("| \(code.rawValue) |"), "\(code)")
        }
        #expect(text.contains("Version \(WireProtocol.version)."))
        #expect(text.contains("At most \(WireProtocol.maxClientLine / 1_024) KiB from a client"))
        #expect(text.contains("\(WireProtocol.maxDepth) levels"))
        #expect(text.contains("1...\(WireProtocol.maxQueryRows)"))
        #expect(text.contains("newest \(WireProtocol.maxEvents)."))
    }
}

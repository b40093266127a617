import Foundation
import Testing

/// Reads the sources for the rules that no compiler enforces.
struct TidyTests {
    /// Module folder → modules of ours that it may import; third parties are named in `packages`.
    static let table: [String: Set<String>] = [
        "Engine/Trading": [],
        "Engine/Text": ["Trading"],
        "Engine/Market": ["Trading"],
        "Engine/Features": ["Trading", "Market", "CMath"],
        "Engine/Models": ["Trading", "Text", "Features", "CMath"],
        "Engine/Networks": ["Trading", "Models", "CMath"],
        "Engine/Guards": ["Trading"],
        "Engine/Risk": ["Trading"],
        "Engine/Exits": ["Trading"],
        "Engine/Messages": ["Trading", "Market", "Risk"],
        "Engine/DecisionCore": [
            "Trading", "Text", "Market", "Features", "Models", "Guards", "Risk", "Exits",
            "Messages",
        ],
        "Engine/Matching": ["Trading"],
        "Engine/Population": ["Trading", "Matching", "CMath"],
        "Engine/BinanceFormat": ["Trading", "Text"],
        "Engine/Wire": ["Trading", "Text", "FoundationEssentials"],
        "Engine/Projection": [
            "Trading", "Market", "Messages", "DecisionCore", "Models", "Risk", "Wire",
        ],
        "Engine/Playback": ["Trading", "Messages", "DecisionCore", "Matching", "Risk"],
        "Cockpit/CellGrid": [],
        "Cockpit/Model": ["Trading", "Text", "Wire"],
        "Cockpit/Views": ["CockpitModel", "CellGrid", "Trading", "Wire"],
        "Cockpit/Theme": ["CellGrid"],
    ]

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func sources(under folder: String) -> [(name: String, lines: [Substring])] {
        let base = root.appendingPathComponent(folder)
        let found = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)
        var result: [(String, [Substring])] = []
        while let url = found?.nextObject() as? URL {
            guard url.pathExtension == "swift",
                let text = try? String(contentsOf: url, encoding: .utf8)
            else {
                continue
            }
            result.append(
                (
                    url.path.replacingOccurrences(of: root.path + "/", with: ""),
                    text.split(separator: "\n", omittingEmptySubsequences: false)
                ))
        }
        return result.sorted { $0.0 < $1.0 }
    }

    /// The code of a line: without comments and without the text of string literals.
    static func code(_ line: Substring) -> String {
        var result = ""
        var inString = false
        var previous: Character = " "
        for character in line {
            if character == "\"" && previous != "\\" { inString.toggle() }
            if !inString && character == "/" && previous == "/" {
                result.removeLast()
                break
            }
            if !inString { result.append(character) }
            previous = character
        }
        return result
    }

    static func findings(_ folder: String, _ test: (String) -> Bool) -> [String] {
        sources(under: folder).flatMap { file in
            file.lines.enumerated().compactMap { index, line in
                test(code(line))
                    ? "\(file.name):\(index + 1): \(line.trimmingCharacters(in: .whitespaces))"
                    : nil
            }
        }
    }

    @Test(arguments: table.keys.sorted())
    func `a pure module imports only what the map allows`(module: String) throws {
        let allowed = try #require(Self.table[module])
        let findings = Self.findings("Sources/" + module) { line in
            guard
                let range = line.range(
                    of: #"^\s*(package |public |internal |private )?import "#,
                    options: .regularExpression)
            else { return false }
            let name = line[range.upperBound...].split(separator: ".").first.map(String.init) ?? ""
            return !allowed.contains(name.trimmingCharacters(in: .whitespaces))
        }
        #expect(findings == [])
        #expect(!Self.sources(under: "Sources/" + module).isEmpty)
    }

    @Test(arguments: table.keys.sorted())
    func `a pure module has no clock, chance, concurrency or pow`(module: String) {
        let words = [
            "Date()", "ContinuousClock", "SuspendingClock", "clock_gettime",
            "SystemRandomNumberGenerator",
            ".random(in:", "arc4random", "async ", "await ", "Task {", "pow(", "hashValue",
        ]
        let findings = Self.findings("Sources/" + module) { line in
            words.contains { word in
                guard line.contains(word) else { return false }
                // Seeded generators of our own are told their state.
                return !(word == ".random(in:" && line.contains("using:"))
            }
        }
        #expect(findings == [])
    }

    @Test func `nothing in the sources swallows errors or forces values`() {
        let findings = Self.findings("Sources") { line in
            line.range(of: #"\b(try[?!]|as!)"#, options: .regularExpression) != nil
        }
        #expect(findings == [])
    }

    @Test func `nothing is public: nobody outside imports us`() {
        #expect(
            Self.findings("Sources") { $0.contains("public ") || $0.contains("open class") } == [])
    }

    @Test func `the documents that the README promises exist`() {
        for name in [
            "README.md", "docs/architecture.md", "docs/protocol.md", "docs/glossary.md",
            "docs/runbook.md",
            "docs/decisions",
        ] {
            #expect(
                FileManager.default.fileExists(atPath: Self.root.appendingPathComponent(name).path),
                "\(name)")
        }
    }
}

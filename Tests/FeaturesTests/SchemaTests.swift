import Foundation
import Testing
import Trading

@Suite struct `The feature schema` {
    private var definitions: [FeatureDefinition] { FeatureSchema.definitions }

    @Test func `names every slot once, in snake case, with a unit and a group`() {
        let names = definitions.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(FeatureID.allCases.map { Int($0.rawValue) } == Array(0..<names.count))
        #expect(names.count <= FeatureRow.capacity)
        for definition in definitions {
            #expect(
                definition.name.wholeMatch(of: /[a-z][a-z0-9]*(_[a-z0-9]+)*/) != nil,
                "\(definition.name)")
            #expect(definition.revision >= 1)
        }
        #expect(Set(definitions.map(\.unit)) == Set(FeatureUnit.allCases))
        #expect(Set(definitions.map(\.group)) == Set(FeatureGroup.allCases))
        #expect(FeatureMask.market.count >= 85)
        #expect(FeatureMask.market.count + FeatureMask.position.count == names.count)
    }

    @Test func `the hand-set scorecards find their features where they were`() {
        let old = [
            "whale_net_1m", "whale_net_5m", "whale_net_15m", "retail_net_1m", "retail_net_5m",
            "retail_net_15m", "taker_imbalance_1m", "taker_imbalance_5m", "momentum_1",
            "momentum_3", "momentum_5", "momentum_15", "volatility_15m", "range_position_15",
            "divergence_5m", "spread", "held_fraction", "unrealized_r", "drawdown_r",
            "stop_distance_r", "target_distance_r", "whale_against_1m", "whale_against_5m",
            "taker_against_1m", "momentum_against_1", "momentum_against_3",
        ]
        #expect(definitions.prefix(26).map(\.name) == old)
        #expect(FeatureMask.scorecard == FeatureMask(old.compactMap { FeatureID(name: $0) }))
    }

    @Test func `its digest changes with any name, unit, revision, order or number`() {
        let hash = FeatureSchema.hash
        #expect(hash.wholeMatch(of: /[0-9a-f]{16}/) != nil)
        #expect(FeatureSchema.hash(of: definitions) == hash)
        func other(_ change: (inout [FeatureDefinition]) -> Void) -> Bool {
            var changed = definitions
            change(&changed)
            return FeatureSchema.hash(of: changed) != hash
        }
        #expect(other { $0[40].name += "x" })
        #expect(other { $0[40].unit = $0[40].unit == .r ? .hours : .r })
        #expect(other { $0[40].revision += 1 })
        #expect(other { $0.swapAt(3, 4) })
        #expect(other { $0.removeLast() })
        // A group is where it is shown, not what it is.
        #expect(!other { $0[40].group = .position })
    }

    @Test func `a mask has what it was made of`() {
        let mask = FeatureMask([.hurst100, .entryDayTrend])
        #expect(mask.count == 2)
        #expect(mask.contains(.entryDayTrend) && !mask.contains(.spread))
        #expect(mask.intersects(.candles) && mask.intersects(.position))
        #expect(!mask.intersects(FeatureMask(.flow)))
        #expect(FeatureMask().isEmpty)
        #expect(FeatureMask.all.count == FeatureID.allCases.count)
    }

    /// The rows of docs/features.md: name, unit and group of every feature stand in it as the schema says them.
    @Test func `the document describes every feature and no other`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(
            contentsOf: root.appendingPathComponent("docs/features.md"), encoding: .utf8)
        var rows: [String: (unit: String, group: String)] = [:]
        var group = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("## `"), let name = line.split(separator: "`").dropFirst().first {
                group = String(name)
            }
            guard line.hasPrefix("| `") else { continue }
            let cells = line.split(separator: "|").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            try #require(cells.count == 4, "\(line)")
            let name = cells[0].trimmingCharacters(in: CharacterSet(charactersIn: "`"))
            #expect(rows[name] == nil, "\(name) stands twice")
            #expect(!cells[2].isEmpty && !cells[3].isEmpty, "\(name) has no formula or window")
            rows[name] = (cells[1], group)
        }
        for definition in definitions {
            let row = rows.removeValue(forKey: definition.name)
            #expect(row?.unit == definition.unit.rawValue, "\(definition.name)")
            #expect(row?.group == definition.group.rawValue, "\(definition.name)")
        }
        #expect(rows.isEmpty, "\(rows.keys.sorted())")
        #expect(text.contains(FeatureSchema.hash))
    }
}

import Models
import Testing
import Trading

@testable import ModelStore

struct ShippedTests {
    @Test func `every set that is built in can be used as it is`() throws {
        let shipped = BundledModels.shipped
        #expect(!shipped.names.isEmpty)
        for name in shipped.names {
            let set = try shipped.files(named: name).makeSet()
            #expect(set.schema == FeatureSchema.hash)
            for role in ["card.md"] + set.members.map({ "cards/\($0.id).md" }) {
                #expect(
                    shipped.others(named: name).contains { $0.name == role },
                    "\(name) has no \(role)")
            }
        }
    }
}

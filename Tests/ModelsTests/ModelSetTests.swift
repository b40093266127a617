import Testing

@testable import Models

@Test func `the built-in scorecard can be read`() throws {
    let set = try ModelSet.scorecard()
    #expect(set.name == "scorecard")
    #expect(set.note.contains("Not trained"))
}

import Testing

@testable import Wire

@Suite struct ModelsMessageTests {
    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":1,"method":"models.show"}"#, "'models.show' needs the 'set'"),
        (#"{"jsonrpc":"2.0","id":1,"method":"models.verify","params":{"set":null}}"#, ""),
        (#"{"jsonrpc":"2.0","id":1,"method":"models.verify","params":{"set":""}}"#, "1 to 128"),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"models.promote","params":{"set":"abcdef"}}"#,
            "'models.promote' needs an 'id'"
        ),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"models.add","params":{"id":"a","path":"here"}}"#,
            "needs the 'path' of a folder, beginning with /"
        ),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"models.rollback","params":{"id":"a b"}}"#,
            "1 to 64 characters"
        ),
    ])
    func `a question or order about models that lacks something is refused`(
        text: String, said: String
    ) {
        do {
            _ = try ClientMessage.decode(line: Array(text.utf8))
            Issue.record("it was taken")
        } catch {
            #expect(error.id == .number(1))
            #expect(WireError(error).message.contains(said) || said.isEmpty, "\(error)")
        }
    }

    @Test func `a method that models do not have is unknown`() {
        let text = #"{"jsonrpc":"2.0","id":1,"method":"models.delete"}"#
        #expect(
            throws: WireDecodingError.unknownMethod(id: .number(1), method: "models.delete")
        ) { try ClientMessage.decode(line: Array(text.utf8)) }
    }

    @Test func `a report in lines is aligned, says all, and holds no control characters`() {
        #expect(
            Samples.modelsReport.lines == [
                "DIGEST        NAME     STATE       SINCE             ADDED",
                "3f3f3f3f3f3f  trees-2  production  2023-11-14 23:13  2023-11-14 22:13",
                "", "note      five trees?[2J", "folder    /state/models/sets/3f3f",
                "schema    0123", "trained   2025-01-01 to 2025-08-31", "",
                "MODEL  KIND   ROLE       WEIGHT  FILE       SHA-256",
                "trees  trees  entryLong  0.7     long.json  abababababab", "",
                "WHEN              CHANGE  BY        NOTE",
                "2023-11-14 22:13  added   uid 1000  first", "",
                "# trees-2", "", "No edge.",
                "in force: trees-2 3f3f3f3f3f3f, registry", "warning: a line is incomplete",
            ])
    }

    @Test func `a verification in lines names what is damaged`() {
        var report = Samples.modelsReport
        report.verb = .verify
        report.detail = nil
        report.warning = nil
        report.text = "1 model set looked at, 1 DAMAGED"
        #expect(report.hasProblems)
        #expect(
            report.lines == [
                "DAMAGED 3f3f3f3f3f3f trees-2: exit.json was changed",
                "ok      in force trees-2", "1 model set looked at, 1 DAMAGED",
            ])
        report.sets = []
        #expect(!report.hasProblems)
    }
}

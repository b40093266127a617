import ArgumentParser
import Service

/// The second word that real money needs, besides `mode = "live"` in the file.
struct LiveOption: ParsableArguments {
    @Option(
        name: .customLong("live"),
        help: ArgumentHelp(
            "Trade real money; repeat the engine's name. Only with mode = \"live\".",
            valueName: "engine-name"))
    var liveName: String?

    func check(_ configuration: Configuration) throws {
        if let refusal = configuration.refusal(liveName: liveName) { throw fail(refusal) }
    }
}

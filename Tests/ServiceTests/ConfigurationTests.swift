import Testing
import Trading

@testable import Service

struct ConfigurationTests {
    @Test func `an empty file is the defaults`() throws {
        let configuration = try Configuration(text: "", name: "empty.toml")
        #expect(configuration.engineName == "narwhal")
        #expect(configuration.symbols.map(\.description) == ["BTCUSDT"])
        #expect(configuration.startingBalance == Money(whole: 10_000))
    }

    @Test(arguments: ["[=]", "[[!", "a = 1\r\n [ .x]", "\u{FEFF}[\u{FFFD}]", "[[\t{}]]"])
    func `a section without a name is refused and does not end the process`(text: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration(text: text, name: "a.toml")
        }
        #expect(error?.description.contains("a section must be [name]") == true)
    }

    @Test func `every value arrives`() throws {
        let text = """
            engine = "btc-1"
            symbols = ["ETHUSDT", "SOLUSDT"]
            profile = "guarded"
            timeScale = 60
            [state]
            directory = "/var/lib/narwhal/btc-1"
            maxTapeMegabytes = 64
            [venue]
            seed = 7
            latencyMilliseconds = 5
            [account]
            startingBalance = "2500.50"
            leverage = 5
            [market]
            whaleThreshold = 50000
            [gateway]
            access = "service"
            maxClients = 8
            """
        let configuration = try Configuration(text: text, name: "a.toml")
        #expect(configuration.engineName == "btc-1")
        #expect(configuration.symbols.map(\.description) == ["ETHUSDT", "SOLUSDT"])
        #expect(configuration.profile == "guarded")
        #expect(configuration.timeScale == 60)
        #expect(configuration.stateDirectory == "/var/lib/narwhal/btc-1")
        #expect(configuration.maxTapeBytes == 64 << 20)
        #expect(configuration.venueSeed == 7)
        #expect(configuration.venueLatency == .milliseconds(5))
        #expect(configuration.startingBalance.description == "2500.5")
        #expect(configuration.leverage == 5)
        #expect(configuration.whaleThreshold == Money(whole: 50_000))
        #expect(configuration.isServiceAccess)
        #expect(configuration.maxClients == 8)
    }

    @Test(arguments: [
        ("engin = \"a\"", "x.toml:1: engin is not a known key; did you mean engine?"),
        ("\n[venue]\nsed = 1", "x.toml:3: venue.sed is not a known key; did you mean venue.seed?"),
        (
            "[account]\nleverage = 20",
            "x.toml:2: account.leverage must be a whole number from 1 to 5 (times)"
        ),
        ("mode = \"real\"", "x.toml:1: mode must be one of: paper, shadow, testnet, live"),
        (
            "[account]\nstartingBalance = 100.5",
            "x.toml:2: account.startingBalance must be a whole number or a quoted decimal from 10 to 1000000000 (quote currency)"
        ),
        (
            "symbols = [\"btcusdt\"]",
            "x.toml:1: symbols holds something that is not a symbol (A-Z 0-9 _), or the same twice"
        ),
        (
            "engine = \"../x\"",
            "x.toml:1: engine must be 1 to 32 characters a-z 0-9 -"
        ),
        (
            "[state]\ndirectory = \"here\"",
            "x.toml:2: state.directory must be an absolute path, beginning with /"
        ),
    ])
    func `a bad value is refused with file, line and what is allowed`(text: String, message: String)
    {
        #expect(throws: ConfigurationError.self) { try Configuration(text: text, name: "x.toml") }
        do {
            _ = try Configuration(text: text, name: "x.toml")
        } catch {
            #expect(error.description == message)
        }
    }

    @Test func `broken TOML names its line`() {
        do {
            _ = try Configuration(text: "engine = \"a\"\nsymbols = [", name: "x.toml")
            Issue.record("it was accepted")
        } catch {
            #expect(error.description.hasPrefix("x.toml:2:"), "\(error)")
        }
    }

    @Test func `the explanation is itself a valid file of the defaults`() throws {
        let configuration = try Configuration(
            text: Configuration.explanation, name: "explained.toml")
        #expect(configuration.profile == Configuration().profile)
        #expect(configuration.venueSeed == Configuration().venueSeed)
        #expect(configuration.maxTapeBytes == Configuration().maxTapeBytes)
        #expect(configuration.startingBalance == Configuration().startingBalance)
    }
}

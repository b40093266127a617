import Testing
import Trading
import Transport

@testable import Service

struct ModeTests {
    private static let local = """
        [venue]
        name = "binance"
        rest = "http://127.0.0.1:9001"
        stream = "ws://127.0.0.1:9001"

        """
    private static let test = """
        [venue]
        name = "binance"
        rest = "https://demo-fapi.binance.com"
        stream = "wss://fstream.binancefuture.com"

        """
    private static let live = """
        [venue]
        name = "binance"
        rest = "https://fapi.binance.com"
        stream = "wss://fstream.binance.com"

        """
    private static let key = "keyFile = \"/etc/narwhal/key\"\n"

    private func refusal(_ text: String) -> String? {
        do throws(ConfigurationError) {
            _ = try Configuration(text: text, name: "x.toml")
            return nil
        } catch { return error.description }
    }

    @Test func `the settings of Binance arrive`() throws {
        let text =
            "mode = \"testnet\"\n" + Self.test + Self.key + "foreignOrders = \"manage\"\n"
            + "certificateAuthority = \"/etc/ca.pem\"\n"
        let configuration = try Configuration(text: text, name: "x.toml")
        #expect(configuration.mode == .testnet)
        #expect(
            configuration.binance
                == BinanceSettings(
                    rest: "https://demo-fapi.binance.com",
                    stream: "wss://fstream.binancefuture.com", keyFile: "/etc/narwhal/key",
                    foreignOrders: .manage, certificateAuthority: "/etc/ca.pem"))
        #expect(try configuration.binance?.restURL().host == "demo-fapi.binance.com")
        #expect(try configuration.binance?.streamURL().host == "fstream.binancefuture.com")
        #expect(try Configuration(recorded: configuration.text) == configuration)
    }

    @Test(arguments: [
        "mode = \"paper\"\n" + live, "mode = \"shadow\"\n" + live, "mode = \"paper\"\n" + local,
        "mode = \"shadow\"\n" + test + key, "mode = \"testnet\"\n" + local + key,
        "mode = \"live\"\n" + live + key, "timeScale = 60\nmode = \"testnet\"\n" + local + key,
        "mode = \"testnet\"\n" + local + "keyFile = \"credential:narwhal.key\"\n",
        "mode = \"paper\"\n" + live.replacing("binance.com", with: "example.org"),
    ])
    func `settings that belong together are accepted`(text: String) {
        #expect(refusal(text) == nil)
    }

    @Test(arguments: [
        ("mode = \"testnet\"", "x.toml:1: mode is testnet, which needs [venue] name = \"binance\""),
        (
            "[venue]\nrest = \"https://fapi.binance.com\"",
            "x.toml:2: venue.rest has no meaning for the simulated exchange; set venue.name = \"binance\""
        ),
        ("[venue]\nname = \"binance\"", "x.toml:2: venue.name is binance, which needs venue.rest"),
        (
            "[venue]\nname = \"binance\"\nrest = \"https://fapi.binance.com\"",
            "x.toml:2: venue.name is binance, which needs venue.stream"
        ),
        ("mode = \"testnet\"\n" + test, "x.toml:1: mode is testnet, which needs venue.keyFile"),
        (
            "mode = \"testnet\"\n" + live + key,
            "x.toml:4: venue.rest is a live host, with real money, but mode is testnet"
        ),
        (
            "mode = \"live\"\n" + test + key,
            "x.toml:4: venue.rest is a test host, but mode is live"
        ),
        (
            "mode = \"live\"\n" + local + key,
            "x.toml:4: venue.rest is this machine, but mode is live"
        ),
        (
            "mode = \"live\"\n" + live.replacing("binance.com", with: "example.org") + key,
            "x.toml:4: venue.rest is no host that is known to be live or test, but mode is live"
        ),
        (
            "[venue]\nname = \"binance\"\nrest = \"https://demo-fapi.binance.com\"\nstream = \"wss://fstream.binance.com\"",
            "x.toml:4: venue.stream is a live host, with real money, but venue.rest is a test host; both must be the same"
        ),
        (
            live.replacing("binance.com", with: "example.org") + key,
            "x.toml:5: venue.keyFile must not be used with fapi.example.org: it is no host that is known to be live or test"
        ),
        (
            "timeScale = 2\n" + live,
            "x.toml:1: timeScale must be 1: only an exchange on this machine can run at another speed"
        ),
        (
            "[venue]\nrest = \"http://fapi.binance.com\"",
            "x.toml:2: venue.rest must begin with https://; http:// is only for this machine"
        ),
        (
            "[venue]\nstream = \"https://fstream.binance.com\"",
            "x.toml:2: venue.stream must begin with wss://"
        ),
        (
            "[venue]\nrest = \"https://fapi.binance.com/fapi/v1\"",
            "x.toml:2: venue.rest must name the server alone, without a path: https://HOST"
        ),
        (
            "[venue]\nkeyFile = \"key\"",
            "x.toml:2: venue.keyFile must be an absolute path, or credential:NAME"
        ),
        (
            "[venue]\nkeyFile = \"credential:../key\"",
            "x.toml:2: venue.keyFile must be an absolute path, or credential:NAME"
        ),
        (
            "[venue]\nforeignOrders = \"close\"",
            "x.toml:2: venue.foreignOrders must be one of: observe, protect, manage"
        ),
    ])
    func `settings that contradict each other are refused with line and key`(
        text: String, message: String
    ) {
        #expect(refusal(text) == message)
    }

    @Test func `real money must also be asked for by name on the command line`() throws {
        var configuration = try Configuration(
            text: "engine = \"btc-1\"\nmode = \"live\"\n" + Self.live + Self.key, name: "x.toml")
        #expect(configuration.refusal(liveName: "btc-1") == nil)
        #expect(
            configuration.refusal(liveName: nil)
                == "mode is live: real money. Say it again on the command line: run --live btc-1")
        #expect(
            configuration.refusal(liveName: "eth-1")
                == "--live eth-1 does not name this engine, which is btc-1")
        configuration.mode = .testnet
        #expect(configuration.refusal(liveName: nil) == nil)
        #expect(
            configuration.refusal(liveName: "btc-1")
                == "--live was given, but mode is testnet; set mode = \"live\", or leave it out")
    }
}

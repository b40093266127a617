import Testing
import Text

@testable import ExchangeServer

struct SignatureTests {
    static let secret = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9"
    static let text =
        "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943"
    static let signature = "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9"

    @Test func `the venue's published example has the published signature`() throws {
        let bytes = try #require(Signature.hmac(of: Self.text, secret: Self.secret))
        #expect(String(hexadecimal: bytes) == Self.signature)
        #expect(Signature.isValid(Self.signature.uppercased(), of: Self.text, secret: Self.secret))
        #expect(!Signature.isValid(Self.signature, of: Self.text + "0", secret: Self.secret))
        #expect(!Signature.isValid("3c66", of: Self.text, secret: Self.secret))
    }

    @Test func `query and body are signed joined without a separator`() throws {
        let signature = "30baaf0fab549bbeda7f5ef201898b34122da25fd23c646cac2c529aebe670a4"
        let parameters = try #require(
            Parameters(
                query: "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC",
                body: "quantity=1&price=9000&recvWindow=5000&timestamp=1591702613943&signature="
                    + signature))
        #expect(parameters.signature == signature)
        #expect(Signature.isValid(signature, of: parameters.signedText, secret: Self.secret))
    }

    @Test func `a signature that is not last is none`() throws {
        let parameters = try #require(Parameters(query: "a=1&signature=00&b=2", body: ""))
        #expect(parameters.signature == nil)
        #expect(parameters.text("b") == "2")
    }

    @Test func `the query wins over the body`() throws {
        let parameters = try #require(Parameters(query: "side=BUY", body: "side=SELL"))
        #expect(parameters.text("side") == "BUY")
    }

    @Test(arguments: ["a=%", "a=%2", "a=%zz", "a=%ff"])
    func `broken escapes are refused`(query: String) {
        #expect(Parameters(query: query, body: "") == nil)
    }
}

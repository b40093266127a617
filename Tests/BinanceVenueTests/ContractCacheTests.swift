import BinanceFormat
import BinanceVenue
import Foundation
import Testing
import Trading

/// The contracts of a local exchange, kept on disk.
struct ContractCacheTests {
    private let bitcoin = LocalVenue.bitcoin
    private let ether = LocalVenue.ether

    private func wallTime() -> Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    }

    @Test func `contracts are read with margin tables and fees, and stored for a later start`()
        async throws
    {
        let venue = try await LocalVenue.shared()
        let folder = try Folder()
        let cache = ContractCache(directory: folder.path, venue: "local")
        let time = wallTime()
        let first = try await cache.select(
            [ether, bitcoin], from: venue.rest, isSigned: true, at: time)
        #expect(first.notes == [] && first.age == .zero)
        #expect(first.instruments.map(\.symbol) == [ether, bitcoin])
        #expect(first.instruments.map(\.id.index) == [0, 1])
        let preset = Instrument.preset(bitcoin, id: InstrumentID(1))
        #expect(first.instruments[1].filters.tickSize == preset.filters.tickSize)
        #expect(first.instruments[1].tiers == preset.tiers)
        #expect(first.instruments[1].takerFee == preset.takerFee)
        #expect(first.instruments[1].priceDigits == 1)
        let status = try FileManager.default.attributesOfItem(
            atPath: folder.path + "/contracts.json")
        #expect(status[.posixPermissions] as? Int == 0o600)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["contracts.json"])

        // The venue does not answer: fresh contracts need no word of it.
        let silent = try venue.client(hasKey: true)
        silent.stop()
        let fresh = try await cache.select(
            [bitcoin], from: silent, isSigned: true, at: time + .minutes(59))
        #expect(fresh.notes == [] && fresh.age == .minutes(59))
        #expect(fresh.instruments[0].filters == first.instruments[1].filters)
    }

    @Test func `an old file is used when the venue does not answer, and that is said`()
        async throws
    {
        let venue = try await LocalVenue.shared()
        let folder = try Folder()
        let cache = ContractCache(directory: folder.path, venue: "local")
        let time = wallTime()
        _ = try await cache.select([bitcoin], from: venue.rest, isSigned: false, at: time)
        let silent = try venue.client(hasKey: true)
        silent.stop()
        let old = try await cache.select(
            [bitcoin], from: silent, isSigned: false, at: time + .hours(3))
        #expect(old.age == .hours(3))
        #expect(
            old.notes.first
                == "the venue's contracts could not be read (the client has been stopped); those of 3 h ago are used"
        )
        let empty = ContractCache(directory: try Folder().path, venue: "local")
        await #expect(throws: ContractError.noAnswer("the client has been stopped")) {
            try await empty.select([bitcoin], from: silent, isSigned: false, at: time)
        }
    }

    @Test func `without a key the built-in margin tables are used and that is said`() async throws {
        let venue = try await LocalVenue.shared()
        let folder = try Folder()
        let cache = ContractCache(directory: folder.path, venue: "local")
        let selection = try await cache.select(
            [bitcoin, ether], from: try venue.client(hasKey: false), isSigned: false,
            at: wallTime())
        #expect(
            selection.notes == [
                "margin tables were not read from the venue (a key is needed); built-in ones are used for BTCUSDT, ETHUSDT"
            ])
        #expect(
            selection.instruments[0].tiers == Instrument.preset(bitcoin, id: InstrumentID(0)).tiers)
    }

    @Test(arguments: [
        ("BTCUSD", "BTCUSD is no contract of the venue; did you mean BTCUSDT?"),
        ("ETUSDT", "ETUSDT is no contract of the venue; did you mean ETHUSDT?"),
        ("SOMETHINGELSE", "SOMETHINGELSE is no contract of the venue"),
    ])
    func `an unknown symbol is refused by name`(name: String, message: String) async throws {
        let venue = try await LocalVenue.shared()
        let folder = try Folder()
        let cache = ContractCache(directory: folder.path, venue: "local")
        let symbol = try #require(SymbolName(name))
        let error = await #expect(throws: ContractError.self) {
            try await cache.select([symbol], from: venue.rest, isSigned: false, at: wallTime())
        }
        #expect(error?.description == message)
    }

    @Test func `a symbol that is not trading is accepted only to close what is held`()
        async throws
    {
        let venue = try await LocalVenue.shared()
        var book = try await ContractBook.read(
            from: venue.rest, venue: "local", symbols: [], isSigned: true, at: wallTime())
        book.contracts[0].isTradable = false
        book.contracts[0].status = "SETTLING"
        #expect(throws: ContractError.notTrading(bitcoin, status: "SETTLING")) {
            try book.instruments(for: [bitcoin])
        }
        #expect(
            try book.instruments(for: [bitcoin], keeping: [bitcoin]).notes
                == ["BTCUSDT is not trading (SETTLING): exits only"])
        book.contracts[0].marginAsset = "USDC"
        #expect(throws: ContractError.otherAsset(bitcoin, asset: "USDC")) {
            try book.instruments(for: [bitcoin], keeping: [bitcoin])
        }
    }

    @Test func `a file that was changed, cut or made for another venue is not used`() async throws {
        let venue = try await LocalVenue.shared()
        let folder = try Folder()
        let path = folder.path + "/contracts.json"
        let cache = ContractCache(directory: folder.path, venue: "local")
        _ = try await cache.refresh([bitcoin], from: venue.rest, isSigned: true, at: wallTime())
        #expect(cache.load().book?.contracts.count == 2)
        #expect(
            ContractCache(directory: folder.path, venue: "other").load().damage
                == "\(path) holds the contracts of local")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for index in stride(from: 0, to: bytes.count, by: 97) {
            var spoiled = bytes
            spoiled[index] ^= 1
            try spoiled.write(to: URL(fileURLWithPath: path))
            #expect(cache.load().book == nil, "byte \(index)")
            try bytes[..<index].write(to: URL(fileURLWithPath: path))
            #expect(cache.load().book == nil, "cut at \(index)")
        }
        // It is simply read anew.
        let anew = try await cache.select(
            [bitcoin], from: venue.rest, isSigned: true, at: wallTime())
        #expect(anew.notes == [])
        #expect(cache.load().book?.contracts.count == 2)
    }
}

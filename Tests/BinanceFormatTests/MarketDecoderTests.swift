import BinanceFormat
import TestSupport
import Testing
import Text
import Trading

private let bitcoin = InstrumentID(3)

private func decoder() throws -> BinanceMarketDecoder {
    BinanceMarketDecoder(instruments: [
        (try #require(SymbolName("ETHUSDT")), InstrumentID(1)),
        (try #require(SymbolName("1000SHIBUSDT")), InstrumentID(2)),
        (try #require(SymbolName("BTCUSDT")), bitcoin),
    ])
}

private func decode(_ text: String) throws -> DecodedFrame {
    var decoder = try decoder()
    return try decoder.decode(Array(text.utf8).span)
}

/// The kind of refusal of `text`; `nil` when it is decoded.
private func refusal(_ text: String) throws -> FrameError.Kind? {
    var decoder = try decoder()
    do throws(FrameError) {
        _ = try decoder.decode(Array(text.utf8).span)
        return nil
    } catch { return error.kind }
}

private func milliseconds(_ value: Int64) -> Timestamp { Timestamp(milliseconds: value) }

private func price(_ text: String) throws -> Price { try Price.parse(text) }

private func quantity(_ text: String) throws -> Quantity { try Quantity.parse(text) }

private func level(_ price: String, _ quantity: String) throws -> BookLevel {
    BookLevel(price: try Price.parse(price), quantity: try Quantity.parse(quantity))
}

@Suite struct `The market decoder` {
    @Test func `a trade in which the buyer rested is a sale`() throws {
        #expect(
            try decode(Payload.trade)
                == DecodedFrame(
                    kind: .trade, symbol: .known(bitcoin),
                    eventTime: milliseconds(1_723_161_256_330),
                    transactTime: milliseconds(1_723_161_256_322),
                    data: .print(
                        Print(
                            tradeID: 5_266_583_935, price: try price("61800.3"),
                            quantity: try quantity("0.006"),
                            takerSide: .sell, venueTime: milliseconds(1_723_161_256_322)))))
    }

    @Test func `an aggregate trade is a print with its own id`() throws {
        #expect(
            try decode(Payload.aggregateTrade)
                == DecodedFrame(
                    kind: .aggregateTrade, symbol: .known(bitcoin),
                    eventTime: milliseconds(1_723_161_256_330),
                    transactTime: milliseconds(1_723_161_256_322),
                    data: .print(
                        Print(
                            tradeID: 26_129, price: try price("61800.3"),
                            quantity: try quantity("1.5"),
                            takerSide: .buy, venueTime: milliseconds(1_723_161_256_322)))))
    }

    @Test func `a book ticker`() throws {
        #expect(
            try decode(Payload.bookTicker)
                == DecodedFrame(
                    kind: .bookTicker, symbol: .known(bitcoin),
                    eventTime: milliseconds(1_568_014_460_893),
                    transactTime: milliseconds(1_568_014_460_891),
                    data: .bookTicker(
                        BookTicker(
                            updateID: 400_900_217, bidPrice: try price("25.3519"),
                            bidQuantity: try quantity("31.21"),
                            askPrice: try price("25.3652"), askQuantity: try quantity("40.66"),
                            venueTime: milliseconds(1_568_014_460_891)))))
    }

    @Test func `a depth diff with its three ids`() throws {
        #expect(
            try decode(Payload.depthUpdate)
                == DecodedFrame(
                    kind: .depthUpdate, symbol: .known(bitcoin),
                    eventTime: milliseconds(1_571_889_248_277),
                    transactTime: milliseconds(1_571_889_248_276),
                    data: .depth(
                        DepthUpdate(
                            firstID: 390_497_796, lastID: 390_497_878, previousLastID: 390_497_794,
                            bids: [try level("7403.89", "0.002"), try level("7403.9", "3.906")],
                            asks: [try level("7405.96", "3.34"), try level("7406.63", "0")],
                            venueTime: milliseconds(1_571_889_248_276)))))
    }

    @Test func `a depth snapshot names no symbol`() throws {
        #expect(
            try decode(Payload.depthSnapshot)
                == DecodedFrame(
                    kind: .depthSnapshot, symbol: .absent,
                    eventTime: milliseconds(1_589_436_922_972),
                    transactTime: milliseconds(1_589_436_922_959),
                    data: .depthSnapshot(
                        DepthSnapshot(
                            lastUpdateID: 1_027_024, bids: [try level("4", "431")],
                            asks: [try level("4.000002", "12"), try level("4.1", "1")]))))
    }

    @Test func `a mark price with index and funding`() throws {
        #expect(
            try decode(Payload.markPrice)
                == DecodedFrame(
                    kind: .markPrice, symbol: .known(bitcoin),
                    eventTime: milliseconds(1_562_305_380_000),
                    transactTime: nil,
                    data: .markPrice(
                        MarkPriceUpdate(
                            markPrice: try price("11794.15"),
                            indexPrice: try price("11784.62659091"),
                            fundingRate: Rate(units: -38_167),
                            nextFundingTime: milliseconds(1_562_306_400_000),
                            venueTime: milliseconds(1_562_305_380_000)))))
    }

    @Test func `a contract in settlement has no funding`() throws {
        let text =
            #"{"e":"markPriceUpdate","E":5,"s":"BTCUSDT","p":"1","i":"0","P":"1","r":"","T":0}"#
        #expect(
            try decode(text).data
                == .markPrice(
                    MarkPriceUpdate(
                        markPrice: try price("1"), indexPrice: nil, fundingRate: .zero,
                        nextFundingTime: nil,
                        venueTime: milliseconds(5))))
    }

    @Test func `a closed kline`() throws {
        #expect(
            try decode(Payload.kline)
                == DecodedFrame(
                    kind: .kline, symbol: .known(bitcoin),
                    eventTime: milliseconds(1_638_747_660_000),
                    transactTime: nil,
                    data: .kline(
                        Kline(
                            openTime: milliseconds(1_638_747_600_000), interval: .minutes(1),
                            open: try price("0.001"),
                            high: try price("0.0025"), low: try price("0.0009"),
                            close: try price("0.002"),
                            volume: try quantity("1000"), takerBuyVolume: try quantity("500"),
                            isClosed: true,
                            venueTime: milliseconds(1_638_747_660_000)))))
    }

    @Test func `a forced order counts what was filled, at its average price`() throws {
        #expect(
            try decode(Payload.forcedOrder)
                == DecodedFrame(
                    kind: .forcedOrder, symbol: .known(bitcoin),
                    eventTime: milliseconds(1_568_014_460_893),
                    transactTime: milliseconds(1_568_014_460_890),
                    data: .forcedOrder(
                        ForcedOrder(
                            side: .sell, price: try price("9912.5"),
                            quantity: try quantity("0.013"),
                            venueTime: milliseconds(1_568_014_460_890)))))
    }

    @Test(arguments: Payload.all)
    func `the envelope changes nothing, in either order`(payload: String) throws {
        let raw = try decode(payload)
        #expect(try decode(Payload.enveloped(payload)) == raw)
        #expect(try decode(#"{"data":\#(payload),"stream":"x"}"#) == raw)
        #expect(try decode(#"{"id":1,"data":\#(payload)}"#) == raw)
        #expect(try decode(" \n\(payload)\r\n\t ") == raw)
    }

    @Test(arguments: [Payload.trade, Payload.bookTicker, Payload.depthSnapshot])
    func `keys may come in any order`(payload: String) throws {
        let fields = Self.fields(of: payload)
        let straight = try decode(payload)
        var random = Seeded(7)
        for rotation in 0..<fields.count {
            let rotated = Array(fields[rotation...] + fields[..<rotation])
            #expect(try decode("{" + rotated.joined(separator: ",") + "}") == straight)
            #expect(try decode("{" + rotated.reversed().joined(separator: ", ") + "}") == straight)
        }
        for _ in 0..<200 {
            let shuffled = fields.shuffled(using: &random)
            #expect(try decode("{" + shuffled.joined(separator: ",") + "}") == straight)
        }
    }

    @Test(arguments: [
        Payload.trade, Payload.aggregateTrade, Payload.bookTicker, Payload.depthSnapshot,
    ])
    func `a key that we read must not stand twice, and one that we need must stand once`(
        payload: String
    ) throws {
        let optional = ["X", "nq", "f", "l", "st"]
        let fields = Self.fields(of: payload)
        for (index, field) in fields.enumerated() {
            let name = String(field.dropFirst().prefix { $0 != "\"" })
            let twice = try refusal("{" + (fields + [field]).joined(separator: ",") + "}")
            let skipped = ["nq", "f", "l", "st"]
            #expect(twice == (skipped.contains(name) ? nil : .duplicateKey), "\(name) twice")
            var fewer = fields
            fewer.remove(at: index)
            let without = try refusal("{" + fewer.joined(separator: ",") + "}")
            let isTimeOfTicker =
                name == "E" && payload != Payload.trade && payload != Payload.aggregateTrade
            let isTimeOfSnapshot = name == "T" && payload == Payload.depthSnapshot
            if optional.contains(name) || isTimeOfTicker || isTimeOfSnapshot {
                #expect(without == nil, "without \(name)")
            } else {
                #expect(without == .missingKey || without == .unrecognized, "without \(name)")
            }
        }
    }

    @Test func `trades that no order took part in are no prints`() throws {
        for (from, to) in [
            (#""X":"MARKET""#, #""X":"INSURANCE_FUND""#), (#""X":"MARKET""#, #""X":"ADL""#),
            (#""X":"MARKET""#, #""X":"NA""#), (#""p":"61800.30""#, #""p":"0""#),
            (#""q":"0.006""#, #""q":"0.000""#),
        ] {
            let frame = try decode(Self.replace(from, by: to, in: Payload.trade))
            #expect(frame.kind == .ignoredPrint)
            #expect(frame.data == nil)
            #expect(frame.symbol == .known(bitcoin))
        }
        #expect(
            try decode(Self.replace(#""X":"MARKET","#, by: "", in: Payload.trade)).kind == .trade)
    }

    @Test func `values of another type or out of range are refused`() throws {
        for (from, to, kind) in [
            (#""t":5266583935"#, #""t":"5266583935""#, .wrongType),
            (#""t":5266583935"#, #""t":1.5"#, .badInteger),
            (#""t":5266583935"#, #""t":99999999999999999999"#, .badInteger),
            (#""p":"61800.30""#, #""p":61800.30"#, .wrongType),
            (#""p":"61800.30""#, #""p":"-1""#, .outOfRange),
            (#""q":"0.006""#, #""q":"-0.1""#, .outOfRange),
            (#""p":"61800.30""#, #""p":"1e5""#, .badDecimal(.unexpectedByte)),
            (#""p":"61800.30""#, #""p":"""#, .badDecimal(.unexpectedByte)),
            (#""p":"61800.30""#, #""p":"0.123456789""#, .badDecimal(.tooManyFractionDigits)),
            (#""m":true"#, #""m":1"#, .wrongType), (#""m":true"#, #""m":null"#, .wrongType),
            (#""T":1723161256322"#, #""T":1723161256322000"#, .outOfRange),
            (#""T":1723161256322"#, #""T":-1"#, .badInteger),
            (#""s":"BTCUSDT""#, #""s":7"#, .wrongType),
        ] as [(String, String, FrameError.Kind)] {
            #expect(try refusal(Self.replace(from, by: to, in: Payload.trade)) == kind, "\(to)")
        }
        #expect(
            try refusal(
                Self.replace(
                    #"["7403.89","0.002"]"#, by: #"["0","0.002"]"#, in: Payload.depthUpdate))
                == .outOfRange)
        #expect(
            try refusal(
                Self.replace(#"["7403.89","0.002"]"#, by: #"["7403.89"]"#, in: Payload.depthUpdate))
                == .missingKey)
        #expect(
            try refusal(
                Self.replace(#""U":390497796"#, by: #""U":390497879"#, in: Payload.depthUpdate))
                == .outOfRange)
        #expect(
            try refusal(Self.replace(#""h":"0.0025""#, by: #""h":"0.0008""#, in: Payload.kline))
                == .outOfRange)
        #expect(
            try refusal(Self.replace(#""S":"SELL""#, by: #""S":"HOLD""#, in: Payload.forcedOrder))
                == .outOfRange)
        #expect(
            try decode(
                Self.replace(#""b":"25.35190000""#, by: #""b":"0.00""#, in: Payload.bookTicker)
            ).data == nil)
    }

    @Test func `symbols that it was not told of are unknown, long ones too`() throws {
        for (name, symbol) in [
            ("ETHUSDT", .known(InstrumentID(1))), ("1000SHIBUSDT", .known(InstrumentID(2))),
            ("XRPUSDT", .unknown),
            ("1000SHIBUSDC", .unknown), ("BTCUSDT_261225", .unknown), ("BTCUSD", .unknown),
            ("", .unknown),
            (String(repeating: "A", count: 300), .unknown),
        ] as [(String, DecodedFrame.Symbol)] {
            #expect(
                try decode(Self.replace("BTCUSDT", by: name, in: Payload.trade)).symbol == symbol,
                "\(name)")
        }
    }

    @Test func `what we do not read is other, and what is nothing is refused`() throws {
        for text in [
            #"{"result":null,"id":1}"#, #"{"id":1,"result":["a"]}"#, #"{"code":2,"msg":"x"}"#,
            #"{"e":"24hrMiniTicker","E":1,"s":"BTCUSDT"}"#,
            #"{"stream":"!markPrice@arr","data":[{"e":"x"}]}"#,
            #"{"E":1,"e":"contractInfo"}"#,
        ] {
            #expect(try decode(text).kind == .other, "\(text)")
        }
        for (text, kind) in [
            ("{}", .unrecognized), (#"{"a":1}"#, .unrecognized), ("[]", .wrongType),
            ("1", .wrongType),
            ("", .truncated), ("garbage", .wrongType), (#"{"stream":"x"}"#, .missingKey),
            (#"{"stream":"x","data":{}}"#, .unrecognized),
            (#"{"stream":"x","data":1}"#, .wrongType),
            (Payload.trade + "x", .trailingBytes), (Payload.trade + Payload.trade, .trailingBytes),
            (#"{"stream":"x","stream":"y","data":\#(Payload.trade)}"#, .duplicateKey),
            (#"{"stream":"x","data":\#(Payload.trade),"data":\#(Payload.trade)}"#, .duplicateKey),
            (#"{"id":1,"data":{"id":2,"data":{"e":"x"}}}"#, nil),
        ] as [(String, FrameError.Kind?)] {
            #expect(try refusal(text) == kind, "\(text)")
        }
        let deep = String(repeating: #"{"x":"#, count: 5_000)
        #expect(try refusal(#"{"e":"trade","z":"# + deep) == .tooDeep)
        #expect(try refusal(String(repeating: " ", count: (1 << 20) + 1)) == .tooLong)
    }

    @Test(arguments: Payload.all)
    func `every cut of a frame is refused`(payload: String) throws {
        for text in [payload, Payload.enveloped(payload)] {
            let bytes = Array(text.utf8)
            var decoder = try decoder()
            for length in 0..<bytes.count {
                let cut = Array(bytes[..<length])
                #expect(throws: FrameError.self, "the first \(length) bytes") {
                    try decoder.decode(cut.span)
                }
            }
        }
    }

    @Test(arguments: Payload.all)
    func `no single wrong byte can trap the decoder`(payload: String) throws {
        var bytes = Array(Payload.enveloped(payload).utf8)
        var decoder = try decoder()
        var refused = 0
        for index in bytes.indices {
            let right = bytes[index]
            for wrong in UInt8.min...UInt8.max where wrong != right {
                bytes[index] = wrong
                do throws(FrameError) { _ = try decoder.decode(bytes.span) } catch { refused += 1 }
            }
            bytes[index] = right
        }
        #expect(refused > 0)
        #expect(try decoder.decode(bytes.span) == (try decode(payload)))
    }

    /// The top-level `"key":value` texts of a payload.
    private static func fields(of payload: String) -> [String] {
        var fields: [String] = []
        var field = ""
        var depth = 0
        for character in payload.dropFirst().dropLast() {
            if character == "[" || character == "{" { depth += 1 }
            if character == "]" || character == "}" { depth -= 1 }
            if character == "," && depth == 0 {
                fields.append(field)
                field = ""
            } else {
                field.append(character)
            }
        }
        return fields + [field]
    }

    private static func replace(_ part: String, by new: String, in text: String) -> String {
        guard let range = text.firstRange(of: part) else {
            Issue.record("the payload does not hold \(part)")
            return text
        }
        return text.replacingCharacters(in: range, with: new)
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<String.Index>, with new: String) -> String
    {
        String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
}

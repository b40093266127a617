import Archive
import TestSupport
import Testing
import Trading

/// All prints of a dump file, read in batches of `maxCount`.
private func read(_ text: String, maxCount: Int = 4_096) throws -> (
    prints: [Print], reader: AggTradesCSVReader
) {
    let file = try TemporaryFile(text)
    let reader = try AggTradesCSVReader(path: file.path)
    var prints: [Print] = []
    var batch: [Print] = []
    while try reader.next(into: &batch, maxCount: maxCount) {
        #expect((1...maxCount).contains(batch.count))
        prints += batch
    }
    #expect(batch.isEmpty)
    return (prints, reader)
}

private func print(
    _ id: Int64, _ price: Int64, _ quantity: Int64, _ side: Side, _ milliseconds: Int64
) -> Print {
    Print(
        tradeID: id, price: Price(units: price), quantity: Quantity(units: quantity),
        takerSide: side,
        venueTime: Timestamp(milliseconds: milliseconds))
}

@Suite struct `The dump reader` {
    private let header =
        "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
    private let rows = """
        2000000000,60000.1,0.027,5000000001,5000000002,1767225600004,false
        2000000001,60000.0,1.5,5000000003,5000000003,1767225600005,true

        """
    private let prints = [
        print(2_000_000_000, 6_000_010_000_000, 2_700_000, .buy, 1_767_225_600_004),
        print(2_000_000_001, 6_000_000_000_000, 150_000_000, .sell, 1_767_225_600_005),
    ]

    @Test func `aggregate trades are read with and without header, newline at the end or not`()
        throws
    {
        for text in [
            header + rows, rows, String(rows.dropLast()),
            header + rows.replacing("\n", with: "\r\n"),
        ] {
            let (read, reader) = try read(text)
            #expect(read == prints)
            #expect(reader.counts.trades == 2)
            #expect(reader.counts.rejected == 0)
            #expect(reader.counts.lines == (text.hasPrefix("agg") ? 3 : 2))
            #expect(reader.counts.other == reader.counts.lines - 2)
        }
    }

    @Test(arguments: [
        "99999999999999999", "9223372036854776", "5000000000000", "50000000000000000",
    ])
    func `a time that is none is refused and later rows are read`(time: String) throws {
        let (read, reader) = try read(header + "1999999999,60000.0,1,1,1,\(time),true\n" + rows)
        #expect(read == prints)
        #expect(reader.counts.rejected == 1)
    }

    @Test func `gzip is unpacked on the way`() throws {
        let file = try TemporaryFile(gzip(Array((header + rows).utf8)))
        let reader = try AggTradesCSVReader(path: file.path)
        var batch: [Print] = []
        #expect(try reader.next(into: &batch))
        #expect(batch == prints)
    }

    @Test func `single trades and spot files with one more column are known by their columns`()
        throws
    {
        for text in [
            "id,price,qty,quote_qty,time,is_buyer_maker\n7,2.5,4,10.0,1767225600000,true\n",
            "7,2.5,4,10.0,1767225600000,true\n", "7,2.5,4,10.0,1767225600000000,True,True\n",
            "7,2.5,4,1,1,1767225600000,True,True\n",
        ] {
            #expect(
                try read(text).prints == [
                    print(7, 250_000_000, 400_000_000, .sell, 1_767_225_600_000)
                ], "\(text)")
        }
    }

    @Test(arguments: [
        "x,60000.0,1,1,1,1767225600000,true", "1,nan,1,1,1,1767225600000,true",
        "1,1e5,1,1,1,1767225600000,true",
        "1,60000.0,1,1,1,1767225600000,maybe", "1,60000.0,1,1,1,1767225600000",
        "1,60000.0,1,1,1,1767225600000,true,x",
        "1,-60000.0,1,1,1,1767225600000,true", "1,0,1,1,1,1767225600000,true",
        "1,60000.0,0,1,1,1767225600000,true",
        "1,60000.123456789,1,1,1,1767225600000,true",
        "12345678901234567890,60000.0,1,1,1,1767225600000,true", "",
        "1,,1,1,1,1767225600000,true", "1;60000.0;1;1;1;1767225600000;true",
        "1,60000.0,1,1,1,1767225600000,trueX",
    ])
    func `a malformed row is refused by its line number, and the next one is read`(bad: String)
        throws
    {
        let (read, reader) = try read(header + bad + "\n" + rows)
        #expect(read == prints)
        #expect(reader.counts.rejected == 1)
        #expect(reader.rejectedLines == [2])
        #expect(reader.counts.lines == 4)
    }

    @Test func `what does not follow the trade before it is told with its line`() throws {
        let text = """
            10,1.5,1,1,1,1767225600004,true
            11,1.5,1,1,1,1767225600005,true
            14,1.5,1,1,1,1767225600005,true
            13,1.5,1,1,1,1767225600006,true
            14,1.5,1,1,1,1767225600001,true
            15,0,1,1,1,1767225600007,true
            16,1.5,x,1,1,1767225600007,true
            17,1.5,1,1,1,1767225600007
            20,1.5,1,1,1,1767225600007,true

            """
        let (prints, reader) = try read(header + text)
        #expect(prints.count == 6)
        // The id behind a refused row follows nothing.
        #expect(
            reader.report.lines == [
                "3 rows left out: line 7: price is not above zero, "
                    + "line 8: quantity is not a number, line 9: has 6 columns instead of 7",
                "1 gap in the ids: line 4: 2 missing",
                "1 id that came before: line 5",
                "1 trade earlier than the one before: line 6",
            ])
        #expect(try read(header + rows).reader.report.lines.isEmpty)
    }

    @Test func `what follows is compared over the borders of batches too`() throws {
        var text = header
        for id in 0..<100 {
            text += "\(id == 50 ? 60 : id),1.5,1,1,1,\(1_767_225_600_000 + id),true\n"
        }
        for maxCount in [1, 7, 4_096] {
            let report = try read(text, maxCount: maxCount).reader.report
            #expect(
                report.lines == [
                    "1 gap in the ids: line 52: 10 missing", "1 id that came before: line 53",
                ])
        }
    }

    @Test func `a file of another format is refused, not guessed at`() throws {
        for text in [
            "hello\n", "open_time,open,high,low,close,volume\n", "{\"e\":\"trade\"}\n",
            "1,2,3,4,5,6,7\n",
        ] {
            let file = try TemporaryFile(text)
            let reader = try AggTradesCSVReader(path: file.path)
            var batch: [Print] = []
            #expect(throws: ArchiveError.unknownFormat(path: file.path)) {
                try reader.next(into: &batch)
            }
        }
        #expect(try read("").prints.isEmpty)
    }

    @Test(arguments: [1, 7, 4_096])
    func `rows across block borders arrive once and in order`(maxCount: Int) throws {
        var random = Seeded(11)
        var text = header
        var expected: [Print] = []
        // About 3 MB: several fills of the buffer.
        for id in 0..<50_000 as Range<Int64> {
            let tenths = Int64.random(in: 1...999_999, using: &random)
            let side: Side = Bool.random(using: &random) ? .buy : .sell
            expected.append(
                print(id, tenths * 10_000_000, (id + 1) * 100_000_000, side, 1_767_225_600_000 + id)
            )
            text +=
                "\(id),\(tenths / 10).\(tenths % 10),\(id + 1),5000000001,5000000002,\(1_767_225_600_000 + id),"
            text += side == .buy ? "false\n" : "true\n"
        }
        #expect(try read(text, maxCount: maxCount).prints == expected)
    }

    @Test func `a row without an end is bounded`() throws {
        let (read, reader) = try read(header + String(repeating: "1", count: 3 << 20) + "\n" + rows)
        #expect(read == prints)
        #expect(reader.counts.rejected >= 1)
    }

    @Test func `truncated gzip says so after delivering whole rows`() throws {
        let whole = gzip(Array((header + rows).utf8))
        let file = try TemporaryFile(Array(whole.dropLast(20)))
        let reader = try AggTradesCSVReader(path: file.path)
        var batch: [Print] = []
        #expect(try reader.next(into: &batch))
        #expect(batch == [prints[0]])
        #expect(throws: ArchiveError.truncatedGzip(path: file.path)) {
            try reader.next(into: &batch)
        }
    }
}

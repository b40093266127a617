import Text
import Trading

/// The symbols that a decoder knows, compared as packed bytes so that no frame needs a `String`.
struct SymbolTable: Sendable {
    /// Up to 24 bytes in little-endian words.
    struct Packed: Hashable, Sendable {
        var low: UInt64 = 0
        var middle: UInt64 = 0
        var high: UInt64 = 0
    }

    private struct Entry {
        var name: Packed
        var id: InstrumentID
    }

    private var entries: [Entry] = []

    init(_ instruments: [(SymbolName, InstrumentID)]) {
        for (symbol, id) in instruments {
            var name = Packed()
            for (index, byte) in symbol.description.utf8.enumerated() { name.put(byte, at: index) }
            entries.append(Entry(name: name, id: id))
        }
    }

    @inline(__always)
    func find(_ name: Packed) -> DecodedFrame.Symbol {
        // A handful of symbols: looking at each beats any table.
        for index in 0..<entries.count {
            let known = entries[index].name
            if known.low == name.low && known.middle == name.middle && known.high == name.high {
                return .known(entries[index].id)
            }
        }
        return .unknown
    }
}

extension SymbolTable.Packed {
    @inline(__always)
    mutating func put(_ byte: UInt8, at index: Int) {
        let bits = UInt64(byte) << UInt64(8 * (index & 7))
        switch index >> 3 {
        case 0: low |= bits
        case 1: middle |= bits
        default: high |= bits
        }
    }
}

/// The venue's keys as the cursor packs them: ASCII bytes, the first one lowest.
enum KeyName {
    static let a: UInt64 = 0x61
    static let b: UInt64 = 0x62
    static let c: UInt64 = 0x63
    static let e: UInt64 = 0x65
    static let h: UInt64 = 0x68
    static let i: UInt64 = 0x69
    static let k: UInt64 = 0x6b
    static let l: UInt64 = 0x6c
    static let m: UInt64 = 0x6d
    static let o: UInt64 = 0x6f
    static let p: UInt64 = 0x70
    static let q: UInt64 = 0x71
    static let r: UInt64 = 0x72
    static let s: UInt64 = 0x73
    static let t: UInt64 = 0x74
    static let u: UInt64 = 0x75
    static let v: UInt64 = 0x76
    static let x: UInt64 = 0x78
    static let z: UInt64 = 0x7a
    static let bigA: UInt64 = 0x41
    static let bigB: UInt64 = 0x42
    static let bigE: UInt64 = 0x45
    static let bigS: UInt64 = 0x53
    static let bigT: UInt64 = 0x54
    static let bigU: UInt64 = 0x55
    static let bigV: UInt64 = 0x56
    static let bigX: UInt64 = 0x58
    /// `ap`
    static let ap: UInt64 = 0x7061
    /// `pu`
    static let pu: UInt64 = 0x7570
    /// `id`
    static let id: UInt64 = 0x6469
    /// `code`
    static let code: UInt64 = 0x6564_6f63
    /// `data`
    static let data: UInt64 = 0x6174_6164
    /// `bids`
    static let bids: UInt64 = 0x7364_6962
    /// `asks`
    static let asks: UInt64 = 0x736b_7361
    /// `stream`
    static let stream: UInt64 = 0x6d61_6572_7473
    /// `result`
    static let result: UInt64 = 0x746c_7573_6572
    /// `trade`, the value of `e`
    static let trade: UInt64 = 0x65_6461_7274
    /// `aggTrade`
    static let aggTrade: UInt64 = 0x6564_6172_5467_6761
    /// `kline`
    static let kline: UInt64 = 0x65_6e69_6c6b
    /// `MARKET`, the value of `X`
    static let market: UInt64 = 0x5445_4b52_414d
    /// `BUY`
    static let buy: UInt64 = 0x59_5542
    /// `SELL`
    static let sell: UInt64 = 0x4c4c_4553
}

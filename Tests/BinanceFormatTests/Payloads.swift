/// One hand-made payload a kind, in the form that the venue documents.
enum Payload {
    static let trade =
        #"{"e":"trade","E":1723161256330,"T":1723161256322,"s":"BTCUSDT","t":5266583935,"p":"61800.30","q":"0.006","X":"MARKET","m":true}"#
    static let aggregateTrade =
        #"{"e":"aggTrade","E":1723161256330,"s":"BTCUSDT","a":26129,"p":"61800.30","q":"1.5","nq":"1.4","f":100,"l":105,"T":1723161256322,"m":false,"st":1}"#
    static let bookTicker =
        #"{"e":"bookTicker","u":400900217,"E":1568014460893,"T":1568014460891,"s":"BTCUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}"#
    static let depthUpdate =
        #"{"e":"depthUpdate","E":1571889248277,"T":1571889248276,"s":"BTCUSDT","U":390497796,"u":390497878,"pu":390497794,"b":[["7403.89","0.002"],["7403.90","3.906"]],"a":[["7405.96","3.340"],["7406.63","0.000"]]}"#
    static let depthSnapshot =
        #"{"lastUpdateId":1027024,"E":1589436922972,"T":1589436922959,"bids":[["4.00000000","431.00000000"]],"asks":[["4.00000200","12.00000000"],["4.1","1"]]}"#
    static let markPrice =
        #"{"e":"markPriceUpdate","E":1562305380000,"s":"BTCUSDT","p":"11794.15000000","ap":"11794.2","i":"11784.62659091","P":"11784.25641265","r":"-0.00038167","T":1562306400000}"#
    static let kline =
        #"{"e":"kline","E":1638747660000,"s":"BTCUSDT","k":{"t":1638747600000,"T":1638747659999,"s":"BTCUSDT","i":"1m","f":100,"L":200,"o":"0.0010","c":"0.0020","h":"0.0025","l":"0.0009","v":"1000","n":100,"x":true,"q":"1.0000","V":"500","Q":"0.500","B":"123456"}}"#
    static let forcedOrder =
        #"{"e":"forceOrder","E":1568014460893,"o":{"s":"BTCUSDT","S":"SELL","o":"LIMIT","f":"IOC","q":"0.014","p":"9910","ap":"9912.5","X":"FILLED","l":"0.014","z":"0.013","T":1568014460890}}"#

    static let all = [
        trade, aggregateTrade, bookTicker, depthUpdate, depthSnapshot, markPrice, kline,
        forcedOrder,
    ]

    /// The same in the envelope of the combined stream.
    static func enveloped(_ payload: String) -> String {
        #"{"stream":"btcusdt@any@100ms","data":\#(payload)}"#
    }
}

/// Hand-made payloads of the private half, in the form that the venue documents.
enum PrivatePayload {
    static let order =
        #"{"e":"ORDER_TRADE_UPDATE","E":1568879465652,"T":1568879465651,"o":{"s":"BTCUSDT","c":"nwbtc-1","S":"SELL","o":"LIMIT","f":"GTX","q":"0.003","p":"7100.50","ap":"7100.333333333333","sp":"0","x":"TRADE","X":"PARTIALLY_FILLED","i":8389765739703625592,"l":"0.001","z":"0.002","L":"7100.50","N":"USDT","n":"0.01420100","T":1568879465650,"t":12345678,"b":"0","a":"9.91","m":true,"R":false,"wt":"CONTRACT_PRICE","ot":"LIMIT","ps":"BOTH","cp":false,"pP":false,"si":0,"ss":0,"rp":"-12.34","V":"EXPIRE_MAKER","pm":"NONE","gtd":0,"er":"0","st":1}}"#
    static let algo =
        #"{"e":"ALGO_UPDATE","T":1765431097031,"E":1765431097037,"o":{"caid":"nwbtc-2","aid":1000000033225453,"at":"CONDITIONAL","o":"STOP_MARKET","s":"DOGEUSDT","S":"BUY","ps":"BOTH","f":"GTC","q":"38","X":"FINISHED","ai":"88937381063","ap":"0.13856","aq":"38","act":"MARKET","tp":"0.13855","p":"0","V":"EXPIRE_MAKER","wt":"CONTRACT_PRICE","pm":"NONE","cp":false,"pP":false,"R":true,"tt":1765431097019,"gtd":0,"rm":"","ia":true}}"#
    static let account =
        #"{"e":"ACCOUNT_UPDATE","T":1564745798938,"E":1564745798939,"a":{"m":"ORDER","B":[{"a":"USDT","wb":"122624.12345678","cw":"100.12345678","bc":"-50.5"}],"P":[{"s":"BTCUSDT","pa":"-10","ep":"6563.8","bep":"6563.861","cr":"-45.04","up":"-1423.156","mt":"isolated","iw":"6570.42511771","ps":"BOTH"},{"s":"ETHUSDT","pa":"0","ep":"0.0","bep":"0","cr":"1","up":"0","mt":"cross","iw":"0","ps":"BOTH"}]}}"#
    static let funding =
        #"{"e":"ACCOUNT_UPDATE","T":1564745798938,"E":1564745798939,"a":{"m":"FUNDING_FEE","S":"BTCUSDT","B":[{"a":"USDT","wb":"99.5","cw":"99.5","bc":"-0.5"}]}}"#
    static let tradeLite =
        #"{"e":"TRADE_LITE","E":1727683915921,"T":1727683915920,"s":"ETHUSDT","q":"0.037","p":"2631.90","m":false,"c":"nweth-1","S":"BUY","L":"2631.85","l":"0.030","t":4467432841,"i":8389765739703625592}"#
    static let marginCall =
        #"{"e":"MARGIN_CALL","E":1587727187525,"cw":"3.16812045","p":[{"s":"ETHUSDT","ps":"BOTH","pa":"1.327","mt":"CROSSED","iw":"0","mp":"187.17127","up":"-1.166074","mm":"1.614445"}]}"#
    static let leverage =
        #"{"e":"ACCOUNT_CONFIG_UPDATE","E":1611646737479,"T":1611646737476,"ac":{"s":"BTCUSDT","l":25}}"#
    static let assetsMode =
        #"{"e":"ACCOUNT_CONFIG_UPDATE","E":1611646737479,"T":1611646737476,"ai":{"j":true}}"#
    static let keyExpired =
        #"{"e":"listenKeyExpired","E":1736996475556,"listenKey":"WsCMN0a4KHUPTQuX6IUnqEZfB1inxmv1qR4kbf1LuEjur5VdbzqvyxqG9TSjVVxv"}"#

    static let events = [
        order, algo, account, funding, tradeLite, marginCall, leverage, assetsMode, keyExpired,
    ]

    static let orderAnswer =
        #"{"orderId":22542179,"symbol":"BTCUSDT","status":"NEW","clientOrderId":"nwbtc-1","price":"9000.10","origQty":"0.5","executedQty":"0","cumQty":"0","timeInForce":"GTC","type":"LIMIT","reduceOnly":false,"closePosition":false,"side":"BUY","positionSide":"BOTH","stopPrice":"0","workingType":"CONTRACT_PRICE","priceProtect":false,"origType":"LIMIT","priceMatch":"NONE","selfTradePreventionMode":"EXPIRE_MAKER","goodTillDate":0,"updateTime":1566818724722}"#
    static let algoAnswer =
        #"{"algoId":2146760,"clientAlgoId":"nwbnb-1","algoType":"CONDITIONAL","orderType":"STOP_MARKET","symbol":"BNBUSDT","side":"SELL","positionSide":"BOTH","timeInForce":"GTC","quantity":"0.01","algoStatus":"TRIGGERED","actualOrderId":"88937381063","actualPrice":"749.5","actualType":"MARKET","actualQty":"0.01","triggerPrice":"750.000","price":"0","icebergQuantity":null,"selfTradePreventionMode":"EXPIRE_MAKER","workingType":"MARK_PRICE","priceMatch":"NONE","closePosition":false,"priceProtect":false,"reduceOnly":true,"activatePrice":"","callbackRate":"","createTime":1750485492076,"updateTime":1750485492077,"triggerTime":0,"goodTillDate":0}"#
    static let algoCancel =
        #"{"algoId":2146760,"clientAlgoId":"nwbnb-1","code":"200","msg":"success"}"#
    static let trade =
        #"[{"buyer":false,"commission":"-0.07819010","commissionAsset":"BNB","id":698759,"maker":true,"orderId":25851813,"price":"7819.01","qty":"0.002","quoteQty":"15.63802","realizedPnl":"-0.91539999","side":"SELL","positionSide":"BOTH","symbol":"BTCUSDT","time":1569514978020}]"#
    static let position =
        #"[{"symbol":"ADAUSDT","positionSide":"BOTH","positionAmt":"-30","entryPrice":"0.385123456789","breakEvenPrice":"0.385077","markPrice":"0.41047590","unRealizedProfit":"-0.76427700","liquidationPrice":"0","isolatedMargin":"0","notional":"-12.31427700","marginAsset":"USDT","isolatedWallet":"0","initialMargin":"0.61571385","maintMargin":"0.08004280","positionInitialMargin":"0.61571385","openOrderInitialMargin":"0","adl":2,"bidNotional":"0","askNotional":"0","updateTime":1720736417660}]"#
    static let balance =
        #"[{"accountAlias":"SgsR","asset":"USDT","balance":"122607.35137903","crossWalletBalance":"23.72469206","crossUnPnl":"-0.5","availableBalance":"23.2","maxWithdrawAmount":"23.1","marginAvailable":true,"updateTime":1617939110373}]"#
    static let account3 =
        #"{"totalInitialMargin":"1","totalMaintMargin":"0.5","totalWalletBalance":"103.12345678","totalUnrealizedProfit":"-2","totalMarginBalance":"101.12345678","totalPositionInitialMargin":"1","totalOpenOrderInitialMargin":"0","totalCrossWalletBalance":"103.12345678","totalCrossUnPnl":"0","availableBalance":"100.12345678","maxWithdrawAmount":"100","assets":[{"asset":"USDT","walletBalance":"23.7","unrealizedProfit":"0","marginBalance":"23.7","maintMargin":"0","initialMargin":"0","positionInitialMargin":"0","openOrderInitialMargin":"0","crossWalletBalance":"23.7","crossUnPnl":"0","availableBalance":"23.7","maxWithdrawAmount":"23.7","updateTime":1625474304765}],"positions":[]}"#
    static let symbolConfiguration =
        #"[{"symbol":"BTCUSDT","marginType":"ISOLATED","isAutoAddMargin":false,"leverage":21,"maxNotionalValue":"1000000"}]"#
    static let accountConfiguration =
        #"{"feeTier":0,"canTrade":true,"canDeposit":true,"canWithdraw":false,"dualSidePosition":false,"updateTime":0,"multiAssetsMargin":false,"tradeGroupId":-1}"#
    static let brackets =
        #"{"symbol":"ETHUSDT","notionalCoef":1.50,"brackets":[{"bracket":2,"initialLeverage":50,"notionalCap":500000,"notionalFloor":10000,"maintMarginRatio":0.01,"cum":35.5},{"bracket":1,"initialLeverage":75,"notionalCap":10000,"notionalFloor":0,"maintMarginRatio":0.0065,"cum":0}]}"#
    static let commission =
        #"{"symbol":"BTCUSDT","makerCommissionRate":"0.0002","takerCommissionRate":"0.0005","rpiCommissionRate":"0.00005"}"#
    static let exchangeInfo =
        #"{"timezone":"UTC","serverTime":1754596814166,"rateLimits":[{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":300}],"symbols":[{"symbol":"BTCUSDT","contractType":"PERPETUAL","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","marginAsset":"USDT","pricePrecision":2,"filters":[{"filterType":"PRICE_FILTER","maxPrice":"4529764","minPrice":"556.80","tickSize":"0.10"},{"filterType":"LOT_SIZE","maxQty":"1000","minQty":"0.001","stepSize":"0.001"},{"filterType":"MARKET_LOT_SIZE","maxQty":"120","minQty":"0.001","stepSize":"0.001"},{"filterType":"MAX_NUM_ORDERS","limit":200},{"filterType":"MIN_NOTIONAL","notional":"100"},{"filterType":"PERCENT_PRICE","multiplierDecimal":"4","multiplierDown":"0.9500","multiplierUp":"1.0500"},{"filterType":"POSITION_RISK_CONTROL","positionControlSide":"NONE"}],"triggerProtect":"0.0500","marketTakeBound":"0.05","liquidationFee":"0.012500"},{"symbol":"币安人生USDT","filters":[]}]}"#
    static let klines =
        #"[[1499040000000,"0.0163479","0.8","0.015758","0.015771","148976.5",1499040059999,"2434.1",308,"1756.25","28.4","0"],[1499040060000,"0.0163479","0.8","0.015758","0.015771","10",1499040119999,"2434.1",3,"1","28.4","0"]]"#
    static let aggregateTrades =
        #"[{"a":26129,"p":"0.01633102","q":"4.70443515","nq":"4","f":27781,"l":27781,"T":1498793709153,"m":true}]"#
    static let premium =
        #"{"symbol":"BTCUSDT","markPrice":"11793.63104562","indexPrice":"11781.80495970","estimatedSettlePrice":"11781.16138815","lastFundingRate":"0.00038246","nextFundingTime":1597392000000,"interestRate":"0.00010000","time":1597370495002}"#
    static let countdown = #"{"symbol":"BTCUSDT","countdownTime":"100000"}"#
    static let leverageAnswer =
        #"{"leverage":21,"maxNotionalValue":"1000000","symbol":"BTCUSDT"}"#
    static let code = #"{"code":-2013,"msg":"Order does not exist."}"#
    static let listenKey =
        #"{"listenKey":"pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81va65sdf19v8a65a1"}"#
    static let time = #"{"serverTime":1499827319559}"#
    static let dual = #"{"dualSidePosition":true}"#
}

#!/usr/bin/env python3
"""Trades by hand at `narwhald exchange` with Binance clients from PyPI.

    pip install binance-futures-connector ccxt
    scripts/try-exchange.py .build/debug/narwhald

Starts the exchange, ends it, prints what each client saw; leaves with 1 when something is not as it must be.
"""
import json
import subprocess
import sys
import time

from binance.um_futures import UMFutures
from binance.websocket.um_futures.websocket_client import UMFuturesWebsocketClient
from binance.error import ClientError


def check(name, holds, shown=""):
    print("ok  " if holds else "BAD ", name, shown, flush=True)
    if not holds:
        raise SystemExit(1)


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.error_code == code
    return False


def wait(condition, seconds=5):
    end = time.time() + seconds
    while time.time() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def connector(ready):
    client = UMFutures(ready["apiKey"], ready["secret"], base_url=ready["rest"])
    info = client.exchange_info()
    check("exchangeInfo", [s["symbol"] for s in info["symbols"]] == ["BTCUSDT", "ETHUSDT"])
    check("klines", len(client.klines("BTCUSDT", "1m", limit=5)) == 5)
    book = client.depth("BTCUSDT", limit=20)
    check("depth", len(book["bids"]) == 20, book["bids"][0])
    check("account", client.account()["totalWalletBalance"] == "10000.00000000")

    events, frames = [], []
    key = client.new_listen_key()["listenKey"]
    user = UMFuturesWebsocketClient(
        stream_url=ready["ws"] + "/private",
        on_message=lambda _, text: events.append(json.loads(text)))
    user.user_data(listen_key=key)
    market = UMFuturesWebsocketClient(
        stream_url=ready["ws"] + "/market",
        on_message=lambda _, text: frames.append(json.loads(text)))
    market.agg_trade(symbol="btcusdt")
    market.mark_price(symbol="btcusdt", speed=1)
    kinds = lambda: {frame.get("e") for frame in frames}
    check("market streams", wait(lambda: {"aggTrade", "markPriceUpdate"} <= kinds()), kinds())

    price = "%.1f" % (float(book["bids"][0][0]) * 0.98)
    order = client.new_order(
        symbol="BTCUSDT", side="BUY", type="LIMIT", quantity="0.010", price=price,
        timeInForce="GTC", newClientOrderId="hand-1")
    check("LIMIT rests", order["status"] == "NEW")
    check("open orders", [o["orderId"] for o in client.get_orders()] == [order["orderId"]])
    gone = client.cancel_order("BTCUSDT", origClientOrderId="hand-1")
    check("cancel", gone["status"] == "CANCELED")
    check("cancel again is -2011", refused(
        -2011, client.cancel_order, symbol="BTCUSDT", origClientOrderId="hand-1"))
    check("tick is -4014", refused(
        -4014, client.new_order, symbol="BTCUSDT", side="BUY", type="LIMIT", quantity="0.010",
        price=price + "5", timeInForce="GTC"))
    check("margin is -2019", refused(
        -2019, client.new_order, symbol="BTCUSDT", side="BUY", type="MARKET", quantity="50"))
    client.change_leverage("BTCUSDT", 5)
    market_order = client.new_order(
        symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.010", newOrderRespType="RESULT")
    check("MARKET fills", market_order["status"] == "FILLED")
    position = [p for p in client.get_position_risk() if float(p["positionAmt"])][0]
    check("position", position["positionAmt"] == "0.01", position["liquidationPrice"])
    check("plain stop is -4120", refused(
        -4120, client.new_order, symbol="BTCUSDT", side="SELL", type="STOP_MARKET",
        stopPrice=price, closePosition="true"))
    # The library has no name for the algo service yet; its signed request has.
    stop = client.sign_request("POST", "/fapi/v1/algoOrder", {
        "algoType": "CONDITIONAL", "symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET",
        "closePosition": "true", "triggerPrice": price, "workingType": "MARK_PRICE",
        "clientAlgoId": "hand-stop"})
    check("algo stop", stop["algoStatus"] == "NEW")
    check("stop is no plain order", client.get_orders() == [])
    client.sign_request("DELETE", "/fapi/v1/algoOrder", {"clientAlgoId": "hand-stop"})
    client.new_order(
        symbol="BTCUSDT", side="SELL", type="MARKET", quantity="0.010", reduceOnly="true")
    check("flat", not [p for p in client.get_position_risk() if float(p["positionAmt"])])
    check("trades", len(client.get_account_trades("BTCUSDT")) >= 2)
    seen = lambda: [(e["e"], e.get("o", {}).get("X")) for e in events if "e" in e]
    wanted = {("ORDER_TRADE_UPDATE", "NEW"), ("ORDER_TRADE_UPDATE", "CANCELED"),
              ("ORDER_TRADE_UPDATE", "FILLED"), ("ACCOUNT_UPDATE", None),
              ("ALGO_UPDATE", "NEW"), ("ALGO_UPDATE", "CANCELED")}
    check("user stream", wait(lambda: wanted <= set(seen())), len(seen()))
    client.close_listen_key(key)
    check("listenKeyExpired", wait(lambda: ("listenKeyExpired", None) in seen()))
    user.stop()
    market.stop()


def with_ccxt(ready):
    import ccxt
    exchange = ccxt.binanceusdm({"apiKey": ready["apiKey"], "secret": ready["secret"], "options": {
        "fetchCurrencies": False, "defaultType": "future", "fetchMarkets": {"types": ["linear"]}}})
    for name, url in list(exchange.urls["api"].items()):
        if name.startswith("fapi"):
            exchange.urls["api"][name] = url.replace("https://fapi.binance.com", ready["rest"])
    markets = exchange.load_markets()
    check("ccxt markets", "BTC/USDT:USDT" in markets)
    symbol = "BTC/USDT:USDT"
    check("ccxt candles", len(exchange.fetch_ohlcv(symbol, "1m", limit=5)) == 5)
    best = exchange.fetch_order_book(symbol, 10)["bids"][0][0]
    order = exchange.create_order(symbol, "limit", "buy", 0.01, best * 0.98)
    check("ccxt limit", exchange.fetch_order(order["id"], symbol)["status"] == "open")
    exchange.cancel_order(order["id"], symbol)
    check("ccxt cancel", exchange.fetch_order(order["id"], symbol)["status"] == "canceled")
    exchange.create_order(symbol, "market", "sell", 0.01)
    held = exchange.fetch_positions([symbol])[0]
    check("ccxt position", (held["side"], held["contracts"]) == ("short", 0.01), held["entryPrice"])
    stop = exchange.create_order(
        symbol, "market", "buy", 0.01, params={"stopLossPrice": best * 1.02, "reduceOnly": True})
    check("ccxt stop", bool(stop["id"]), stop["id"])
    exchange.create_order(symbol, "market", "buy", 0.01, params={"reduceOnly": True})
    check("ccxt flat", not [p for p in exchange.fetch_positions([symbol]) if p["contracts"]])
    check("ccxt balance", exchange.fetch_balance()["USDT"]["total"] > 9990)


def main():
    server = subprocess.Popen(
        [sys.argv[1], "exchange", "--seed", "3", "--history", "10"], stdout=subprocess.PIPE)
    try:
        ready = json.loads(server.stdout.readline())
        connector(ready)
        with_ccxt(ready)
    finally:
        server.terminate()
        check("ends on SIGTERM", server.wait(10) == 0)


main()

import BinanceVenue
import Foundation
import ModelStore
import Models
import TOMLKit
import Trading
import Transport

/// Turns TOML values into checked ones, and says where a bad one stands.
struct ConfigurationReader {
    let name: String
    let lines: [Substring]

    /// Dotted paths and their values, in the order of the file's keys sorted by name; tables one level deep.
    func flatten(_ table: TOMLTable) throws(ConfigurationError) -> [(
        String, any TOMLValueConvertible
    )] {
        var result: [(String, any TOMLValueConvertible)] = []
        for key in table.keys.sorted() {
            guard let value = table[key] else { continue }
            if let inner = value.table {
                for innerKey in inner.keys.sorted() {
                    guard let innerValue = inner[innerKey] else { continue }
                    result.append(("\(key).\(innerKey)", innerValue))
                }
            } else {
                result.append((key, value))
            }
        }
        return result
    }

    /// The error for `path`, with the line on which its last part is assigned.
    func refusal(_ path: String, _ problem: String) -> ConfigurationError {
        let key = path.split(separator: ".").last.map(String.init) ?? path
        let section = path.contains(".") ? path.split(separator: ".").first.map(String.init) : nil
        var current: String?
        for (index, line) in lines.enumerated() {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if trimmed.hasPrefix("[") {
                current = trimmed.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
                    .trimmingCharacters(in: .whitespaces)
            }
            let left = trimmed.split(separator: "=", maxSplits: 1).first.map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            let isDotted = left == path && current == nil
            if isDotted || (left == key && current == section) {
                return ConfigurationError(description: "\(name):\(index + 1): \(path) \(problem)")
            }
        }
        return ConfigurationError(description: "\(name): \(path) \(problem)")
    }

    private func key(_ path: String) -> ConfigurationKey {
        guard let key = ConfigurationKey.all.first(where: { $0.path == path }) else {
            preconditionFailure("\(path) is read but not listed")
        }
        return key
    }

    func text(_ path: String, _ value: any TOMLValueConvertible) throws(ConfigurationError)
        -> String
    {
        guard let text = value.string else {
            throw refusal(path, "must be text in quotes (\(key(path).unit))")
        }
        return text
    }

    func absolutePath(_ path: String, _ value: any TOMLValueConvertible) throws(ConfigurationError)
        -> String
    {
        let text = try text(path, value)
        guard text.hasPrefix("/") else {
            throw refusal(path, "must be an absolute path, beginning with /")
        }
        return text
    }

    /// The address of a server, without a path behind it; plain schemes only to this machine.
    func server(
        _ path: String, _ value: any TOMLValueConvertible, isStream: Bool
    ) throws(ConfigurationError) -> ServerURL {
        let text = try text(path, value)
        let (plain, secure) = isStream ? ("ws", "wss") : ("http", "https")
        do throws(ServerURL.ParseError) {
            let url = try isStream ? ServerURL(webSocket: text) : ServerURL(http: text)
            guard url.target == "/" else { throw .target }
            return url
        } catch {
            switch error {
            case .scheme: throw refusal(path, "must begin with \(secure)://")
            case .host, .port:
                throw refusal(path, "must be \(secure)://HOST or \(secure)://HOST:PORT")
            case .target:
                throw refusal(path, "must name the server alone, without a path: \(secure)://HOST")
            case .plainToOtherMachine:
                throw refusal(
                    path, "must begin with \(secure)://; \(plain):// is only for this machine")
            }
        }
    }

    /// Where a key file lies; whether it can be read is found out when it is needed.
    func keyFile(
        _ path: String, _ value: any TOMLValueConvertible
    ) throws(ConfigurationError) -> String {
        let text = try text(path, value)
        guard KeyFile.Place(text) != nil else {
            throw refusal(path, "must be an absolute path, or credential:NAME")
        }
        return text
    }

    func choice(_ path: String, _ value: any TOMLValueConvertible) throws(ConfigurationError)
        -> String
    {
        guard case .choice(let words) = key(path).kind else {
            preconditionFailure("\(path) is not a choice")
        }
        guard let word = value.string, words.contains(word) else {
            throw refusal(path, "must be one of: \(words.joined(separator: ", "))")
        }
        return word
    }

    /// A word, the name of a built-in set, or an absolute path.
    func modelSource(
        _ path: String, _ value: any TOMLValueConvertible
    ) throws(ConfigurationError) -> ModelSource {
        let text = try text(path, value)
        let source = ModelSource(text)
        switch source {
        case .scorecard, .registry: break
        case .folder:
            guard text.hasPrefix("/") else {
                throw refusal(path, "must be an absolute path, beginning with /, where it is one")
            }
        case .bundled:
            guard BundledModels.shipped.names.contains(text) else {
                let known = BundledModels.shipped.names.joined(separator: ", ")
                throw refusal(
                    path,
                    "must be scorecard, registry, the absolute path of a folder, or the name of a built-in set (\(known.isEmpty ? "there is none" : known))"
                )
            }
        }
        return source
    }

    func policy(
        _ path: String, _ value: any TOMLValueConvertible
    ) throws(ConfigurationError) -> PolicyMode {
        if value.string == "drive" {
            throw refusal(
                path,
                "cannot be drive: a policy opens no position by itself here; off, advise or veto")
        }
        guard let mode = PolicyMode(rawValue: try choice(path, value)) else {
            preconditionFailure("models.policy allows a word that is no mode")
        }
        return mode
    }

    func integer(_ path: String, _ value: any TOMLValueConvertible) throws(ConfigurationError)
        -> Int64
    {
        guard case .integer(let range) = key(path).kind else {
            preconditionFailure("\(path) is not an integer")
        }
        guard let number = value.int, range.contains(Int64(number)) else {
            throw refusal(
                path,
                "must be a whole number from \(range.lowerBound) to \(range.upperBound) (\(key(path).unit))"
            )
        }
        return Int64(number)
    }

    func number(_ path: String, _ value: any TOMLValueConvertible) throws(ConfigurationError)
        -> Double
    {
        guard case .number(let range) = key(path).kind else {
            preconditionFailure("\(path) is not a number")
        }
        guard let number = value.double ?? value.int.map(Double.init), range.contains(number) else {
            throw refusal(
                path,
                "must be a number from \(range.lowerBound) to \(range.upperBound) (\(key(path).unit))"
            )
        }
        return number
    }

    func money(_ path: String, _ value: any TOMLValueConvertible) throws(ConfigurationError)
        -> Money
    {
        guard case .money(let range) = key(path).kind else {
            preconditionFailure("\(path) is not money")
        }
        // A bare TOML float has already lost exactness, so only whole numbers and quoted decimals are money.
        let units =
            value.int.map { Int128($0) * FixedPoint.moneyUnitsPerOne }
            ?? value.string.flatMap { FixedPoint.units($0, digits: 16) }
        guard let units,
            (Money(whole: range.lowerBound)...Money(whole: range.upperBound)).contains(
                Money(units: units))
        else {
            throw refusal(
                path,
                "must be a whole number or a quoted decimal from \(range.lowerBound) to \(range.upperBound) (\(key(path).unit))"
            )
        }
        return Money(units: units)
    }

    func symbols(_ path: String, _ value: any TOMLValueConvertible) throws(ConfigurationError)
        -> [SymbolName]
    {
        guard let array = value.array, (1...8).contains(array.count) else {
            throw refusal(path, "must be a list of 1 to 8 symbols, such as [\"BTCUSDT\"]")
        }
        var symbols: [SymbolName] = []
        for item in array {
            guard let symbol = item.string.flatMap({ SymbolName($0) }), !symbols.contains(symbol)
            else {
                throw refusal(
                    path, "holds something that is not a symbol (A-Z 0-9 _), or the same twice")
            }
            symbols.append(symbol)
        }
        return symbols
    }
}

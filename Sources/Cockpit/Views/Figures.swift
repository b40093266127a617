/// Writes numbers for the screen. What is not a number is written `-`, never 0.
///
/// Rounding is half away from zero and for the eye only: nothing is computed from what is written here.
enum Figures {
    static let unknown = "-"

    /// A decimal text with thousands separated: `97,210.0`.
    static func plain(_ text: String?, decimals: Int) -> String {
        guard let text, let digits = DecimalDigits(text) else { return unknown }
        let rounded = digits.rounded(to: decimals)
        return (rounded.isNegative && !rounded.isZero ? "-" : "") + rounded.grouped
    }

    /// The same with a sign: `+3.81`, `-6.44`, and `0.00` for nothing.
    static func signed(_ text: String?, decimals: Int) -> String {
        guard let text, let digits = DecimalDigits(text) else { return unknown }
        let rounded = digits.rounded(to: decimals)
        if rounded.isZero { return rounded.grouped }
        return (rounded.isNegative ? "-" : "+") + rounded.grouped
    }

    /// With as many of `decimals` as fit into `columns`, then short as in `1.23M`; `-` if even that is too long.
    static func fitted(_ text: String?, decimals: Int, columns: Int, isSigned: Bool = false)
        -> String
    {
        for places in stride(from: decimals, through: 0, by: -1) {
            let long = isSigned ? signed(text, decimals: places) : plain(text, decimals: places)
            if long.utf8.count <= columns { return long }
        }
        var short = compact(text)
        if isSigned, let text, let digits = DecimalDigits(text), !digits.isNegative, !digits.isZero
        {
            short = "+" + short
        }
        return short.utf8.count <= columns ? short : unknown
    }

    /// A price, with the decimals that its height asks for: `97,210.0`, `3,412.50`, `0.123400`, `0.00001234`.
    static func price(_ text: String?, columns: Int = .max) -> String {
        guard let text, let digits = DecimalDigits(text) else { return unknown }
        if digits.wholeCount > 0 {
            return fitted(text, decimals: max(1, 6 - digits.wholeCount), columns: columns)
        }
        let decimals = max(6, min(8, digits.leadingZeros + 4))
        let long = plain(text, decimals: decimals)
        // `.00001234` is told from `.00001250`; the digit before the point says nothing.
        return long.utf8.count > columns ? String(long.dropFirst()) : long
    }

    /// A quantity as it is, without trailing zeros.
    static func quantity(_ text: String?, columns: Int) -> String {
        guard let text, let digits = DecimalDigits(text) else { return unknown }
        return fitted(text, decimals: min(digits.fractionCount, 8), columns: columns)
    }

    /// Three digits and a unit: `950`, `4.31M`, `12.0k`.
    static func compact(_ text: String?, places: Int = 3) -> String {
        guard let text, let digits = DecimalDigits(text), let value = Double(text), value.isFinite
        else {
            return unknown
        }
        let sign = digits.isNegative && !digits.isZero ? "-" : ""
        var scaled = value.magnitude
        for unit in ["", "k", "M", "G", "T"] {
            // What would be rounded up to the next unit belongs there.
            if scaled < 999.5 {
                let whole = scaled >= 99.95 ? 3 : scaled >= 9.995 ? 2 : 1
                let decimals = unit.isEmpty ? 0 : max(0, places - whole)
                return sign + fixed(scaled, decimals: decimals) + unit
            }
            scaled /= 1_000
        }
        return sign + ">999T"
    }

    /// A double with a fixed number of decimals, without separators: `5.6`.
    static func fixed(_ value: Double, decimals: Int) -> String {
        let factors: [Double] = [1, 10, 100, 1_000, 10_000, 100_000]
        let places = min(max(0, decimals), factors.count - 1)
        let scaled = (value.magnitude * factors[places]).rounded(.toNearestOrAwayFromZero)
        guard scaled.isFinite, scaled < 1e15 else { return unknown }
        let units = Int64(scaled)
        let sign = value < 0 && units > 0 ? "-" : ""
        guard places > 0 else { return sign + String(units) }
        let divisor = Int64(factors[places])
        let fraction = String(units % divisor)
        let zeros = String(repeating: "0", count: places - fraction.utf8.count)
        return sign + String(units / divisor) + "." + zeros + fraction
    }

    static func signedFixed(_ value: Double, decimals: Int) -> String {
        let text = fixed(value, decimals: decimals)
        if text == unknown || text.hasPrefix("-") { return text }
        return text.contains { $0 >= "1" && $0 <= "9" } ? "+" + text : text
    }

    /// Without the zero before the point: `.63`, `+.50`, `-1.25`.
    static func short(_ value: Double, decimals: Int, isSigned: Bool = false) -> String {
        let text =
            isSigned ? signedFixed(value, decimals: decimals) : fixed(value, decimals: decimals)
        if text.hasPrefix("0.") { return String(text.dropFirst()) }
        if text.hasPrefix("+0.") || text.hasPrefix("-0.") {
            return String(text.prefix(1)) + String(text.dropFirst(2))
        }
        return text
    }

    /// A probability: `.63`, `1.0`; `-` outside 0...1.
    static func probability(_ value: Double?, decimals: Int = 2) -> String {
        guard let value, value >= 0, value <= 1 else { return unknown }
        let text = short(value, decimals: decimals)
        return text.hasPrefix("1") ? "1.0" : text
    }

    /// A fraction as a percentage: `+0.8%`.
    static func percent(_ value: Double?, decimals: Int, isSigned: Bool = false) -> String {
        guard let value, value.isFinite else { return unknown }
        let text =
            isSigned
            ? signedFixed(value * 100, decimals: decimals) : fixed(value * 100, decimals: decimals)
        return text == unknown ? text : text + "%"
    }

    /// The parts of a sum, each rounded up or down so that what is written adds up to what is written for `total`.
    ///
    /// Those move that rounding to the nearest moved most (the largest remainders); a part of exactly nothing stays.
    /// As they are when they do not add up anyway, or are no numbers.
    static func adding(_ parts: [String], to total: String, decimals: Int) -> [String] {
        let steps = parts.map { DecimalDigits($0)?.steps(decimals) }
        guard let whole = DecimalDigits(total)?.steps(decimals)?.nearest,
            !steps.contains(where: { $0 == nil })
        else { return parts }
        var nearest = steps.compactMap { $0?.nearest }
        let remainders = steps.compactMap { $0?.remainder }
        var missing = whole - nearest.reduce(0, +)
        guard missing.magnitude <= UInt64(parts.count) else { return parts }
        let direction: Int64 = missing > 0 ? 1 : -1
        let order = remainders.indices.sorted { left, right in
            let (a, b) = (
                remainders[left] * Double(direction), remainders[right] * Double(direction)
            )
            return a == b ? left < right : a > b
        }
        for index in order where missing != 0 && remainders[index] != 0 {
            nearest[index] += direction
            missing -= direction
        }
        guard missing == 0 else { return parts }
        return nearest.map { DecimalDigits.text(steps: $0, decimals: decimals) }
    }

    /// Sign of a decimal text as it is written with `decimals`; `nil` for what is not a number.
    static func sign(_ text: String?, decimals: Int) -> Int? {
        guard let text, let digits = DecimalDigits(text) else { return nil }
        let rounded = digits.rounded(to: decimals)
        return rounded.isZero ? 0 : rounded.isNegative ? -1 : 1
    }

    /// For proportions of bars and sums on one line; `nil` for what is not a number.
    static func double(_ text: String?) -> Double? {
        guard let text, DecimalDigits(text) != nil, let value = Double(text), value.isFinite else {
            return nil
        }
        return value
    }
}

/// The digits of a decimal text.
private struct DecimalDigits {
    var isNegative: Bool
    /// Without leading zeros; at least one digit.
    var whole: [UInt8]
    var fraction: [UInt8]

    /// `nil` for anything but an optional sign, digits and at most one point, 60 characters together.
    init?(_ text: String) {
        guard (1...60).contains(text.utf8.count) else { return nil }
        isNegative = false
        whole = []
        fraction = []
        var isAfterPoint = false
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case 45 where index == 0: isNegative = true
            case 43 where index == 0: break
            case 46 where !isAfterPoint: isAfterPoint = true
            case 48...57:
                if isAfterPoint { fraction.append(byte - 48) } else { whole.append(byte - 48) }
            default: return nil
            }
        }
        if whole.isEmpty && fraction.isEmpty { return nil }
        while whole.count > 1, whole[0] == 0 { whole.removeFirst() }
        if whole.isEmpty { whole = [0] }
    }

    var isZero: Bool { whole.allSatisfy { $0 == 0 } && fraction.allSatisfy { $0 == 0 } }
    /// Digits before the point; 0 for numbers below 1.
    var wholeCount: Int { whole == [0] ? 0 : whole.count }
    /// Zeros between the point and the first other digit.
    var leadingZeros: Int { fraction.firstIndex { $0 != 0 } ?? 0 }
    /// Digits after the point, trailing zeros not counted.
    var fractionCount: Int { (fraction.lastIndex { $0 != 0 } ?? -1) + 1 }

    func rounded(to decimals: Int) -> DecimalDigits {
        var result = self
        let places = max(0, decimals)
        while result.fraction.count < places { result.fraction.append(0) }
        guard result.fraction.count > places else { return result }
        let roundsUp = result.fraction[places] >= 5
        result.fraction.removeLast(result.fraction.count - places)
        guard roundsUp else { return result }
        var digits = result.whole + result.fraction
        var index = digits.count - 1
        while index >= 0 {
            if digits[index] < 9 {
                digits[index] += 1
                break
            }
            digits[index] = 0
            index -= 1
        }
        if index < 0 { digits.insert(1, at: 0) }
        result.whole = Array(digits.dropLast(places))
        result.fraction = Array(digits.suffix(places))
        return result
    }

    /// The nearest whole number of steps of 10^-`decimals`, and how much of a step the exact value is above it; `nil` when
    /// that is more than twelve digits.
    func steps(_ decimals: Int) -> (nearest: Int64, remainder: Double)? {
        let rounded = rounded(to: decimals)
        guard rounded.whole.count + decimals <= 12 else { return nil }
        var size: Int64 = 0
        for digit in rounded.whole + rounded.fraction { size = size * 10 + Int64(digit) }
        var exact = 0.0
        var scale = 0.1
        for digit in fraction.dropFirst(decimals).prefix(6) {
            exact += Double(digit) * scale
            scale /= 10
        }
        // What was rounded up lies below the step.
        if exact >= 0.5 { exact -= 1 }
        return isNegative ? (-size, -exact) : (size, exact)
    }

    static func text(steps: Int64, decimals: Int) -> String {
        var digits = String(steps.magnitude)
        while digits.utf8.count <= decimals { digits = "0" + digits }
        let whole = digits.dropLast(decimals)
        let fraction = digits.suffix(decimals)
        return (steps < 0 ? "-" : "") + whole + (decimals > 0 ? "." + fraction : "")
    }

    /// Without the sign.
    var grouped: String {
        var bytes: [UInt8] = []
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { bytes.append(44) }
            bytes.append(digit + 48)
        }
        if !fraction.isEmpty {
            bytes.append(46)
            bytes += fraction.map { $0 + 48 }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

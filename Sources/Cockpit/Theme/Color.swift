/// A color as a theme names it.
package enum Color: Hashable, Sendable {
    /// What the terminal itself uses.
    case terminal
    /// A place in the xterm palette of 256; the first 16 are the terminal's own.
    case indexed(UInt8)
    case rgb(red: UInt8, green: UInt8, blue: UInt8)
}

/// How many colors the terminal shows.
package enum ColorDepth: Hashable, Sendable, CaseIterable {
    case colors256
    case colors16
    /// Attributes only; also for `NO_COLOR`.
    case monochrome
}

extension Color {
    /// The names of the terminal's own 16 colors, in the order of their numbers.
    static let names = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright-black",
        "bright-red",
        "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
        "bright-white",
    ]

    /// Reads `default`, one of the 16 names, a number of the 256 palette, or `#rrggbb`; `nil` for any other word.
    init?(word: Substring) {
        if word == "default" {
            self = .terminal
        } else if let index = Color.names.firstIndex(of: String(word)) {
            self = .indexed(UInt8(index))
        } else if word.first == "#" {
            let digits = word.dropFirst()
            let isHexadecimal =
                digits.utf8.count == 6 && digits.allSatisfy { $0.isASCII && $0.isHexDigit }
            guard isHexadecimal, let value = UInt32(digits, radix: 16) else { return nil }
            self = .rgb(
                red: UInt8(value >> 16 & 255), green: UInt8(value >> 8 & 255),
                blue: UInt8(value & 255))
        } else if word.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let index = UInt8(word) {
            self = .indexed(index)
        } else {
            return nil
        }
    }

    /// The nearest color that a terminal of this depth has.
    package func reduced(to depth: ColorDepth) -> Color {
        switch (depth, self) {
        case (.monochrome, _): .terminal
        case (.colors256, .terminal), (.colors256, .indexed), (.colors16, .terminal): self
        case (.colors256, .rgb): .indexed(nearest(among: 16...255))
        case (.colors16, .indexed(let index)): index < 16 ? self : .indexed(nearest(among: 0...15))
        case (.colors16, .rgb): .indexed(nearest(among: 0...15))
        }
    }

    /// Red, green and blue; `nil` for the terminal's own color, which nobody but the terminal knows.
    ///
    /// The first 16 are as xterm draws them.
    package var components: (red: UInt8, green: UInt8, blue: UInt8)? {
        switch self {
        case .terminal: nil
        case .rgb(let red, let green, let blue): (red, green, blue)
        case .indexed(let index): Color.palette(Int(index))
        }
    }

    private func nearest(among indices: ClosedRange<Int>) -> UInt8 {
        guard let (red, green, blue) = components else { return 7 }
        var best = indices.lowerBound
        var bestDistance = Int.max
        for index in indices {
            let other = Color.palette(index)
            let (r, g, b) = (
                Int(red) - Int(other.red), Int(green) - Int(other.green),
                Int(blue) - Int(other.blue)
            )
            // The eye sees green best and blue worst.
            let distance = 3 * r * r + 6 * g * g + b * b
            if distance < bestDistance {
                best = index
                bestDistance = distance
            }
        }
        return UInt8(best)
    }

    private static func palette(_ index: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
        if index < 16 { return ansi[index] }
        if index >= 232 {
            let gray = UInt8(8 + 10 * (index - 232))
            return (gray, gray, gray)
        }
        let cube = index - 16
        let steps: [UInt8] = [0, 95, 135, 175, 215, 255]
        return (steps[cube / 36], steps[cube / 6 % 6], steps[cube % 6])
    }

    private static let ansi: [(red: UInt8, green: UInt8, blue: UInt8)] = [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205),
        (0, 205, 205),
        (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255),
        (255, 0, 255), (0, 255, 255), (255, 255, 255),
    ]
}

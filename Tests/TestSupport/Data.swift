#if canImport(Glibc)
    import Glibc
#endif

/// The folder of real market captures, when the environment names one.
package enum MarketDataFolder {
    /// The value of `NARWHAL_DATA`, or `nil`; tests that need it are then skipped and say so.
    package static var path: String? {
        guard let value = getenv("NARWHAL_DATA") else { return nil }
        let path = String(cString: value)
        return path.isEmpty ? nil : path
    }

    /// What a skipped test says.
    package static let hint = "needs real market data: set NARWHAL_DATA to its folder"
}

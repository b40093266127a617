/// What a policy may ask for; the raw value is the index of its logit.
package enum PolicyAction: Int, Hashable, Sendable, CaseIterable {
    case hold, enterLong, enterShort, exit, scaleIn, scaleOut

    /// The name in model files and on screens.
    package var name: String {
        switch self {
        case .hold: "hold"
        case .enterLong: "enter_long"
        case .enterShort: "enter_short"
        case .exit: "exit"
        case .scaleIn: "scale_in"
        case .scaleOut: "scale_out"
        }
    }
}

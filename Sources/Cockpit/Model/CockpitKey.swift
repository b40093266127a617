/// One key as the terminal reports it.
package enum CockpitKey: Hashable, Sendable {
    case character(Unicode.Scalar)
    /// A letter (lower case) typed with Ctrl.
    case control(Unicode.Scalar)
    /// A character typed with Alt; bound to nothing.
    case alt(Unicode.Scalar)
    case up
    case down
    case left
    case right
    case home
    case end
    case pageUp
    case pageDown
    case insert
    case delete
    case backspace
    case enter
    case tab
    case backTab
    case escape
    case function(Int)
    /// Text was pasted. What it was is not told, so that nothing pasted can act.
    case paste
    /// A sequence that means nothing to us.
    case unrecognized

    /// The name in hints and help, like `Ctrl-C` or `PgUp`.
    package var name: String {
        switch self {
        case .character(" "): "Space"
        case .character(let scalar): String(Character(scalar))
        case .control(let scalar): "Ctrl-" + String(Character(scalar)).uppercased()
        case .alt(let scalar): "Alt-" + String(Character(scalar))
        case .up: "Up"
        case .down: "Down"
        case .left: "Left"
        case .right: "Right"
        case .home: "Home"
        case .end: "End"
        case .pageUp: "PgUp"
        case .pageDown: "PgDn"
        case .insert: "Ins"
        case .delete: "Del"
        case .backspace: "Backspace"
        case .enter: "Enter"
        case .tab: "Tab"
        case .backTab: "Shift-Tab"
        case .escape: "Esc"
        case .function(let number): "F\(number)"
        case .paste: "paste"
        case .unrecognized: "?"
        }
    }
}

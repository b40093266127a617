/// What came from the keyboard.
package enum Key: Hashable, Sendable {
    case character(Unicode.Scalar)
    /// A letter (lower case) or one of `@[\]^_ ` typed with Ctrl, as far as it has no key of its own here.
    case control(Unicode.Scalar)
    /// A character typed with Alt, or right after Escape.
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
    /// Text was pasted; it is thrown away, so that nothing pasted can act.
    case paste
    /// A sequence that means nothing to us.
    case unrecognized
}

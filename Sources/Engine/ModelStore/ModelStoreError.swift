/// Why a model set could not be had: one plain sentence that names the file and says what to do.
package struct ModelStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) { self.text = text }

    package var description: String { text }
}

/// Why a JSON text was refused, and at which byte.
@usableFromInline package struct JSONError: Error, Hashable, Sendable {
    @usableFromInline package enum Kind: Hashable, Sendable {
        /// The text ends in the middle of a value.
        case truncated
        /// A byte that the grammar does not allow here.
        case unexpectedByte
        /// A value of another type than asked for.
        case wrongType
        /// An integer with a sign, point or exponent where there may be none, or too large.
        case badInteger
        case badDecimal(DecimalError)
        /// A control character, a wrong escape, or bytes that are no UTF-8.
        case badString
        /// More levels than allowed.
        case tooDeep
        /// More bytes than allowed.
        case tooLong
        /// Bytes after the end of the value.
        case trailingBytes

        // For readers of one format, built on the cursor:
        /// A key that the reader takes stands there twice.
        case duplicateKey
        /// A key without which the object means nothing is absent.
        case missingKey
        /// A value that cannot be true: a negative quantity, a price of zero, a time centuries away.
        case outOfRange
        /// JSON, but nothing that the reader knows.
        case unrecognized
    }

    @usableFromInline package var kind: Kind
    /// The byte at which reading stopped.
    @usableFromInline package var offset: Int

    @inlinable
    package init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }
}

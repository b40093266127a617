extension String {
    /// Bytes to insert, remove or exchange until this is `other`: how far a mistyped name is from a known one.
    ///
    /// Complexity: the product of both lengths.
    package func editDistance(to other: String) -> Int {
        let (left, right) = (Array(utf8), Array(other.utf8))
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var previous = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let current = row[j + 1]
                row[j + 1] = a == b ? previous : Swift.min(previous, row[j], current) + 1
                previous = current
            }
        }
        return row[right.count]
    }
}

extension BundledModels {
    /// The sets of this program; none until one is trained.
    package static let shipped = BundledModels([])
}

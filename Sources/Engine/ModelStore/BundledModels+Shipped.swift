import CModels

extension BundledModels {
    /// The sets of this program: the folders of the top-level folder `models`.
    package static let shipped = BundledModels(
        (0..<narwhal_model_count()).compactMap { index in
            guard let path = narwhal_model_path(index) else { return nil }
            return File(path: String(cString: path)) {
                Array(
                    UnsafeBufferPointer(
                        start: narwhal_model_bytes(index), count: narwhal_model_size(index)))
            }
        })
}

import Research
import Trading

extension FeatureTable {
    /// The columns of one row as models are given them: rounded to 32 bits, as live rows are.
    func floats(_ row: Int) -> [Float] {
        (0..<features.count).map { Float(value(row, $0)) }
    }
}

import ArgumentParser
import Foundation

/// Says one plain line on standard error and ends with exit code 1.
func fail(_ text: String) -> ExitCode {
    FileHandle.standardError.write(Data("narwhal: \(text)\n".utf8))
    return .failure
}

/// Writes to standard output at once, so that a reader at a pipe sees whole lines.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

/// Writes to standard error, for progress and logs.
func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

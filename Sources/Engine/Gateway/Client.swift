import Wire

#if canImport(Glibc)
    import Glibc
#endif

/// One subscription of a client.
struct Subscription {
    let id: Int
    /// Indices into `Topic.allCases`, rising.
    let topics: [Int]
    /// Between two messages, nanoseconds.
    let interval: Int64
    /// The number of the last message.
    var n: UInt64 = 0
    /// What the client has; `nil` when it needs a snapshot.
    var known: Publication.State?
    /// Not before then, monotonic nanoseconds.
    var due: Int64 = 0
}

/// One connection: what it has sent, what waits for it. Bounded: one line of input; of output one answer buffer, the
/// newest ladders, one page of rows and what is left of one snapshot or one round of deltas.
final class Client {
    let number: UInt64
    let descriptor: Int32
    let door: Door
    let peer: Peer
    let connectedAt: Int64
    var input = WireDecoder(maxLine: WireProtocol.maxClientLine)
    var subscriptions: [Subscription] = []
    var nextSubscription = 1
    /// Command ids that came from here, newest last.
    var commandIDs: [String] = []
    /// Whether a query is with the store.
    var isQuerying = false
    var hasMadeRequest = false
    var lastHeard: Int64
    /// What may still be asked at once.
    var tokens: Double
    var tokensAt: Int64
    /// No more is read; closed when what waits has been written.
    var isEnding = false
    /// The client has closed its sending side; it may still want to hear.
    var hasHungUp = false
    /// Whether whole lines may be in `input` still, for lack of tokens or of time.
    var hasUnreadLines = false
    private(set) var isClosed = false

    /// Snapshots, deltas and rows: begun only when empty, so there is never a backlog.
    private var stream: [UInt8] = []
    private var streamOffset = 0
    /// Answers, kept apart so that a full stream does not keep them.
    private var answers: [UInt8] = []
    private var answersOffset = 0
    /// Ladders to tell, newest of each id; written as answers when there is room.
    private var ladders: [CommandTopic] = []
    /// A page of rows that waits for the stream.
    private var page: [UInt8] = []
    /// When the last byte went out, or the first began to wait.
    private(set) var lastProgress: Int64
    private var isWaiting = false

    static let maxAnswerBytes = 64 * 1024
    static let maxLadders = 32

    init(number: UInt64, descriptor: Int32, door: Door, peer: Peer, now: Int64, burst: Double) {
        self.number = number
        self.descriptor = descriptor
        self.door = door
        self.peer = peer
        connectedAt = now
        lastHeard = now
        lastProgress = now
        tokens = burst
        tokensAt = now
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        Glibc.close(descriptor)
    }

    /// Whether a snapshot or deltas may be begun.
    var isStreamFree: Bool { streamOffset == stream.count && page.isEmpty }

    /// Whether something waits to be written.
    var wantsToWrite: Bool {
        !isStreamFree || answersOffset < answers.count || !ladders.isEmpty
    }

    /// Whether a page of rows has not been begun yet.
    var hasPage: Bool { !page.isEmpty }

    /// Whether more requests may be read: not while their answers pile up.
    var mayRead: Bool {
        !isEnding && answers.count - answersOffset < Self.maxAnswerBytes / 2
    }

    /// Whether this one wants to hear of the command.
    func follows(_ command: CommandTopic, commandsTopic: Int) -> Bool {
        commandIDs.contains(command.id)
            || subscriptions.contains { $0.topics.contains(commandsTopic) }
    }

    /// Keeps the id of a command that came from here, so that its ladder is told here.
    func remember(command id: String) {
        guard !commandIDs.contains(id) else { return }
        commandIDs.append(id)
        if commandIDs.count > 64 { commandIDs.removeFirst() }
    }

    /// Lets the newest state of a ladder wait; of more than `maxLadders` the oldest is left out.
    func tell(_ command: CommandTopic) {
        ladders.removeAll { $0.id == command.id }
        ladders.append(command)
        if ladders.count > Self.maxLadders { ladders.removeFirst() }
    }

    func answer(_ message: ServerMessage) {
        compactAnswers()
        Self.append(message, to: &answers)
    }

    func answerRows(_ message: ServerMessage) {
        Self.append(message, to: &page)
    }

    /// Begins a stream; the caller has seen that it is free.
    func stream(_ fill: (inout [UInt8]) -> Void) {
        precondition(isStreamFree, "a stream is begun when the one before is written")
        stream.removeAll(keepingCapacity: stream.capacity <= 1 << 16)
        streamOffset = 0
        fill(&stream)
    }

    /// Writes what the socket takes now. False when the connection is broken.
    func write(now: Int64) -> Bool {
        if !isWaiting {
            isWaiting = true
            lastProgress = now
        }
        while true {
            if streamOffset == stream.count, !page.isEmpty {
                swap(&stream, &page)
                streamOffset = 0
                page = []
            }
            if streamOffset > 0, streamOffset < stream.count,
                stream[streamOffset - 1] != UInt8(ascii: "\n")
            {
                // A line has been begun and must be ended first.
                let end =
                    stream[streamOffset...].firstIndex(of: UInt8(ascii: "\n")) ?? stream.count - 1
                guard let all = send(stream, from: streamOffset, to: end + 1, now: now) else {
                    return false
                }
                streamOffset += all.count
                if !all.isComplete { return true }
                continue
            }
            if answersOffset == answers.count, !ladders.isEmpty {
                compactAnswers()
                for ladder in ladders { Self.append(.command(ladder), to: &answers) }
                ladders.removeAll(keepingCapacity: true)
            }
            if answersOffset < answers.count {
                guard let all = send(answers, from: answersOffset, to: answers.count, now: now)
                else { return false }
                answersOffset += all.count
                if !all.isComplete { return true }
                continue
            }
            guard streamOffset < stream.count else {
                isWaiting = false
                if stream.capacity > 1 << 16 {
                    stream = []
                    streamOffset = 0
                }
                return true
            }
            guard let all = send(stream, from: streamOffset, to: stream.count, now: now)
            else { return false }
            streamOffset += all.count
            if !all.isComplete { return true }
        }
    }

    private func compactAnswers() {
        answers.removeFirst(answersOffset)
        answersOffset = 0
    }

    private func send(
        _ bytes: [UInt8], from start: Int, to end: Int, now: Int64
    ) -> (count: Int, isComplete: Bool)? {
        let count = bytes.withUnsafeBytes { buffer in
            Glibc.send(
                descriptor, buffer.baseAddress.map { $0 + start }, end - start, Int32(MSG_NOSIGNAL))
        }
        guard count >= 0 else {
            return errno == EAGAIN || errno == EINTR ? (0, false) : nil
        }
        if count > 0 { lastProgress = now }
        return (count, count == end - start)
    }

    private static func append(_ message: ServerMessage, to bytes: inout [UInt8]) {
        do throws(WireEncodingError) {
            try message.encode(into: &bytes)
        } catch {
            preconditionFailure("every message can be written as JSON")
        }
    }
}

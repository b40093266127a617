import Messages
import Trading

extension Engine {
    mutating func fire(_ timer: TimerID) {
        switch timer {
        case .tick: tick()
        case .candleClose(let id): candleTimerFired(id)
        case .protection(let id): protectionTimedOut(id)
        case .maxHold(let id): maxHoldReached(id)
        case .orderTimeout(let id): orderTimedOut(id)
        case .reconcile: requestReading()
        case .dayStart: dayStarted()
        case .retryExit: needsSettling = true
        }
    }
}

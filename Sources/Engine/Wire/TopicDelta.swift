/// The change of one topic: the whole new topic, except for `events` and `exitSeries`, which carry what is new.
/// `nil` means that the topic is not known any more.
package enum TopicDelta: Hashable, Sendable {
    case engine(EngineTopic?)
    case safety(SafetyTopic?)
    case account(AccountTopic?)
    case positions([PositionTopic]?)
    case exits([ExitTopic]?)
    /// Every series that still exists, each with only its new points; see `SeriesTopic.from`.
    case exitSeries([SeriesTopic]?)
    case entries([EntryTopic]?)
    case flow([FlowTopic]?)
    case map([MapTopic]?)
    case guards([GuardTopic]?)
    case session(SessionTopic?)
    case funnel(FunnelTopic?)
    /// Only events with higher numbers than before, oldest first.
    case events([EventTopic]?)
    case commands([CommandTopic]?)
    case health(HealthTopic?)
    case models(ModelsTopic?)

    /// Which topic has changed.
    package var topic: Topic {
        switch self {
        case .engine: .engine
        case .safety: .safety
        case .account: .account
        case .positions: .positions
        case .exits: .exits
        case .exitSeries: .exitSeries
        case .entries: .entries
        case .flow: .flow
        case .map: .map
        case .guards: .guards
        case .session: .session
        case .funnel: .funnel
        case .events: .events
        case .commands: .commands
        case .health: .health
        case .models: .models
        }
    }
}

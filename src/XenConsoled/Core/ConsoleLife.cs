namespace XenConsoled.Core;

/// <summary>A console's life: what is done about an event in a phase, and in which phase the console is then.</summary>
static class ConsoleLife
{
    /// <summary>The table of phases and events; the first row that fits holds.</summary>
    internal static (ConsoleStep Step, ConsolePhase Next) On(ConsolePhase phase, ConsoleEvent happened) => (phase, happened) switch
    {
        (ConsolePhase.Ended, _) => (ConsoleStep.None, phase),
        (_, ConsoleEvent.TimeIsUp) => (ConsoleStep.Bury, ConsolePhase.Ended),
        (_, ConsoleEvent.DaemonEnds) => (ConsoleStep.Leave, ConsolePhase.Ended),
        (ConsolePhase.Ending, _) => (ConsoleStep.None, phase), // its id may be another domain's by now
        (ConsolePhase.New, ConsoleEvent.DomainWent) => (ConsoleStep.TakeUpRest, ConsolePhase.Ending),
        (_, ConsoleEvent.DomainWent) => (ConsoleStep.HearLastWords, ConsolePhase.Ending),
        (_, ConsoleEvent.KeysCame) => (ConsoleStep.Serve, ConsolePhase.Served),
        (_, ConsoleEvent.ForeignKeysCame) => (ConsoleStep.LetGo, ConsolePhase.Foreign),
        (ConsolePhase.Served or ConsolePhase.Lacking, ConsoleEvent.Failed) => (ConsoleStep.RetryLater, ConsolePhase.Lacking),
        (ConsolePhase.Lacking, ConsoleEvent.RetryCame) => (ConsoleStep.Serve, ConsolePhase.Served),
        _ => (ConsoleStep.None, phase),
    };
}

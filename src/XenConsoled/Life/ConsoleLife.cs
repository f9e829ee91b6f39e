namespace XenConsoled.Life;

/// <summary>A console's life: for each phase and event, the step to take and the next phase.</summary>
static class ConsoleLife
{
    /// <summary>The table of phases and events. The first row that fits holds.</summary>
    internal static (ConsoleStep Step, ConsolePhase Next) On(ConsolePhase phase, ConsoleEvent happened) => (phase, happened) switch
    {
        (ConsolePhase.Ended, _) => (ConsoleStep.None, phase),
        (_, ConsoleEvent.TimeIsUp) => (ConsoleStep.Bury, ConsolePhase.Ended),
        (_, ConsoleEvent.DaemonEnds) => (ConsoleStep.Leave, ConsolePhase.Ended),
        (ConsolePhase.Ending, _) => (ConsoleStep.None, phase), // another domain may have its id
        (ConsolePhase.New, ConsoleEvent.DomainWent) => (ConsoleStep.TakeUpRest, ConsolePhase.Ending),
        (_, ConsoleEvent.DomainWent) => (ConsoleStep.DrainRing, ConsolePhase.Ending),
        (_, ConsoleEvent.KeysCame) => (ConsoleStep.Serve, ConsolePhase.Served),
        (_, ConsoleEvent.ForeignKeysCame) => (ConsoleStep.LetGo, ConsolePhase.Foreign),
        (ConsolePhase.Served or ConsolePhase.Lacking, ConsoleEvent.Failed) => (ConsoleStep.RetryLater, ConsolePhase.Lacking),
        (ConsolePhase.Lacking, ConsoleEvent.RetryCame) => (ConsoleStep.Serve, ConsolePhase.Served),
        _ => (ConsoleStep.None, phase),
    };
}

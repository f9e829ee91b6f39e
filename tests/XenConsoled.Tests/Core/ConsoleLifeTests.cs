using XenConsoled.Life;

namespace XenConsoled.Tests.Core;

/// <summary>The table of a console's life: what is done about an event in a phase, and where the console is then.</summary>
public sealed class ConsoleLifeTests
{
    static readonly ConsolePhase[] Phases = Enum.GetValues<ConsolePhase>();
    static readonly ConsoleEvent[] Events = Enum.GetValues<ConsoleEvent>();

    [Fact]
    public void A_console_is_served_and_what_it_lacks_is_tried_again_until_it_is_there()
    {
        Follows(ConsolePhase.New, ConsoleEvent.KeysCame, ConsoleStep.Serve, ConsolePhase.Served);
        Follows(ConsolePhase.Served, ConsoleEvent.Failed, ConsoleStep.RetryLater, ConsolePhase.Lacking);
        Follows(ConsolePhase.Lacking, ConsoleEvent.RetryCame, ConsoleStep.Serve, ConsolePhase.Served);
        Follows(ConsolePhase.Lacking, ConsoleEvent.KeysCame, ConsoleStep.Serve, ConsolePhase.Served);
        Follows(ConsolePhase.Lacking, ConsoleEvent.Failed, ConsoleStep.RetryLater, ConsolePhase.Lacking);
    }

    [Fact]
    public void What_another_program_serves_is_let_go_and_not_tried_again_until_its_keys_say_otherwise()
    {
        Follows(ConsolePhase.Served, ConsoleEvent.ForeignKeysCame, ConsoleStep.LetGo, ConsolePhase.Foreign);
        Follows(ConsolePhase.Lacking, ConsoleEvent.ForeignKeysCame, ConsoleStep.LetGo, ConsolePhase.Foreign);
        Follows(ConsolePhase.Foreign, ConsoleEvent.Failed, ConsoleStep.None, ConsolePhase.Foreign);
        Follows(ConsolePhase.Foreign, ConsoleEvent.RetryCame, ConsoleStep.None, ConsolePhase.Foreign);
        Follows(ConsolePhase.Foreign, ConsoleEvent.KeysCame, ConsoleStep.Serve, ConsolePhase.Served);
    }

    [Fact]
    public void A_retry_that_comes_late_does_nothing()
    {
        foreach (var phase in Phases.Where(phase => phase != ConsolePhase.Lacking))
            Follows(phase, ConsoleEvent.RetryCame, ConsoleStep.None, phase);
    }

    [Fact]
    public void Of_a_domain_that_went_the_last_words_are_heard_and_of_one_that_had_gone_before_the_rest_is_taken_up()
    {
        foreach (var phase in (ConsolePhase[])[ConsolePhase.Foreign, ConsolePhase.Served, ConsolePhase.Lacking])
            Follows(phase, ConsoleEvent.DomainWent, ConsoleStep.DrainRing, ConsolePhase.Ending);
        Follows(ConsolePhase.New, ConsoleEvent.DomainWent, ConsoleStep.TakeUpRest, ConsolePhase.Ending);
    }

    [Fact]
    public void A_console_that_ends_takes_no_other_domains_keys_and_only_ends()
    {
        foreach (var happened in Events.Where(happened => happened is not (ConsoleEvent.TimeIsUp or ConsoleEvent.DaemonEnds)))
            Follows(ConsolePhase.Ending, happened, ConsoleStep.None, ConsolePhase.Ending);
    }

    [Fact]
    public void Every_console_can_be_ended_or_left_once_and_nothing_happens_to_it_after()
    {
        foreach (var phase in Phases.Where(phase => phase != ConsolePhase.Ended))
        {
            Follows(phase, ConsoleEvent.TimeIsUp, ConsoleStep.Bury, ConsolePhase.Ended);
            Follows(phase, ConsoleEvent.DaemonEnds, ConsoleStep.Leave, ConsolePhase.Ended);
        }
        foreach (var happened in Events)
            Follows(ConsolePhase.Ended, happened, ConsoleStep.None, ConsolePhase.Ended);
    }

    static void Follows(ConsolePhase phase, ConsoleEvent happened, ConsoleStep step, ConsolePhase next) =>
        Assert.Equal((phase, happened, (step, next)), (phase, happened, ConsoleLife.On(phase, happened)));
}

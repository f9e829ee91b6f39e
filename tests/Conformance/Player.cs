using System.Globalization;

namespace Xen.Conformance;

/// <summary>Plays one rule on a stage and notes everything that comes otherwise.</summary>
sealed class Player(Rule rule, Target target, IStage stage)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(150);

    readonly Dictionary<string, Seat> seats = [];
    readonly Dictionary<string, string> values = [];
    readonly List<string> faults = [];

    /// <summary>The differences, one a line; empty when the rule holds.</summary>
    internal IReadOnlyList<string> Faults => faults;

    /// <summary>What each client had received.</summary>
    internal IEnumerable<string> Transcript => seats.Values.Select(seat => $"  {seat.Who} received: {string.Join("  ", seat.Received)}");

    internal void Play()
    {
        foreach (var step in rule.Steps)
        {
            for (int i = 0; i < step.Times && faults.Count < 20 && stage.Fault is null; i++)
            {
                values["#"] = i.ToString(CultureInfo.InvariantCulture);
                values["##"] = (i / 100).ToString(CultureInfo.InvariantCulture);
                try
                {
                    PlayStep(step);
                }
                catch (Exception e) when (e is ScriptException or TimeoutException or InvalidOperationException or IOException)
                {
                    Fault(step, e.Message);
                }
            }
        }
        foreach (var seat in seats.Values.Where(seat => !seat.IsGone && stage.Fault is null))
        {
            try
            {
                ExpectNothingMore(seat);
            }
            catch (TimeoutException e)
            {
                AtEnd(seat, e.Message);
            }
        }
        if (stage.Fault is { } fault)
            faults.Add($"{rule.File}:{rule.Line}: {fault}");
    }

    void PlayStep(Step step)
    {
        if (step.Who == "@")
        {
            Act([.. step.Request.Select(Expand)]);
            return;
        }
        var seat = Sit(step.Who);
        if (step.Command == "peek")
        {
            Peek(step, (IGuest)seat.Client);
            return;
        }
        if (step.Request.Count > 0)
        {
            seat.LastCommand = step.Command;
            Requests.Send(seat, step, values);
            if (step.Command == "close")
                seats.Remove(step.Who);
        }
        foreach (var expected in step.Expected)
            Expect(seat, step, expected);
    }

    void Act(string[] words)
    {
        int number = int.Parse(words[1], CultureInfo.InvariantCulture);
        switch (words[0])
        {
            case "wait":
                Thread.Sleep(number);
                return;
            case "introduce":
                stage.Introduce(number);
                Sit($"d{number}").Forget();
                Sit($"d{number}").IsGone = false;
                return;
            case "home":
                Quietly(12, $"/local/domain/{number}\0");
                Quietly(14, $"/local/domain/{number}\0n{number}\0");
                return;
            case "dies":
                stage.Change(number, DomainState.Dead);
                if (seats.TryGetValue($"d{number}", out var seat))
                    seat.IsGone = true;
                break;
            case "shuts":
                stage.Change(number, DomainState.ShutDown);
                break;
            case "lives":
                stage.Change(number, DomainState.Lives);
                break;
            default:
                throw new ScriptException($"no such act: {words[0]}");
        }
        // An answer to a later request shows that the daemon has seen the change.
        Quietly(Wire.GetDomainPath, "0\0");
    }

    void Quietly(uint type, string payload)
    {
        var seat = Sit("control");
        seat.Ask(type, 0, payload);
        if (seat.Take(Patience) is null or { IsError: true })
            throw new InvalidOperationException("the control connection is not served");
    }

    Seat Sit(string who)
    {
        if (!seats.TryGetValue(who, out var seat))
            seats.Add(who, seat = new Seat(who, stage.Connect(who)));
        return seat;
    }

    void Peek(Step step, IGuest guest)
    {
        string field = step.Request[1].Bare!;
        uint wanted = uint.Parse(Expand(step.Expected[0].For(target.Name)[0]), CultureInfo.InvariantCulture);
        var deadline = DateTime.UtcNow + Patience;
        uint got;
        while ((got = Requests.Field(guest, field)) != wanted && DateTime.UtcNow < deadline)
            Thread.Sleep(1);
        if (got != wanted)
            Fault(step, $"expected {field} {wanted}, got {got}");
    }

    void Expect(Seat seat, Step step, Expectation expected)
    {
        var words = expected.For(target.Name);
        if (words.Count == 1 && words[0].Bare == "none")
            return;
        switch (expected.Kind)
        {
            case Kind.Reply:
                ExpectReply(seat, step, words);
                while (seat.Deferred.TryDequeue(out var deferred))
                    ExpectEvent(seat, deferred.Step, deferred.Expected.For(target.Name));
                break;
            case Kind.EventBeforeReply when target.EventsAfterReply && seat.LastCommand is ("write" or "mkdir" or "rm" or "setperms"):
                seat.Deferred.Enqueue((step, expected));
                break;
            case Kind.EventBeforeReply or Kind.Event:
                ExpectEvent(seat, step, words);
                break;
            default:
                ExpectEnd(seat, step, expected.Kind);
                break;
        }
    }

    void ExpectReply(Seat seat, Step step, IReadOnlyList<Word> words)
    {
        while (seat.Take(Patience) is { } message)
        {
            if (message.IsEvent)
            {
                Fault(step, $"expected `= {string.Join(' ', words)}`, before it came `{message}`");
                continue;
            }
            string? fault = seat.HeaderFault(message) ?? Matching.Fault(words, message, values);
            if (fault is not null)
                Fault(step, $"expected {fault}, got `{message}`");
            return;
        }
        Fault(step, $"expected `= {string.Join(' ', words)}`, got {(seat.Client.IsClosed ? "the connection closed" : "nothing")}");
    }

    void ExpectEvent(Seat seat, Step step, IReadOnlyList<Word> words)
    {
        string wanted = string.Concat(words.Select(word => Expand(word) + '\0'));
        var message = seat.Take(Patience);
        if (message is { IsEvent: true, RequestId: 0, TransactionId: 0 } && message.Payload == wanted)
            return;
        Fault(step, $"expected `{new Message(Wire.WatchEvent, 0, 0, wanted)}`, got `{message?.ToString() ?? "nothing"}`");
        if (message is { IsEvent: false })
            seat.PutBack(message);
    }

    void ExpectEnd(Seat seat, Step step, Kind kind)
    {
        var message = seat.Take(kind == Kind.Silent ? Silence : Patience);
        bool closed = seat.Client.IsClosed;
        if (message is not null || closed != (kind == Kind.Closed))
            Fault(step, $"expected {(kind == Kind.Closed ? "the connection to close" : "silence")}, "
                + $"got `{message?.ToString() ?? (closed ? "closed" : "nothing")}`");
        seat.IsGone = step == rule.Steps.Last(other => other.Who == step.Who);
    }

    void ExpectNothingMore(Seat seat)
    {
        if (seat.Client.IsClosed)
        {
            AtEnd(seat, "the connection was closed");
            return;
        }
        seat.Ask(Wire.GetDomainPath, 0, "0\0");
        var extra = new List<string>();
        while (seat.Take(Patience) is { } message)
        {
            if (!message.IsEvent && message.Type == Wire.GetDomainPath)
            {
                if (extra.Count > 0)
                    AtEnd(seat, $"still received {string.Join("  ", extra.Take(20))}");
                return;
            }
            extra.Add(message.ToString());
        }
        AtEnd(seat, "no answer any more");
    }

    string Expand(Word word) => word.Expand(values);

    void AtEnd(Seat seat, string text) => faults.Add($"{rule.File}:{rule.Line}: {seat.Who}: at the end: {text}");

    void Fault(Step step, string text) => faults.Add($"{rule.File}:{step.Line}: {step.Who}: {text}");
}

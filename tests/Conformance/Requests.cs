using System.Globalization;

namespace Xen.Conformance;

/// <summary>Turns a line's request into bytes.</summary>
static class Requests
{
    internal static void Send(Seat seat, Step step, IReadOnlyDictionary<string, string> values)
    {
        string[] words = step.Request.Select(word => word.Expand(values)).ToArray();
        uint transaction = step.Transaction is { } id ? Number(id.Expand(values)) : 0;
        switch (words[0])
        {
            case "bytes":
                seat.Client.Send(Wire.Bytes(words[1]));
                break;
            case "header":
                seat.AskHeader(Type(words[1]), transaction, Number(words[2]), "");
                break;
            case "raw":
                seat.Ask(Type(words[1]), transaction, words[2]);
                break;
            case "close":
                seat.Client.Dispose();
                break;
            case "poke":
                var field = Enum.Parse<RingField>(words[1].Replace("_", ""), true);
                ((IGuest)seat.Client).Poke(field, Number(words[2]));
                break;
            case "notify":
                ((IGuest)seat.Client).Notify();
                break;
            case "reconnect":
                Reconnect(seat);
                break;
            default:
                seat.Ask(Type(words[0]), transaction, Payload(words));
                break;
        }
    }

    /// <summary>A ring field's value, or <c>notifications</c>: the number of events the guest got.</summary>
    internal static uint Field(IGuest guest, string name) => name == "notifications"
        ? (uint)guest.Notifications
        : guest.Peek(Enum.Parse<RingField>(name.Replace("_", ""), true));

    static string Payload(string[] words) => words switch
    {
        ["write", var path, .. var value] => path + '\0' + string.Concat(value),
        // libxenstore sends one NUL where there is nothing to say.
        ["start" or "resetwatches"] => "\0",
        _ => string.Concat(words.Skip(1).Select(word => word + '\0')),
    };

    /// <summary>A guest's reconnection as xenstore-ring.txt describes it.</summary>
    static void Reconnect(Seat seat)
    {
        var guest = (IGuest)seat.Client;
        guest.Poke(RingField.Connection, 1);
        guest.Notify();
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (guest.Peek(RingField.Connection) != 0)
        {
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException("expected connection 0, it stays 1");
            Thread.Sleep(1);
        }
        seat.Forget();
    }

    static uint Type(string word) => Wire.TypeOf(word) ?? throw new ScriptException($"no such command: {word}");

    static uint Number(string word) => uint.Parse(word, CultureInfo.InvariantCulture);
}

using System.Globalization;
using Xen.Protocol.Wire;
using XenStored.Commands.Requests;

namespace XenStored.Commands.Control;

/// <summary>
/// CONTROL live-update, in the words that xenstore-control sends: <c>-f FILE</c>, <c>-c COMMAND-LINE</c>, then
/// <c>-s [-F] [-t SECONDS] [-v VERSION]</c>, or <c>-a</c> to give up.
/// </summary>
static class LiveUpdateCommand
{
    internal static Reply Run(RequestContext request, string[] arguments)
    {
        var (update, session) = (request.LiveUpdate, request.Session);
        switch (arguments)
        {
            case ["-f", var file]:
                return Answer(request, update.Name(session, file));
            case ["-c", var commandLine]:
                return Answer(request, update.GiveArguments(session, commandLine));
            case ["-a"]:
                return Answer(request, update.Abort(session));
            case ["-s", .. var rest] when Terms(rest) is { } terms:
                return update.Begin(session, request.Header, terms) is { } reason ? Answer(request, reason) : Reply.Later;
            default:
                return XsError.EINVAL;
        }
    }

    static UpdateTerms? Terms(string[] words)
    {
        var terms = new UpdateTerms();
        for (int i = 0; i < words.Length; i++)
            if (words[i] == "-F")
                terms = terms with { IsForced = true };
            else if (words[i] is "-t" or "-v" && i + 1 < words.Length && Number(words[i + 1]) is { } number)
                terms = words[i++] == "-t" ? terms with { TimeoutSeconds = number } : terms with { StreamVersion = number };
            else
                return null;
        return terms.StreamVersion is null or 1 or 2 ? terms : null;
    }

    static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= 1_000_000 ? number : null;

    static Reply Answer(RequestContext request, string? reason) => reason is null ? Reply.Ok : request.Buffer.Text(reason);
}

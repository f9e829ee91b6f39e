namespace Xen.Conformance;

/// <summary>Compares a reply with what the script says.</summary>
static class Matching
{
    /// <summary>What was expected instead, or null if the reply fits. Remembers what <c>{A}</c> stands for.</summary>
    internal static string? Fault(IReadOnlyList<Word> words, Message reply, Dictionary<string, string> values)
    {
        bool fits = words switch
        {
            [] => !reply.IsError && reply.Payload == "",
            [{ Bare: "*" }] => !reply.IsError,
            [{ Bare: { } name }] when Wire.IsErrorName(name) => reply.IsError && reply.Payload == name + '\0',
            [{ Variable: { } variable }] => !reply.IsError && FitsVariable(variable, reply.Payload.TrimEnd('\0'), values),
            [{ IsQuoted: true } text] => !reply.IsError && FitsText(text, reply.Payload, values),
            _ => !reply.IsError && FitsList(words, reply.Payload, values),
        };
        return fits ? null : $"`= {string.Join(' ', words)}`";
    }

    static bool FitsText(Word text, string payload, Dictionary<string, string> values) => text.IsPrefix
        ? payload.StartsWith(text.Expand(values), StringComparison.Ordinal)
        : payload == text.Expand(values);

    static bool FitsList(IReadOnlyList<Word> words, string payload, Dictionary<string, string> values)
    {
        if (!payload.EndsWith('\0'))
            return false;
        string[] strings = payload[..^1].Split('\0');
        return strings.Length == words.Count && words.Zip(strings).All(pair => FitsString(pair.First, pair.Second, values));
    }

    static bool FitsString(Word word, string text, Dictionary<string, string> values) =>
        word.Variable is { } variable ? FitsVariable(variable, text, values) : word.Expand(values) == text;

    static bool FitsVariable((string Name, bool Differs) variable, string text, Dictionary<string, string> values)
    {
        if (variable.Differs)
            return values.TryGetValue(variable.Name, out string? other) && other != text;
        if (!values.TryGetValue(variable.Name, out string? same))
            values[variable.Name] = same = text;
        return same == text;
    }
}

using System.Text.RegularExpressions;

namespace Xen.Conformance;

/// <summary>One word of a script line. Only its unquoted pieces are searched for <c>{names}</c>.</summary>
sealed record Word(IReadOnlyList<(string Text, bool Quoted)> Pieces, bool IsPrefix)
{
    static readonly Regex Name = new(@"\{(!?)(##?|[A-Za-z][A-Za-z0-9]*)\}", RegexOptions.Compiled);

    internal bool IsQuoted => Pieces.Any(piece => piece.Quoted);

    /// <summary>The word as written when nothing of it is quoted, else null: only such words are the format's own signs.</summary>
    internal string? Bare => IsQuoted ? null : string.Concat(Pieces.Select(piece => piece.Text));

    /// <summary>The name of a word that is nothing but <c>{A}</c> or <c>{!A}</c>.</summary>
    internal (string Name, bool Differs)? Variable =>
        Bare is { } bare && Name.Match(bare) is { Success: true } match && match.Length == bare.Length
            ? (match.Groups[2].Value, match.Groups[1].Value == "!")
            : null;

    /// <summary>The word's bytes as Latin-1 text.</summary>
    internal string Expand(IReadOnlyDictionary<string, string> values) => string.Concat(Pieces.Select(piece => piece.Quoted
        ? piece.Text
        : Name.Replace(piece.Text, match => values.TryGetValue(match.Groups[2].Value, out string? value)
            ? value
            : throw new ScriptException($"nothing is remembered as {match.Value}"))));

    public override string ToString() => Wire.Short(Bare ?? Wire.Quote(string.Concat(Pieces.Select(piece => piece.Text))));
}

namespace Xen.Conformance;

/// <summary>A whole message as it went over the wire; the payload's bytes as Latin-1 text.</summary>
sealed record Message(uint Type, uint RequestId, uint TransactionId, string Payload)
{
    internal bool IsEvent => Type == Wire.WatchEvent;

    internal bool IsError => Type == Wire.Error;

    /// <summary>The payload's NUL-terminated strings; a rest without a NUL counts as one.</summary>
    internal string[] Strings => Payload == "" ? [] : (Payload.EndsWith('\0') ? Payload[..^1] : Payload).Split('\0');

    /// <summary>The message in the scripts' own form.</summary>
    public override string ToString()
    {
        bool plain = Payload.EndsWith('\0') && Strings.All(s => s != "" && s.All(c => c is > ' ' and <= '~' and not '"'));
        string sign = IsEvent ? "< " : "= ";
        return Wire.Short(sign + (plain ? string.Join(' ', Strings) : Payload == "" ? "" : Wire.Quote(Payload)));
    }
}

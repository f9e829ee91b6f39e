namespace XenConsoled.Consoles;

/// <summary>The result of a write to a console's pty, or of a look at it.</summary>
enum PtyChange : byte
{
    /// <summary>Nothing that others must know.</summary>
    None,
    /// <summary>Some waiting output was written. This is not published yet.</summary>
    Wrote,
    /// <summary>The pty broke and was replaced. Waiting output must be written to the new one.</summary>
    Renewed,
    /// <summary>The pty broke, and there is no new one at present.</summary>
    Lost,
}

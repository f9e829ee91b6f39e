namespace XenConsoled.Consoles;

/// <summary>What came of a write to a console's pty, or of a look at it.</summary>
enum PtyChange : byte
{
    /// <summary>Nothing that concerns anybody else.</summary>
    None,
    /// <summary>Some of what waited was written, which is not published yet.</summary>
    Wrote,
    /// <summary>The pty broke, and there is another: what waits is to be written to that.</summary>
    Renewed,
    /// <summary>The pty broke, and there is no other to be had now.</summary>
    Lost,
}

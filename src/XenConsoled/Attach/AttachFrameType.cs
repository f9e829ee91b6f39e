namespace XenConsoled.Attach;

/// <summary>What a frame between our client and the daemon is.</summary>
enum AttachFrameType : byte
{
    /// <summary>Client: what is wanted, as words with a NUL after each.</summary>
    Request = (byte)'r',
    /// <summary>Client: bytes for the guest.</summary>
    Input = (byte)'i',
    /// <summary>Daemon: bytes of the guest.</summary>
    Output = (byte)'o',
    /// <summary>Daemon: a sentence for whoever looks.</summary>
    Notice = (byte)'n',
    /// <summary>Daemon: a piece of a report.</summary>
    Text = (byte)'t',
    /// <summary>Daemon: the end, in order; with a sentence if there is one to say.</summary>
    End = (byte)'e',
    /// <summary>Daemon: the end, with the reason why what was wanted cannot be.</summary>
    Refusal = (byte)'x',
}

namespace XenConsoled.Attach;

/// <summary>The type of a frame between our client and the daemon.</summary>
enum AttachFrameType : byte
{
    /// <summary>Client: the request, as words with a NUL after each.</summary>
    Request = (byte)'r',
    /// <summary>Client: input for the guest.</summary>
    Input = (byte)'i',
    /// <summary>Daemon: output of the guest.</summary>
    Output = (byte)'o',
    /// <summary>Daemon: a message for the user.</summary>
    Notice = (byte)'n',
    /// <summary>Daemon: a part of a report.</summary>
    Text = (byte)'t',
    /// <summary>Daemon: a normal end, with a message or an empty payload.</summary>
    End = (byte)'e',
    /// <summary>Daemon: the request is refused, with the reason.</summary>
    Refusal = (byte)'x',
}

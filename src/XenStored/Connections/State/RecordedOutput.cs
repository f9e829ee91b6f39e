namespace XenStored.Connections.State;

/// <summary>Which of the bytes that wait for a client the records have.</summary>
sealed class RecordedOutput
{
    /// <summary>The records, oldest first: their names, and how many bytes were appended when a record's last byte was.</summary>
    internal Queue<(uint Name, long End)> Parts { get; } = new();

    /// <summary>Whether the records have a place for its bytes, which may be empty.</summary>
    internal bool HasPlace { get; set; }

    /// <summary>How many of the bytes that were ever appended are in records, or were given to the client.</summary>
    internal long UpTo { get; set; }

    /// <summary>How many of the bytes that were ever appended were outgoing with a publish, up to which they need no record.</summary>
    internal long OutgoingUpTo { get; set; }

    /// <summary>Whether bytes that wait are in no record: they were to be sent with the last publish, and were not.</summary>
    internal bool IsBehind(long sent) => OutgoingUpTo > Math.Max(UpTo, sent);

    /// <summary>The queue's droppings when the records were written.</summary>
    internal int Droppings { get; set; }
}

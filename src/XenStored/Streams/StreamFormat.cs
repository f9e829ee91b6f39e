namespace XenStored.Streams;

/// <summary>The formats in which a store's process hands over its state.</summary>
enum StreamFormat
{
    /// <summary>None of those below.</summary>
    Unknown,

    /// <summary>Records for C xenstored 4.17 and later. <see cref="StateReader"/> reads it.</summary>
    Version1,

    /// <summary>Records for C xenstored 4.21 and later. <see cref="StateReader"/> reads it.</summary>
    Version2,

    /// <summary>Records of a version or a byte order that nobody has written so far. <see cref="StateReader"/> says which.</summary>
    OtherRecords,

    /// <summary>Lines of text of oxenstored. <see cref="DumpReader"/> reads it.</summary>
    OxenstoredDump,
}

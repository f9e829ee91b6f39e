namespace XenStored.Streams;

/// <summary>
/// The types of records and the layout of their bodies, from Xen's docs/designs/xenstore-migration.md. A record is u32 type, u32 length of
/// the body, and the body, which is padded to a multiple of 8 bytes. Numbers are little-endian. A text has a NUL, which its length counts.
/// </summary>
enum RecordType : uint
{
    /// <summary>The last record. Its body is empty.</summary>
    End = 0,

    /// <summary>i32 listening socket or -1, i32 event channels' device.</summary>
    Global = 1,

    /// <summary>
    /// u32 connection (not 0), u16 kind (0 ring, 1 socket), u16 fields (bit 0: a unique id follows the data); 8 bytes for a ring (u16
    /// domid, u16 target or <see cref="StateWriter.NoTarget"/>, u32 local port) or a socket (i32 descriptor, 4 unused); u16 length of
    /// input, u16 length of the unfinished output, u32 length of output with the unfinished; input, output; padding to 8; u64 unique id.
    /// </summary>
    Connection = 2,

    /// <summary>u32 connection, u16 length of path, u16 length of token; path, token.</summary>
    Watch = 3,

    /// <summary>u32 connection, u32 transaction. C xenstored neither writes it nor looks at it.</summary>
    Transaction = 4,

    /// <summary>
    /// u32 connection and u32 transaction, both 0 for a committed node; u16 length of path, u16 length of value, u16 access (of a
    /// transaction), u16 number of permissions; each permission is u8 letter, u8 flags (bit 0: of a domain that is no more), u16 domid;
    /// path, value without a NUL.
    /// </summary>
    Node = 5,

    /// <summary>
    /// u16 number of quotas of domains, u16 number of quotas of the store; u32 values; their names, each with a NUL (Xen 4.22).
    /// </summary>
    GlobalQuota = 6,

    /// <summary>
    /// u16 domid, u16 number of quotas, u32 features (since version 2); u32 values; their names, each with a NUL (Xen 4.22).
    /// </summary>
    Domain = 7,

    /// <summary>A watch with a depth (version 2, Xen 4.22): see <see cref="DepthLayout"/>.</summary>
    WatchDepth = 8,
}

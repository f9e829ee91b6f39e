namespace XenStored.Logs;

/// <summary>What can be traced. These are C xenstored's switches; CONTROL log and --trace-control use their names.</summary>
[Flags]
enum TraceSwitches
{
    None = 0,
    Obj = 1,
    Io = 2,
    Wrl = 4,
    Acc = 8,
    Tdb = 16,
}

namespace XenStored.Logs;

/// <summary>What can be traced; C xenstored's switches, whose names CONTROL log and --trace-control use.</summary>
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

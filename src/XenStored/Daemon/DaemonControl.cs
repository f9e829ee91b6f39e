using System.Text;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Transacting;
using XenStored.Logs;
using XenStored.Surroundings;

namespace XenStored.Daemon;

/// <summary>The daemon's trace and its log, as the store reaches them.</summary>
sealed class DaemonControl(EventLoop loop, Trace trace, ILogger logger) : IDaemonControl
{
    readonly LogBudget fullBudget = new();

    static readonly TraceSwitches[] AllSwitches =
        [TraceSwitches.Obj, TraceSwitches.Io, TraceSwitches.Wrl, TraceSwitches.Acc, TraceSwitches.Tdb];

    public string LogSettings
    {
        get
        {
            var text = new StringBuilder("Log switch settings:\n");
            foreach (var one in AllSwitches)
                text.Append($"{one.ToString().ToLowerInvariant(),-8}: {((trace.Switches & one) != 0 ? "on" : "off")}\n");
            return text.ToString();
        }
    }

    public bool TrySetLog(string word)
    {
        if (word is not ("on" or "off"))
            return trace.TrySwitch(word);
        return trace.Switch(word == "on") == 0;
    }

    public XsError OpenLogFile(string path) => path.Length == 0 ? XsError.EINVAL : XsErrors.OfErrno(trace.Open(path));

    public void Begins(Watch watch) => trace.Object("CREATE watch", watch);

    public void Ends(Watch watch) => trace.Object("DESTROY watch", watch);

    public void Begins(Transaction transaction) => trace.Object("CREATE transaction", transaction);

    public void Ends(Transaction transaction) => trace.Object("DESTROY transaction", transaction);

    public void Print(string text)
    {
        trace.Print(text);
        StoreLog.Printed(logger, text);
    }

    public XsError WriteReport(string? path, string text)
    {
        if (path is null)
        {
            if (!trace.HasFile)
                return XsError.EINVAL; // there is no file to write to; C xenstored has the same error
            trace.Print(text);
            return XsError.None;
        }
        if (path.Length == 0)
            return XsError.EINVAL;
        using var file = FileDescriptor.TryOpenAppend(Path.Combine(trace.Folder, path), out int errno);
        if (file is null)
            return XsErrors.OfErrno(errno);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int written = file.Write(bytes);
        return written == bytes.Length ? XsError.None : XsErrors.OfErrno(written < 0 ? -written : Errno.ENOSPC);
    }

    public void Full(int errno)
    {
        if (fullBudget.TryTake(loop.Now, out int swallowed))
            StoreLog.Full(logger, Errno.Text(errno), swallowed);
    }
}

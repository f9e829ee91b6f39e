using System.Text;
using Xen.Linux;
using Xen.Protocol.Wire;
using XenStored.Logs;
using XenStored.Store;

namespace XenStored.Connections;

/// <summary>The parts of the daemon that CONTROL reaches: its trace and its reports.</summary>
sealed class DaemonControl(Server server) : IDaemonControl
{
    static readonly TraceSwitches[] AllSwitches =
        [TraceSwitches.Obj, TraceSwitches.Io, TraceSwitches.Wrl, TraceSwitches.Acc, TraceSwitches.Tdb];

    public string LogSettings
    {
        get
        {
            var text = new StringBuilder("Log switch settings:\n");
            foreach (var one in AllSwitches)
                text.Append($"{one.ToString().ToLowerInvariant(),-8}: {((server.Trace.Switches & one) != 0 ? "on" : "off")}\n");
            return text.ToString();
        }
    }

    public bool TrySetLog(string word)
    {
        if (word is not ("on" or "off"))
            return server.Trace.TrySwitch(word);
        return server.Trace.Switch(word == "on") == 0;
    }

    public XsError OpenLogFile(string path) => path.Length == 0 ? XsError.EINVAL : XsErrors.OfErrno(server.Trace.Open(path));

    public void Trace(string what, object which) => server.Trace.Object(what, which);

    public void Print(string text)
    {
        server.Trace.Print(text);
        StoreLog.Printed(server.Logger, text);
    }

    public XsError WriteReport(string? path, string text)
    {
        if (path is null)
        {
            if (!server.Trace.HasFile)
                return XsError.EINVAL; // there is no file to write to; C xenstored has the same error
            server.Trace.Print(text);
            return XsError.None;
        }
        if (path.Length == 0)
            return XsError.EINVAL;
        using var file = FileDescriptor.TryOpenAppend(Path.Combine(server.Trace.Folder, path), out int errno);
        if (file is null)
            return XsErrors.OfErrno(errno);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int written = file.Write(bytes);
        return written == bytes.Length ? XsError.None : XsErrors.OfErrno(written < 0 ? -written : Errno.ENOSPC);
    }

    public string Status(bool asJson) => asJson ? StatusReport.Json(server) : StatusReport.Text(server);
}

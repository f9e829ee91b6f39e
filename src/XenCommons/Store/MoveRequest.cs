using System.Globalization;
using Xen.Linux.Files;
using Xen.Linux.Processes;
using XenCommons.Host;

namespace XenCommons.Store;

/// <summary>
/// A small file by which `xencommons store swap` tells the service that it starts: take the store over from the keeper with this pid.
/// </summary>
static class MoveRequest
{
    const string Name = "/run/xen/xenstored.takes";

    internal static void Write(HostFiles files, int keeper)
    {
        string path = files.At(Name);
        Folder.Make(Path.GetDirectoryName(path)!, Folder.Private);
        File.WriteAllText(path, keeper.ToString(CultureInfo.InvariantCulture) + "\n");
    }

    internal static void Withdraw(HostFiles files) => Folder.Unlink(files.At(Name));

    /// <summary>The keeper, if there is a request and that process is a xenstored; else 0. The request is gone then.</summary>
    internal static int Take(HostFiles files)
    {
        string? text = files.Read(Name);
        Withdraw(files);
        return int.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            && ProcessTable.Named("xenstored").Contains(pid) ? pid : 0;
    }
}

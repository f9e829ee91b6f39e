using System.Diagnostics;
using System.Text;
using Xen.Linux;
using Xen.Linux.Files;

namespace Xen.Tests;

/// <summary>What is read from a disk.</summary>
public sealed class RawDeviceTests
{
    const int Most = 4096, Collections = 20;

    // A call that does not tell the garbage collector that it may block would stop all threads at the next collection, for as long as the
    // disk does not answer. So xendomains could have stood still with all guests, though it gives up such a disk after ten seconds.
    [Fact]
    public async Task A_disk_that_does_not_answer_stops_nobody_else()
    {
        using var folder = new TempFolder();
        string pipe = folder.File("disk");
        FileDescriptor.MakeFifo(pipe);
        var read = Task.Run(() => RawDevice.OfStart(pipe, Most, bytes => Encoding.ASCII.GetString(bytes)));
        // Only if this process stands still does somebody else answer first.
        using var other = Process.Start("sh", ["-c", $"exec 3>'{pipe}'; sleep 20; head -c {Most} /dev/zero >&3"]);
        await using (var disk = new FileStream(pipe, FileMode.Open, FileAccess.Write))
        {
            for (int i = 0; i < Collections; i++)
            {
                await Task.Delay(10); // the read begins some time, and then each collection meets it
                GC.Collect();
            }
            disk.Write("in time"u8);
            disk.Flush();
        }
        other.Kill(entireProcessTree: true);
        Assert.Equal("in time", await read);
    }
}

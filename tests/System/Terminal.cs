using System.Globalization;

namespace SystemTests;

/// <summary>A terminal in dom0 on which a command runs, typed into and read.</summary>
sealed class Terminal : IDisposable
{
    static int count;

    readonly XenHost host;
    readonly string name = $"/tmp/terminal{++count}";

    internal Terminal(XenHost host, string command)
    {
        this.host = host;
        // `script` gives the command a terminal; what is typed comes by a FIFO that stays open.
        host.Run($"rm -f {name}.*; mkfifo {name}.in; (exec 9<>{name}.in;"
            + $" exec setsid script -qefc '{command}; echo $? >{name}.status' {name}.out <&9 >/dev/null 2>&1) & exit 0").Ok();
    }

    /// <summary>All that was shown.</summary>
    internal string Seen => host.Run($"cat {name}.out").Text;

    internal void Type(string text)
    {
        string escaped = text.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\x1d", "\\035", StringComparison.Ordinal);
        host.Run($"printf '%b' '{escaped}' >{name}.in").Ok();
    }

    internal void See(string text, int seconds = 120)
    {
        if (host.Run($"until grep -qF '{text}' {name}.out; do sleep 0.1; done", seconds).Status != 0)
            Assert.Fail($"\"{text}\" is not seen within {seconds} s; the terminal ends with:\n{host.Run($"tail -c 2000 {name}.out").Text}\n"
                + host.Run("cat /var/log/xen/xenconsoled; xenconsoled status").Text);
    }

    internal void End(int expected)
    {
        host.Await($"[ -s {name}.status ]");
        Assert.Equal(expected.ToString(CultureInfo.InvariantCulture), host.Run($"cat {name}.status").Ok());
    }

    public void Dispose() => host.Run($"kill $(pgrep -f {name}.out); rm -f {name}.*");
}

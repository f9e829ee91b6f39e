using System.Diagnostics;
using Xen.Posix;
using Xen.Wire;

namespace XenDomains.Toolstack;

/// <summary>
/// A command that runs apart from this process: in a unit of its own under systemd, in a session of its own elsewhere, so that neither the end
/// of a service nor that of a login takes it or what it leaves behind, a guest's xl and QEMU, along.
/// </summary>
static class Command
{
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(10), EndOfOutput = TimeSpan.FromSeconds(2), Longest = TimeSpan.FromDays(24); // the longest that a timer takes
    const int LongestOutput = 4 << 20;

    /// <summary>How a command ended: its status, or -1 when its time was up; what it printed, and what it said to standard error.</summary>
    internal readonly record struct Result(int Status, ReadOnlyMemory<byte> Bytes, string Said)
    {
        internal bool IsTimeUp => Status == -1;

        internal string Printed => ByteText.Encoding.GetString(Bytes.Span);
    }

    /// <param name="unit">The name of its unit; null: it leaves nothing behind, and stays with this process.</param>
    /// <param name="outlives">What it leaves behind belongs to a guest.</param>
    /// <param name="victim">The name of the descendant that is ended first when the time is up, so that the command can clean up; null: itself.</param>
    /// <exception cref="ToolstackException">It cannot be started.</exception>
    internal static async Task<Result> RunAsync(string program, IReadOnlyList<string> arguments, TimeSpan? within = null, string? unit = null, bool outlives = false, string? victim = null)
    {
        string[] words = [.. Apart(unit, outlives), program, .. arguments];
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => ended.TrySetResult();
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ToolstackException($"{words[0]} cannot be run: {e.Message}");
        }
        process.StandardInput.Close();
        var printed = ReadAsync(process.StandardOutput.BaseStream);
        var said = ReadAsync(process.StandardError.BaseStream);
        bool isTimeUp = !await IsOverAsync(ended.Task, within).ConfigureAwait(false);
        if (isTimeUp)
            await EndAsync(process, ended.Task, victim).ConfigureAwait(false);
        // What it left behind may hold the pipes: the end of the command counts.
        await IsOverAsync(Task.WhenAll(printed.Ended, said.Ended), EndOfOutput).ConfigureAwait(false);
        return new(isTimeUp ? -1 : process.ExitCode, printed.Bytes, ByteText.Encoding.GetString(said.Bytes));
    }

    // What a guest leaves behind is ordered so that a host that goes down stops it after this service. A unit that is needed for a stop
    // must not be ordered against the service that stops, nor against the shutdown: systemd would let it wait for their end.
    static string[] Apart(string? unit, bool outlives) =>
        unit is null ? []
        : !Directory.Exists("/run/systemd/system") ? ["setsid"] // it becomes the command itself, for it leads no group of processes
        : ["systemd-run", "--scope", "--quiet", "--collect", "--unit=" + unit, "--description=" + unit,
            .. outlives ? (string[])["--slice=xen-guests.slice", "--property=Before=xendomains.service", "--property=After=xenstored.service xenconsoled.service"] : ["--slice=system.slice", "--property=DefaultDependencies=no"],
            "--"];

    static async Task EndAsync(Process process, Task ended, string? victim)
    {
        foreach (int pid in victim is null ? [process.Id] : Processes.Named(victim).Where(pid => IsBelow(pid, process.Id)).ToList())
            Processes.Signal(pid, Processes.Terminate);
        if (await IsOverAsync(ended, Grace).ConfigureAwait(false))
            return;
        if (victim is not null)
            return; // killed in the middle of a save, xl would leave a guest that hangs for ever: it goes on by itself
        process.Kill(entireProcessTree: true);
        await IsOverAsync(ended, Grace).ConfigureAwait(false);
    }

    static bool IsBelow(int pid, int ancestor)
    {
        for (int depth = 0; pid > 1 && depth < 8; depth++)
            if ((pid = Processes.Parent(pid)) == ancestor)
                return true;
        return false;
    }

    static async Task<bool> IsOverAsync(Task task, TimeSpan? within)
    {
        if (within is not { } limit)
        {
            await task.ConfigureAwait(false);
            return true;
        }
        return await Task.WhenAny(task, Task.Delay(limit < Longest ? limit : Longest)).ConfigureAwait(false) == task;
    }

    static Output ReadAsync(Stream stream)
    {
        var output = new Output();
        output.Ended = Task.Run(async () =>
        {
            var bytes = new byte[4096];
            for (int count; (count = await stream.ReadAsync(bytes).ConfigureAwait(false)) > 0;)
                output.Add(bytes.AsSpan(0, count));
        });
        return output;
    }

    sealed class Output
    {
        readonly MemoryStream bytes = new();

        internal Task Ended { get; set; } = Task.CompletedTask;

        internal byte[] Bytes { get { lock (bytes) return bytes.ToArray(); } }

        internal void Add(ReadOnlySpan<byte> more)
        {
            lock (bytes)
                if (bytes.Length < LongestOutput)
                    bytes.Write(more);
        }
    }
}

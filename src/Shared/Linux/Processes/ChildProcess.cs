using System.ComponentModel;
using System.Diagnostics;
using Xen.Protocol.Wire;

namespace Xen.Linux.Processes;

/// <summary>
/// The one way in which the daemons run another program. Both outputs are read while the program runs, so it never waits for a reader. Its
/// standard input is empty. When its time is up, the program and its descendants are ended, and no other process.
/// </summary>
public static class ChildProcess
{
    const int MostOutput = 4 << 20;
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(10), EndOfOutput = TimeSpan.FromSeconds(2);
    static readonly TimeSpan Longest = TimeSpan.FromDays(24); // the longest time that a timer takes

    /// <summary>How a program ended.</summary>
    /// <param name="Status">Its exit status, from 0 to 255; -1 when its time was up.</param>
    /// <param name="Output">The first 4 MiB of its standard output, as bytes.</param>
    /// <param name="Errors">The first 4 MiB of its standard error, as text.</param>
    public readonly record struct Result(int Status, ReadOnlyMemory<byte> Output, string Errors)
    {
        /// <summary>It was ended because its time was up.</summary>
        public bool IsTimedOut => Status == -1;

        /// <summary>Its standard output as text.</summary>
        public string Text => ByteText.Encoding.GetString(Output.Span);
    }

    /// <summary>Runs a program until it ends or its time is up.</summary>
    /// <param name="program">A path, or a name that is looked for along PATH (<see cref="ProgramPath"/>).</param>
    /// <param name="arguments">Its arguments, without its own name.</param>
    /// <param name="limit">
    /// How long it may take. Use <see cref="Timeout.InfiniteTimeSpan"/> only where an administrator asked for no limit.
    /// </param>
    /// <param name="victim">
    /// The name of the descendant that gets SIGTERM when the time is up. The program itself can then clean up and is never killed. Null:
    /// the program gets SIGTERM, and up to ten seconds later it and its descendants get SIGKILL.
    /// </param>
    /// <exception cref="PosixException">It cannot be started: ENOENT if there is no such program.</exception>
    public static async Task<Result> RunAsync(string program, IEnumerable<string> arguments, TimeSpan limit, string? victim = null)
    {
        using var process = Start(program, arguments);
        process.StandardInput.Close();
        var output = new Reader(process.StandardOutput.BaseStream);
        var errors = new Reader(process.StandardError.BaseStream);
        var exit = process.WaitForExitAsync();
        bool isTimedOut = !await IsOverAsync(exit, limit).ConfigureAwait(false);
        if (isTimedOut)
            await EndAsync(process, exit, victim, victim is null && limit < Grace ? limit : Grace).ConfigureAwait(false);
        // A process that the program left behind may hold the pipes open, so this does not wait for their end for long.
        await IsOverAsync(Task.WhenAll(output.End, errors.End), EndOfOutput).ConfigureAwait(false);
        return new(isTimedOut ? -1 : process.ExitCode, output.Bytes, ByteText.Encoding.GetString(errors.Bytes));
    }

    /// <summary>
    /// Runs a program and returns what it prints, without the white space around it. Returns an empty string if the program cannot be
    /// started or takes too long.
    /// </summary>
    public static async Task<string> AskAsync(string program, IEnumerable<string> arguments, TimeSpan limit)
    {
        try
        {
            var result = await RunAsync(program, arguments, limit).ConfigureAwait(false);
            return result.IsTimedOut ? "" : result.Text.Trim();
        }
        catch (PosixException)
        {
            return "";
        }
    }

    static Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(ProgramPath.Find(program) ?? throw new PosixException("run " + program, Errno.ENOENT), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start)!; // null only if a shell starts it
        }
        catch (Win32Exception e)
        {
            throw new PosixException("run " + program, e.NativeErrorCode);
        }
    }

    static async Task EndAsync(Process process, Task exit, string? victim, TimeSpan grace)
    {
        int[] pids = victim is null ? [process.Id] : [.. ProcessTable.Named(victim).Where(pid => IsBelow(pid, process.Id))];
        foreach (int pid in pids)
            ProcessTable.Signal(pid, ProcessTable.Terminate);
        if (await IsOverAsync(exit, grace).ConfigureAwait(false) || victim is not null)
            return;
        process.Kill(entireProcessTree: true);
        await IsOverAsync(exit, grace).ConfigureAwait(false);
    }

    static bool IsBelow(int pid, int ancestor)
    {
        for (int depth = 0; pid > 1 && depth < 8; depth++)
            if ((pid = ProcessTable.Parent(pid)) == ancestor)
                return true;
        return false;
    }

    static async Task<bool> IsOverAsync(Task task, TimeSpan limit)
    {
        await task.WaitAsync(limit < Longest ? limit : Longest).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }

    // Keeps the first bytes of a stream. It reads the rest, too, but drops it.
    sealed class Reader
    {
        readonly MemoryStream kept = new();

        internal Reader(Stream stream) => End = Task.Run(() => ReadAsync(stream));

        internal Task End { get; }

        internal byte[] Bytes
        {
            get
            {
                lock (kept)
                    return kept.ToArray();
            }
        }

        async Task ReadAsync(Stream stream)
        {
            byte[] bytes = new byte[4096];
            for (int count; (count = await stream.ReadAsync(bytes).ConfigureAwait(false)) > 0;)
                lock (kept)
                    kept.Write(bytes, 0, (int)Math.Min(count, MostOutput - kept.Length));
        }
    }
}

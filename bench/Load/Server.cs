namespace Load;

/// <summary>The server under test, as seen from outside: where it listens, and what it uses.</summary>
sealed class Server(string socket, int pid, string shim, double scale)
{
    public string Socket { get; } = socket;
    public string Shim { get; } = shim;
    public int Pid { get; } = pid;

    /// <summary>1, or less to try a scenario out quickly.</summary>
    public double Scale { get; } = scale;

    public Client Connect(int timeoutSeconds = 60) => new(Socket, timeoutSeconds);

    public int Scaled(int count) => Math.Max(1, (int)(count * Scale));

    /// <summary>
    /// The CPU time of all its threads, in microseconds: the kernel's process clock, which counts nanoseconds and also
    /// threads which have ended (/proc/PID/schedstat has the main thread only).
    /// </summary>
    public unsafe double CpuMicroseconds()
    {
        Native.TimeSpec time;
        return Native.ClockGetTime(~Pid << 3 | 2, &time) == 0
            ? time.Seconds * 1e6 + time.Nanoseconds / 1e3
            : throw Native.Failure("the server's clock");
    }

    /// <summary>How often its threads have gone to sleep so far: each of these is a wakeup, but for the last ones.</summary>
    public long Wakeups()
    {
        const string Sleeps = "voluntary_ctxt_switches:";
        long sum = 0;
        foreach (string thread in Directory.EnumerateDirectories($"/proc/{Pid}/task"))
            foreach (string line in File.ReadLines($"{thread}/status"))
                if (line.StartsWith(Sleeps, StringComparison.Ordinal))
                    sum += long.Parse(line.AsSpan(Sleeps.Length), provider: null);
        return sum;
    }

    /// <summary>What is resident, in bytes: anonymous, shared and file pages.</summary>
    public long ResidentBytes()
    {
        foreach (string line in File.ReadLines($"/proc/{Pid}/smaps_rollup"))
        {
            if (line.StartsWith("Rss:", StringComparison.Ordinal))
                return long.Parse(line.AsSpan(4, line.Length - 7), provider: null) * 1024;
        }
        throw new InvalidDataException("smaps_rollup without Rss");
    }
}

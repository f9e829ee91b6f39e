namespace Load.Consoles;

/// <summary>
/// One play of a console daemon, in a folder: <c>store</c> has its xenstored, <c>hv</c> its simulated domains, <c>log</c> its log files.
/// </summary>
sealed class Stage(string folder, int pid, double scale)
{
    public Server Daemon { get; } = new($"{folder}/store/socket", pid, $"{folder}/hv", scale);

    /// <summary>The simulated domains of the store, which is not told of the daemon's.</summary>
    public string StoreDomains => $"{folder}/store/hv";

    public string LogOf(ConsoleGuest guest) => $"{folder}/log/guest-{guest.Name}.log";

    public double Seconds(double seconds) => seconds * Daemon.Scale;
}

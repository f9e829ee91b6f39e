using Xen.Linux;
using Xen.Linux.Processes;

namespace XenDomains.Toolstack;

/// <summary>
/// A command that runs apart from this process: in its own unit under systemd, else in its own session. So the end of a service or of a
/// login ends neither the command nor what it leaves behind, a guest's xl and QEMU.
/// </summary>
static class ApartCommand
{
    /// <param name="within">How long it may take; null: without limit, which the settings allow for guests.</param>
    /// <param name="unit">The name of its unit; null: it leaves nothing behind, and stays with this process.</param>
    /// <param name="outlives">What it leaves behind belongs to a guest.</param>
    /// <param name="victim">
    /// The name of the descendant to end when the time is up; null: the command itself. In the middle of a save xl must not be killed: the
    /// guest would hang for ever. When the process that writes ends, xl lets the guest continue.
    /// </param>
    /// <exception cref="ToolstackException">The command cannot be started.</exception>
    internal static async Task<ChildProcess.Result> RunAsync(
        string program, IReadOnlyList<string> arguments, TimeSpan? within, string? unit = null, bool outlives = false,
            string? victim = null)
    {
        // Found here, so that a command that runs apart is the one that would run with this process.
        string[] words = [.. Apart(unit, outlives), ProgramPath.Find(program) ?? program, .. arguments];
        try
        {
            return await ChildProcess.RunAsync(words[0], words[1..], within ?? Timeout.InfiniteTimeSpan, victim).ConfigureAwait(false);
        }
        catch (PosixException e)
        {
            throw new ToolstackException($"{words[0]} cannot be run: {Errno.Text(e.Errno)}");
        }
    }

    // What a guest leaves behind is ordered so that a host that goes down stops it after this service. A unit that a stop needs must not be
    // ordered against the service that stops, nor against the shutdown: systemd would make it wait for their end.
    static string[] Apart(string? unit, bool outlives) =>
        unit is null ? []
        : !Directory.Exists("/run/systemd/system") ? ["setsid"] // setsid becomes the command itself, because it leads no process group
        : ["systemd-run", "--scope", "--quiet", "--collect", "--unit=" + unit, "--description=" + unit, .. Order(outlives), "--"];

    static string[] Order(bool outlives) =>
        outlives
            ? ["--slice=xen-guests.slice", "--property=Before=xendomains.service", "--property=After=xenstored.service xenconsoled.service"]
            : ["--slice=system.slice", "--property=DefaultDependencies=no"];
}

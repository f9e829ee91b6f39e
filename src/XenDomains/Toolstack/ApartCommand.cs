using Xen.Linux;
using Xen.Linux.Processes;

namespace XenDomains.Toolstack;

/// <summary>
/// A command that runs apart from this process: in a unit of its own under systemd, in a session of its own elsewhere, so that neither the
/// end of a service nor that of a login takes it or what it leaves behind, a guest's xl and QEMU, along.
/// </summary>
static class ApartCommand
{
    /// <param name="within">How long it may take; null: as long as it takes, which the settings allow for guests.</param>
    /// <param name="unit">The name of its unit; null: it leaves nothing behind, and stays with this process.</param>
    /// <param name="outlives">What it leaves behind belongs to a guest.</param>
    /// <param name="victim">
    /// The name of the descendant that is ended when the time is up; null: the command itself. In the middle of a save xl must not be
    /// killed: it would leave a guest that hangs for ever. When the process that writes ends, xl lets the guest go on.
    /// </param>
    /// <exception cref="ToolstackException">It cannot be started.</exception>
    internal static async Task<ChildProcess.Result> RunAsync(
        string program, IReadOnlyList<string> arguments, TimeSpan? within, string? unit = null, bool outlives = false,
            string? victim = null)
    {
        string[] words = [.. Apart(unit, outlives), program, .. arguments];
        try
        {
            return await ChildProcess.RunAsync(words[0], words[1..], within ?? Timeout.InfiniteTimeSpan, victim).ConfigureAwait(false);
        }
        catch (PosixException e)
        {
            throw new ToolstackException($"{words[0]} cannot be run: {Errno.Text(e.Errno)}");
        }
    }

    // What a guest leaves behind is ordered so that a host that goes down stops it after this service. A unit that is needed for a stop
    // must not be ordered against the service that stops, nor against the shutdown: systemd would let it wait for their end.
    static string[] Apart(string? unit, bool outlives) =>
        unit is null ? []
        : !Directory.Exists("/run/systemd/system") ? ["setsid"] // it becomes the command itself, for it leads no group of processes
        : ["systemd-run", "--scope", "--quiet", "--collect", "--unit=" + unit, "--description=" + unit, .. Order(outlives), "--"];

    static string[] Order(bool outlives) =>
        outlives
            ? ["--slice=xen-guests.slice", "--property=Before=xendomains.service", "--property=After=xenstored.service xenconsoled.service"]
            : ["--slice=system.slice", "--property=DefaultDependencies=no"];
}

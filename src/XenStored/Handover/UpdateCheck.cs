using System.Text;
using Xen.Linux;
using Xen.Linux.Processes;
using XenStored.Options;

namespace XenStored.Handover;

/// <summary>
/// Decides what the keeper becomes, in a process of its own (--check-update) that the keeper starts: the store itself may not start
/// programs. It prints the words of the new command line, each with a NUL behind it.
/// </summary>
static class UpdateCheck
{
    /// <summary>The option that asks for this.</summary>
    internal const string Option = "--check-update";

    const int GoesOn = 0, Stays = 1, TakesStream = 10;

    static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Checks, and returns the exit status of the process.</summary>
    /// <param name="arguments">The words of the command line, without the one that asks for the check.</param>
    internal static async Task<int> RunAsync(StoreOptions options, IReadOnlyList<string> arguments)
    {
        var files = new UpdateFiles(options.SocketPath);
        bool isReload = files.Plan is null;
        var plan = files.Plan ?? new(ProcessTable.ProgramPath(Environment.ProcessId), null, null);
        string help;
        try
        {
            var asked = await ChildProcess.RunAsync(plan.Program, ["--help"], Longest).ConfigureAwait(false);
            help = asked.Text + asked.Errors;
        }
        catch (PosixException e)
        {
            return Refuse(files, $"{plan.Program} cannot be started: {Errno.Text(e.Errno)}.");
        }
        if (help.Contains("--can-go-on", StringComparison.Ordinal))
            return await OfOursAsync(files, plan, arguments).ConfigureAwait(false);
        if (help.Contains("--keep-orphans", StringComparison.Ordinal) && !isReload)
        {
            files.Answer = "";
            Print([plan.Program, .. plan.Arguments ?? [.. IncumbentOptions.From(arguments)], "-U"]);
            return TakesStream;
        }
        return Refuse(files, $"{plan.Program} is no xenstored that can go on with the state of this one.");
    }

    static async Task<int> OfOursAsync(UpdateFiles files, UpdatePlan plan, IReadOnlyList<string> arguments)
    {
        string[] words = [.. plan.Arguments ?? arguments];
        var asked = await ChildProcess.RunAsync(plan.Program, [.. words, "--can-go-on"], Longest).ConfigureAwait(false);
        if (asked.Status != 0)
            return Refuse(files, asked.Errors.Trim() is { Length: > 0 } said ? said
                : asked.IsTimedOut ? $"{plan.Program} --can-go-on does not end."
                : $"{plan.Program} cannot go on with the state of this one.");
        Print([plan.Program, .. words]);
        return GoesOn;
    }

    static int Refuse(UpdateFiles files, string reason)
    {
        files.Answer = reason;
        StandardError.WriteLine($"xenstored: the version that runs stays: {reason}");
        return Stays;
    }

    static void Print(string[] words)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(string.Concat(words.Select(word => word + "\0"))));
    }
}

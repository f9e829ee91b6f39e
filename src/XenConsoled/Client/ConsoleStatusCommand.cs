using Xen.Hosting.Settings;
using Xen.Linux;
using Xen.Linux.Processes;
using XenConsoled.Attach;
using XenConsoled.Core;

namespace XenConsoled.Client;

/// <summary>`xenconsoled status`: prints the running daemon's report.</summary>
static class ConsoleStatusCommand
{
    const string HelpText = """
        Usage: xenconsoled status [--json] [--run-dir=FOLDER]

        Prints what the running xenconsoled does: for each console bytes out and in, what waits and what was dropped, how
        long it was throttled, its viewers and its log.
        """;

    /// <exception cref="UsageException">The command line is wrong.</exception>
    /// <exception cref="PosixException">No daemon answers.</exception>
    internal static int Run(IReadOnlyList<string> arguments)
    {
        string form = "text", folder = ConsoleOptions.DefaultRunFolder;
        bool wantsHelp = false;
        var words = new CommandLine(arguments, "");
        words.EachOption("xenconsoled status", name =>
        {
            switch (name)
            {
                case "-h" or "--help": wantsHelp = true; break;
                case "--json": form = "json"; break;
                case "--run-dir": folder = words.Path(name) ?? folder; break;
                default: return false;
            }
            return true;
        });
        if (wantsHelp)
        {
            Console.WriteLine(HelpText);
            return 0;
        }
        return Show(folder, form);
    }

    static int Show(string folder, string form)
    {
        using var daemon = DaemonSocket.Connect(folder);
        daemon.Send(AttachFrame.Of(AttachFrameType.Request, System.Text.Encoding.ASCII.GetBytes($"status\0{form}\0")));
        using var output = Console.OpenStandardOutput();
        while (true)
        {
            Poll.WaitEither(null, daemon.Descriptor);
            bool isOpen = daemon.Receive();
            while (daemon.TryTake(out var type, out byte[] payload))
                if (type == AttachFrameType.Text)
                    output.Write(payload);
                else if (type == AttachFrameType.End)
                    return 0;
                else
                {
                    StandardError.WriteLine("xenconsoled: " + System.Text.Encoding.UTF8.GetString(payload));
                    return 1;
                }
            if (!isOpen)
                return 1;
        }
    }
}

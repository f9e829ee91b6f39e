using Xen.Posix;
using XenConsoled.Attach;

namespace XenConsoled.Client;

/// <summary>`xenconsoled attach`: a console of a guest on this terminal.</summary>
static class AttachCommand
{
    const int ReadSize = 4096;

    /// <exception cref="Xen.Hosting.UsageException">The command line is wrong.</exception>
    /// <exception cref="PosixException">No daemon answers.</exception>
    internal static int Run(IReadOnlyList<string> arguments)
    {
        var options = AttachOptions.Parse(arguments);
        if (options.WantsHelp)
        {
            Console.WriteLine(AttachOptions.HelpText);
            return 0;
        }
        using var daemon = DaemonSocket.Connect(options.RunFolder);
        daemon.Send(Frame.Of(FrameType.Request, options.Request.Words()));
        using var terminal = new Terminal();
        using var input = new FileDescriptor(0);
        using var output = new FileDescriptor(1);
        return Look(daemon, options, terminal, input, output);
    }

    static int Look(DaemonSocket daemon, AttachOptions options, Terminal terminal, FileDescriptor input, FileDescriptor output)
    {
        var filter = options.IsRaw ? null : new EscapeFilter();
        var shown = new List<byte>();
        byte[] typed = new byte[ReadSize];
        bool hasInput = true;
        while (true)
        {
            var (inputIsReady, daemonIsReady) = Poll.WaitEither(hasInput ? input : null, daemon.Descriptor);
            if (daemonIsReady)
            {
                bool isOpen = daemon.Receive();
                while (daemon.TryTake(out var type, out byte[] payload))
                    switch (type)
                    {
                        case FrameType.Output:
                            shown.Clear();
                            if (filter is null)
                                shown.AddRange(payload);
                            else
                                filter.Add(payload, shown);
                            output.WriteAll(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(shown));
                            break;
                        case FrameType.Notice:
                            Say(payload, terminal);
                            break;
                        case FrameType.End or FrameType.Refusal:
                            Say(payload, terminal);
                            return type == FrameType.End ? 0 : 1;
                    }
                if (!isOpen)
                {
                    Say("xenconsoled ended; it can be attached to again when it is back"u8, terminal);
                    return 1;
                }
            }
            if (!inputIsReady)
                continue;
            int count = input.Read(typed);
            if (count <= 0)
            {
                hasInput = false; // without input one can still look
                continue;
            }
            // Wherever it stands in what was pasted; what is before it still goes to the guest.
            int escape = typed.AsSpan(0, count).IndexOf(options.Escape);
            var given = typed.AsSpan(0, escape < 0 ? count : escape);
            if (!given.IsEmpty && !options.IsReadOnly)
                daemon.Send(Frame.Of(FrameType.Input, given));
            if (escape >= 0)
                return 0;
        }
    }

    // On standard error, so that what is written to a file is the guest's alone.
    static void Say(ReadOnlySpan<byte> text, Terminal terminal)
    {
        if (!text.IsEmpty)
            StandardError.Write($"{terminal.LineEnd}[{System.Text.Encoding.UTF8.GetString(text)}]{terminal.LineEnd}");
    }
}

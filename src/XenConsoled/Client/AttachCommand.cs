using System.Diagnostics;
using System.Runtime.InteropServices;
using Xen.Hosting.Settings;
using Xen.Linux;
using Xen.Linux.Processes;
using XenConsoled.Attach;

namespace XenConsoled.Client;

/// <summary>`xenconsoled attach`: shows a guest's console on this terminal. It connects again when the daemon was restarted.</summary>
sealed class AttachCommand : IDisposable
{
    const int ReadSize = 4096, MostTyped = 1 << 20;
    static readonly TimeSpan DaemonsAbsence = TimeSpan.FromSeconds(30);

    readonly AttachOptions options;
    readonly Terminal terminal = new();
    readonly FileDescriptor input = new(0), output = new(1);
    readonly EscapeFilter filter = new();
    readonly List<byte> shown = [], typed = [];
    readonly byte[] buffer = new byte[ReadSize];
    DaemonSocket daemon;
    bool hasInput = true;

    AttachCommand(AttachOptions options, DaemonSocket daemon) => (this.options, this.daemon) = (options, daemon);

    /// <exception cref="UsageException">The command line is wrong.</exception>
    /// <exception cref="PosixException">No daemon answers.</exception>
    internal static int Run(IReadOnlyList<string> arguments)
    {
        var options = AttachOptions.Parse(arguments);
        if (options.WantsHelp)
        {
            Console.WriteLine(AttachOptions.HelpText);
            return 0;
        }
        var daemon = DaemonSocket.Connect(options.RunFolder);
        daemon.Send(AttachFrame.Of(AttachFrameType.Request, options.Request.Words()));
        using var command = new AttachCommand(options, daemon);
        return command.Look();
    }

    public void Dispose()
    {
        if (!options.IsRaw && terminal.IsRaw)
            output.WriteAll(filter.IsOnOtherScreen // undoes what the guest has set
                ? "\x1b[?1049l\x1b[0m\x1b[?25h\x1b[?7h\x1b[?1l\x1b>"u8
                : "\x1b[0m\x1b[?25h\x1b[?7h\x1b[?1l\x1b>"u8);
        daemon.Dispose();
        terminal.Dispose();
    }

    int Look()
    {
        while (true)
        {
            var (inputIsReady, daemonIsReady) = Poll.WaitEither(hasInput ? input : null, daemon.Descriptor, secondTakes: typed.Count > 0);
            if (daemonIsReady && Hear() is { } status)
                return status;
            if (inputIsReady && IsEscaped())
                return 0;
            daemon.SendSome(typed);
        }
    }

    // The exit status, or null to go on.
    int? Hear()
    {
        bool isOpen = daemon.Receive();
        while (daemon.TryTake(out var type, out byte[] payload))
            switch (type)
            {
                case AttachFrameType.Output:
                    Show(payload);
                    break;
                case AttachFrameType.Notice:
                    Say(System.Text.Encoding.UTF8.GetString(payload));
                    break;
                case AttachFrameType.End or AttachFrameType.Refusal:
                    Say(System.Text.Encoding.UTF8.GetString(payload));
                    return type == AttachFrameType.End ? 0 : 1;
            }
        return isOpen || Reconnects() ? null : 1;
    }

    bool Reconnects()
    {
        Say("xenconsoled ended; waiting for it to be back");
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < DaemonsAbsence; Thread.Sleep(100))
            try
            {
                var next = DaemonSocket.Connect(options.RunFolder);
                daemon.Dispose();
                daemon = next;
                typed.Clear(); // a part of a frame may have been sent already
                daemon.Send(AttachFrame.Of(AttachFrameType.Request, (options.Request with { Lines = 0 }).Words()));
                return true;
            }
            catch (PosixException)
            {
                // Not yet.
            }
        Say($"xenconsoled was not back after {DaemonsAbsence.TotalSeconds} s");
        return false;
    }

    // Looks for the escape character anywhere in the input. What stands before it still goes to the guest.
    bool IsEscaped()
    {
        int count = input.ReadAndWait(buffer);
        if (count <= 0)
        {
            hasInput = false; // output is still shown
            return false;
        }
        int escape = buffer.AsSpan(0, count).IndexOf(options.Escape);
        var given = buffer.AsSpan(0, escape < 0 ? count : escape);
        if (!given.IsEmpty && !options.IsReadOnly && typed.Count + given.Length <= MostTyped)
            typed.AddRange(AttachFrame.Of(AttachFrameType.Input, given));
        if (escape >= 0)
            daemon.SendSome(typed);
        return escape >= 0;
    }

    void Show(byte[] bytes)
    {
        shown.Clear();
        if (options.IsRaw)
            shown.AddRange(bytes);
        else
            filter.Add(bytes, shown);
        output.WriteAll(CollectionsMarshal.AsSpan(shown));
    }

    // On standard error, so that standard output holds the guest's bytes only.
    void Say(string text)
    {
        if (text.Length > 0)
            StandardError.Write($"{terminal.LineEnd}[{text}]{terminal.LineEnd}");
    }
}

using System.Runtime.InteropServices;
using Xen.Linux;
using Xen.Linux.Processes;
using Xen.Protocol.Wire;
using XenCommons.Screens;
using XenCommons.Sources;
using XenCommons.Top.Readings;
using XenCommons.Top;
using XenCommons.Top.Tables;

namespace XenCommons;

/// <summary>
/// `xencommons top` on a terminal. Keys, readings and signals come from threads of their own as changes of what is shown; one loop makes
/// these changes, one after the other, and draws.
/// </summary>
sealed class LiveTop : IDisposable
{
    const PosixSignal WindowChanged = PosixSignal.SIGWINCH;
    const int ForSequence = 100; // ms: what a key sends comes at once, but a slow line may split it

    /// <summary>The signals that end it.</summary>
    internal static readonly PosixSignal[] Ends = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP];

    readonly TopSource source;
    readonly TimeSpan pause;
    readonly bool hasColours;
    readonly ChangeQueue changes = new();
    readonly SemaphoreSlim hurry = new(0); // somebody waits for paths
    readonly KeyReader keys = new();
    readonly LiveScreen screen = new();
    readonly List<IDisposable> signals = [];
    IDisposable? stop; // hears Ctrl-Z of somebody else

    // Only the loop writes these; the readings' task reads the first.
    volatile TopState state;
    TopReading? before;
    TopLoad? load;
    HotPaths? paths;
    string trouble = "", pathTrouble = "";

    internal LiveTop(TopSource source, TopState state, TimeSpan pause, bool hasColours) =>
        (this.source, this.state, this.pause, this.hasColours) = (source, state, pause, hasColours);

    /// <summary>Shows it until somebody ends it. False: the terminal is gone.</summary>
    internal async Task<bool> RunAsync()
    {
        foreach (var end in Ends)
            signals.Add(Heard(end, () => state = state with { IsOver = true }));
        signals.Add(Heard(WindowChanged, () => { }));
        signals.Add(Heard(PosixSignal.SIGCONT, screen.Take));
        stop = Heard(PosixSignal.SIGTSTP, Suspend);
        screen.Take();
        if (screen.HasKeys)
            new Thread(ReadKeys) { IsBackground = true, Name = "keys" }.Start();
        var reading = Task.Run(ReadAsync); // it may wait for the store before it first gives way
        changes.WakeAfter(reading);
        bool isThere = true;
        while (isThere && !state.IsOver)
        {
            isThere = Draw();
            if (!isThere)
                break;
            await changes.MakeAsync().ConfigureAwait(false);
            if (reading.IsFaulted)
                break;
        }
        if (reading.IsFaulted)
            await reading.ConfigureAwait(false); // its fault is ours. Else it may wait for a store that hangs, and nobody waits for it
        return isThere;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        screen.Dispose();
        stop?.Dispose();
        signals.ForEach(signal => signal.Dispose());
    }

    bool Draw()
    {
        var size = LiveScreen.Size;
        string said = state.PathsOf is not null && pathTrouble.Length > 0 ? pathTrouble : trouble;
        return screen.Show(new TableWriter(size.Width, hasStyles: true, hasColours).Lines(TopPicture.Of(state, load, paths, said, size)));
    }

    // Whoever has stopped us gets the terminal as it was, and we take it again when we go on.
    void Suspend()
    {
        stop?.Dispose(); // else the signal would only be heard
        screen.GiveBack();
        Signals.Stop();
        screen.Take();
        stop = Heard(PosixSignal.SIGTSTP, Suspend);
    }

    void Press(TopKey key)
    {
        if (key == TopKey.Suspend)
        {
            Suspend();
            return;
        }
        int? before = state.PathsOf;
        long[] shown = load is null ? [] : [.. state.Table(load).Lines.Select(line => line.Id)];
        state = state.After(key, shown, TopPicture.Page(LiveScreen.Size.Height));
        if (state.PathsOf is null || state.PathsOf == before)
            return;
        (paths, pathTrouble) = (null, "");
        hurry.Release();
    }

    void ReadKeys()
    {
        var input = new FileDescriptor(0);
        byte[] bytes = new byte[256];
        while (true)
        {
            Poll.WaitEither(null, input);
            int count = input.ReadAndWait(bytes); // another program may have read the key from the same terminal
            if (count == -Errno.EAGAIN || count == -Errno.EINTR)
                continue;
            if (count <= 0)
            {
                changes.Add(() => state = state with { IsOver = true }); // the terminal hung up
                return;
            }
            var came = bytes.AsSpan(0, count);
            var read = keys.Read(came, KeyReader.MayGoOn(came) && Poll.IsReadable(input, ForSequence));
            changes.Add(() => read.ForEach(Press));
        }
    }

    PosixSignalRegistration Heard(PosixSignal signal, Action change) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        changes.Add(change);
    });

    // A terminal that takes nothing holds the loop up. Then nothing is read either, and no readings pile up.
    async Task ReadAsync()
    {
        for (long due = 0; !state.IsOver;)
        {
            long now = Environment.TickCount64;
            if (now >= due)
            {
                due = now + (long)pause.TotalMilliseconds;
                if (!state.IsPaused)
                    await ReadOnceAsync().ConfigureAwait(false);
            }
            if (state is { PathsOf: { } domid, IsPaused: false })
                await ReadPathsAsync(domid).ConfigureAwait(false);
            await hurry.WaitAsync((int)Math.Max(due - Environment.TickCount64, 0)).ConfigureAwait(false);
        }
    }

    async Task ReadOnceAsync()
    {
        var (now, said) = await source.ReadAsync().ConfigureAwait(false);
        await changes.MadeAsync(() =>
        {
            trouble = Printable.Of(said);
            if (now is not null) // else what was last known stays on the screen
                (load, before) = (TopLoad.Of(before, now), now);
        }).ConfigureAwait(false);
    }

    async Task ReadPathsAsync(int domid)
    {
        var (found, said) = await source.PathsAsync(domid).ConfigureAwait(false);
        await changes.MadeAsync(() => (paths, pathTrouble) = (found ?? paths, Printable.Of(said))).ConfigureAwait(false);
    }
}

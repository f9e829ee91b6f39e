using Xen.Hypervisor;
using Xen.Linux;
using XenStored.Logs;
using XenStored.Options;
using XenStored.Store;

namespace XenStored.Handover;

/// <summary>
/// The stream with which a store begins: that of another xenstored which has become this process (-U, --live), or a file that an
/// administrator names (--import). A mark in the records says that a stream was read, so that another process of the store does not read
/// it again.
/// </summary>
sealed class Arrival
{
    readonly string file;
    readonly ILogger logger;

    Arrival(string file, bool handsOver, ILogger logger) => (this.file, HandsOver, this.logger) = (file, handsOver, logger);

    static ReadOnlySpan<byte> Mark => "/imported"u8;

    static ReadOnlySpan<byte> Unfinished => "/importing"u8;

    /// <summary>The writer has become this process.</summary>
    internal bool HandsOver { get; }

    /// <summary>The listening socket of the writer; null: there is none.</summary>
    internal FileDescriptor? Listener { get; private set; }

    /// <summary>The writer has told the client that asked for the update to ask again.</summary>
    internal bool WriterOwesAnAnswer { get; private set; }

    /// <summary>The descriptors of clients that the store has taken.</summary>
    internal IReadOnlySet<int> Taken { get; private set; } = new HashSet<int>();

    /// <summary>The stream that is to be read; null: there is none.</summary>
    internal static Arrival? Of(StoreOptions options, ILogger logger)
    {
        return options.LeftStream is { } left && UpdateFiles.IsForUs(left) ? new(left, true, logger)
            : options.ImportFile is { } named ? new(named, false, logger)
            : null;
    }

    /// <summary>
    /// Whether a store that was opened is to be put away: it has a part of a stream, or the stream is newer, because its writer ran after
    /// the store's last process.
    /// </summary>
    internal static bool Replaces(Arrival? arrival, XenStore store) =>
        store.Records.Get(Unfinished) is not null || arrival is { HandsOver: true } && store.Memory.IsReopened && !arrival.IsRead(store);

    /// <summary>Reads the stream into a new store. A store with a state of its own goes on with that.</summary>
    /// <exception cref="IOException">The file cannot be read, or has more than the store may hold.</exception>
    internal void ReadInto(XenStore store, StateImport import, IEventChannels eventChannels)
    {
        if (store.Memory.IsReopened)
        {
            if (!IsRead(store))
                StoreLog.NotImported(logger, $"{file}: the store goes on with its own state");
            return;
        }
        store.Records.TrySet(Unfinished, []);
        try
        {
            using var stream = File.OpenRead(file);
            if (import.Run(stream, eventChannels) is { } damage)
                StoreLog.DamagedImport(logger, file, damage); // the writer is gone: what could be read is all that there is
        }
        catch (InvalidDataException e)
        {
            throw new IOException($"{file}: {e.Message}");
        }
        (Listener, Taken) = (import.Listener, import.Taken);
        WriterOwesAnAnswer = HandsOver && import.IsDump;
        store.Records.TrySet(Mark, Identity());
        store.Records.TryRemove(Unfinished);
    }

    /// <summary>
    /// The store has what was in the stream, and that is published. So the stream is removed, and so is the file that an earlier store of
    /// ours left when the other xenstored took over.
    /// </summary>
    internal void IsOver(UpdateFiles files)
    {
        if (!HandsOver)
            return;
        File.Delete(file);
        File.Delete(files.Left);
    }

    bool IsRead(XenStore store) => store.Records.Get(Mark) is { } mark && mark.AsSpan().SequenceEqual(Identity());

    byte[] Identity() => BitConverter.GetBytes(File.GetLastWriteTimeUtc(file).Ticks);
}

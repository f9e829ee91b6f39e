using System.Text;
using XenStored.Options;

namespace XenStored.Handover;

/// <summary>
/// Two small files beside the socket, by which the store, its keeper and the process that checks an update tell each other what to do. The
/// store writes the plan. The check writes an answer, unless the keeper becomes another program of ours at once.
/// </summary>
/// <param name="socketPath">The path of the listening socket.</param>
sealed class UpdateFiles(string socketPath)
{
    const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly string plan = socketPath + ".update", answer = socketPath + ".update-answer";

    // Nobody else gives a file this time.
    static readonly DateTime Ours = DateTime.UnixEpoch.AddSeconds(22);

    /// <summary>The stream for a program that takes one. That program deletes it when it has read it.</summary>
    internal static string StreamIn(string runFolder) => Path.Combine(runFolder, "state_dump");

    /// <summary>Marks a stream as one of ours, for another program. No store of ours begins with it.</summary>
    internal static void Mark(string stream) => File.SetLastWriteTimeUtc(stream, Ours);

    /// <summary>Whether there is a stream that another program has left for us.</summary>
    internal static bool IsForUs(string stream) => File.Exists(stream) && File.GetLastWriteTimeUtc(stream) != Ours;

    /// <summary>
    /// If a stream of ours is still there, nobody has read it: the store was not taken over, and its file is as true as before.
    /// </summary>
    internal void TakeBack(string runFolder)
    {
        string stream = StreamIn(runFolder);
        if (!File.Exists(stream) || IsForUs(stream))
            return;
        if (File.Exists(Left))
            File.Move(Left, socketPath + StoreOptions.StateSuffix, overwrite: true);
        File.Delete(stream);
    }

    /// <summary>
    /// The store's file once another xenstored has the store. It is not true any more then. While it is there, nobody begins anew: a store
    /// that is empty, or as it was then, is worse for guests than none.
    /// </summary>
    internal string Left => socketPath + ".store.left";

    /// <summary>What an administrator wants; null: no more than the version that is installed now.</summary>
    internal UpdatePlan? Plan
    {
        get => File.Exists(plan) ? UpdatePlan.Read(File.ReadAllBytes(plan)) : null;
        set => Write(plan, value?.Bytes());
    }

    /// <summary>Why the store that runs has to stay; empty: it has to leave. Null: nobody has said.</summary>
    internal string? Answer
    {
        get => File.Exists(answer) ? File.ReadAllText(answer) : null;
        set => Write(answer, value is null ? null : Encoding.UTF8.GetBytes(value));
    }

    static void Write(string path, byte[]? bytes)
    {
        File.Delete(path);
        if (bytes is null)
            return;
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnersOnly,
        });
        file.Write(bytes);
    }
}

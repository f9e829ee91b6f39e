using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Xen.Hosting;
using Xen.Linux.Files;
using XenDomains.Facts;
using XenDomains.Toolstack;

namespace XenDomains.Answers;

/// <summary>
/// The file of kept answers: a line with the digest of the rest, and the rest, which is JSON. Only a file that this user alone may write,
/// in such a folder, is believed. Any other, or a damaged one, counts as none: then the configurations are read again.
/// </summary>
static class AnswersFile
{
    const string FileName = "configurations", LockName = "lock";
    const int Version = 1; // of the form. It grows with each change of what is written
    const int MostBytes = 8 << 20, MostKept = 4096;
    const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    static readonly Lock Gate = new(); // the lock of a file is that of a whole process

    /// <summary>The answers in a folder's file, by the paths of configurations; none unless all have this basis.</summary>
    internal static IReadOnlyDictionary<string, KeptAnswer> Read(string folder, string basis)
    {
        try
        {
            return IsTrusted(folder) && Content(Path.Combine(folder, FileName)) is { } content ? Parse(content, basis)
                : new Dictionary<string, KeptAnswer>();
        }
        catch (Exception e) when (FileFault.Is(e) || JsonFault.Is(e))
        {
            return new Dictionary<string, KeptAnswer>(); // a disk that fails, or a file that another program wrote
        }
    }

    /// <summary>
    /// Replaces the file. If another process does so at this moment, nothing is done: that costs the next run its time, and no more.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written, or would not be believed. An older one stays.</exception>
    internal static void Write(string folder, string basis, IEnumerable<KeptAnswer> answers)
    {
        Folder.Make(folder, Folder.Private);
        if (!IsTrusted(folder))
            throw new IOException($"{folder} belongs to another user, or others may write to it");
        string content = JsonText.Of(json => Write(json, basis, answers.Take(MostKept)));
        string whole = Digest(Encoding.UTF8.GetBytes(content)) + "\n" + content;
        if (Encoding.UTF8.GetByteCount(whole) > MostBytes)
            throw new IOException($"it would take more than {MostBytes >> 20} MiB in {folder}");
        lock (Gate)
        {
            using var held = PidFile.TryTake(Path.Combine(folder, LockName));
            if (held is not null)
                AtomicFile.Write(Path.Combine(folder, FileName), whole, mode: Mode);
        }
    }

    static bool IsTrusted(string folder) => FileStamp.Of(folder) is { IsFolder: true, IsOurs: true };

    // What follows the digest; null: it is not what was written.
    static ReadOnlyMemory<byte>? Content(string path)
    {
        if (FileStamp.Of(path) is not { IsRegular: true, IsOurs: true, Length: <= MostBytes })
            return null;
        ReadOnlyMemory<byte> bytes = File.ReadAllBytes(path);
        int end = bytes.Span.IndexOf((byte)'\n');
        return end >= 0 && Encoding.ASCII.GetString(bytes.Span[..end]) == Digest(bytes.Span[(end + 1)..]) ? bytes[(end + 1)..] : null;
    }

    static string Digest(ReadOnlySpan<byte> bytes) => XxHash128.HashToUInt128(bytes).ToString("x32", CultureInfo.InvariantCulture);

    static void Write(Utf8JsonWriter json, string basis, IEnumerable<KeptAnswer> answers)
    {
        json.WriteNumber("version", Version);
        json.WriteString("basis", basis);
        json.WriteStartArray("answers");
        foreach (var (file, text, setup) in answers)
        {
            json.WriteStartObject();
            json.WriteString("file", file);
            json.WriteString("text", text);
            json.WriteString("name", setup.Name);
            json.WriteNumber("memory", setup.Memory);
            WritePairs(json, "disks", setup.Disks.Select(disk => (disk.Target, RightsOf(disk))));
            json.WriteStrings("bridges", setup.Bridges);
            json.WriteStrings("backends", setup.Backends);
            WritePairs(json, "files", setup.Files);
            json.WriteBoolean("pci", setup.HasPci);
            json.WriteBoolean("pygrub", setup.TrustsPygrub);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static Dictionary<string, KeptAnswer> Parse(ReadOnlyMemory<byte> content, string basis)
    {
        using var document = JsonDocument.Parse(content);
        var root = document.RootElement;
        return root.GetProperty("version").GetInt32() != Version || root.GetProperty("basis").GetString() != basis ? []
            : root.GetProperty("answers").EnumerateArray()
                .Select(one => new KeptAnswer(TextOf(one.GetProperty("file")), TextOf(one.GetProperty("text")), SetupOf(one)))
                .ToDictionary(answer => answer.File, StringComparer.Ordinal);
    }

    static GuestSetup SetupOf(JsonElement one) => new(
        TextOf(one.GetProperty("name")),
        one.GetProperty("memory").GetInt64(),
        [.. Pairs(one, "disks").Select(disk =>
            new GuestDisk(disk.First, disk.Second.StartsWith('w'), disk.Second.EndsWith('0')))],
        Strings(one, "bridges"))
    {
        Backends = Strings(one, "backends"),
        Files = [.. Pairs(one, "files")],
        HasPci = one.GetProperty("pci").GetBoolean(),
        TrustsPygrub = one.GetProperty("pygrub").GetBoolean(),
    };

    static string RightsOf(GuestDisk disk) => (disk.IsWritable ? "w" : "r") + (disk.IsOfDom0 ? "0" : "");

    static void WritePairs(Utf8JsonWriter json, string name, IEnumerable<(string First, string Second)> pairs) =>
        json.WriteStrings(name, pairs.SelectMany(pair => (string[])[pair.First, pair.Second]));

    static IEnumerable<(string First, string Second)> Pairs(JsonElement one, string name) =>
        Strings(one, name).Chunk(2).Select(pair =>
            pair is [var first, var second] ? (first, second) : throw new FormatException($"{name} has half a pair"));

    static string[] Strings(JsonElement one, string name) =>
        [.. one.GetProperty(name).EnumerateArray().Select(TextOf)];

    static string TextOf(JsonElement value) => value.GetString() ?? throw new FormatException("null is no text");
}

using System.Collections.Concurrent;
using Xen.Linux.Files;
using Xen.Protocol.Wire;
using XenDomains.Toolstack;

namespace XenDomains.Answers;

/// <summary>
/// What xl said of configurations in earlier runs. An answer counts for the same text of the same file as long as xl and what it depends
/// on are the same (<see cref="AnswerBasis"/>). Nothing is ever started from one: xl reads the configuration itself when it creates a
/// guest.
/// </summary>
sealed class KeptAnswers
{
    readonly string folder;
    readonly Func<AnswerBasis> look;
    readonly DateTime began;
    readonly AnswerBasis basis;
    readonly IReadOnlyDictionary<string, KeptAnswer> known;
    readonly ConcurrentDictionary<string, KeptAnswer?> asked = new(StringComparer.Ordinal); // null: there is nothing to keep

    KeptAnswers(string folder, Func<AnswerBasis> look, DateTime began)
    {
        (this.folder, this.look, this.began) = (folder, look, began);
        basis = look();
        known = AnswersFile.Read(folder, basis.Digest);
    }

    /// <summary>Why what was new could not be written. That costs the next look its time, and nothing else.</summary>
    internal string? WhyNotWritten { get; private set; }

    /// <summary>The answers that are kept in a folder, for one look at the configurations.</summary>
    /// <param name="look">Finds out what answers depend on.</param>
    /// <param name="now">The time. No file that was changed since, or just before, has its answer kept.</param>
    internal static KeptAnswers Open(string folder, Func<AnswerBasis> look, DateTime now) => new(folder, look, now);

    /// <summary>The answer about a configuration with this text; null: xl has to be asked.</summary>
    internal GuestSetup? Of(string file, ReadOnlySpan<byte> text)
    {
        var answer = known.TryGetValue(file, out var kept) && kept.Text == KeptAnswer.Digest(text) ? kept : null;
        asked[file] = answer;
        return answer?.Setup;
    }

    /// <summary>Takes a new answer, if it is certain that xl read this text.</summary>
    /// <param name="text">The bytes that were read after the stamp was taken, and before xl was asked.</param>
    internal void Add(string file, byte[] text, FileStamp? stamp, GuestSetup setup)
    {
        if (stamp is { } before && before.WasAlone(began) && FileStamp.Of(file) == before
            && FileFault.Otherwise(() => File.ReadAllBytes(file), []).AsSpan().SequenceEqual(text)
            && KeptAnswer.CanBeKept(ByteText.Encoding.GetString(text), setup))
            asked[file] = new(file, KeptAnswer.Digest(text), setup);
    }

    /// <summary>
    /// Writes what is new. Answers about files that are gone leave; those about files that this look did not ask for stay.
    /// </summary>
    internal void Close()
    {
        var kept = asked.Values.OfType<KeptAnswer>()
            .Concat(known.Values.Where(answer => !asked.ContainsKey(answer.File) && File.Exists(answer.File)))
            .OrderBy(answer => answer.File, StringComparer.Ordinal).ToList();
        bool isSame = kept.Count == known.Count && kept.All(answer => known.GetValueOrDefault(answer.File) == answer);
        // An xl that was replaced meanwhile may have given some of the answers.
        if (isSame || !FileStamp.WasAlone(basis.Changed, began) || look() != basis)
            return;
        WhyNotWritten = FileFault.Of(() => AnswersFile.Write(folder, basis.Digest, kept));
    }
}

using System.Globalization;

namespace Xen.Hosting.Settings;

/// <summary>
/// A command line, read as getopt_long reads it: <c>-Nf</c> is -N -f, <c>-E5</c> is -E 5, <c>--quota=a=1</c> is --quota a=1.
/// </summary>
/// <param name="shortWithValue">The letters of short options that take a value.</param>
public sealed class CommandLine(IReadOnlyList<string> arguments, string shortWithValue)
{
    readonly LinkedList<string> left = new(arguments);

    /// <summary>A value that was written in one word with its option and not yet taken.</summary>
    public string? Attached { get; private set; }

    /// <summary>The next word, untaken.</summary>
    public string? Peek => left.First?.Value;

    /// <summary>The next option, or an argument that is none.</summary>
    bool TryNext(out string name)
    {
        name = left.First?.Value ?? "";
        if (left.First is null)
            return false;
        left.RemoveFirst();
        int equals = name.IndexOf('=', StringComparison.Ordinal);
        if (name.StartsWith("--", StringComparison.Ordinal) && equals > 0)
            (name, Attached) = (name[..equals], name[(equals + 1)..]);
        else if (name.Length > 2 && name[0] == '-' && name[1] != '-')
        {
            if (shortWithValue.Contains(name[1], StringComparison.Ordinal))
                Attached = name[2..];
            else
                left.AddFirst("-" + name[2..]);
            name = name[..2];
        }
        return true;
    }

    /// <summary>Hands each option, or argument that is none, to who knows them.</summary>
    /// <exception cref="UsageException">An option that takes no value was given one.</exception>
    public void Each(Action<string> take)
    {
        while (TryNext(out string name))
        {
            take(name);
            if (Attached is not null)
                throw new UsageException($"{name} takes no value");
        }
    }

    /// <summary>The value that an option must have.</summary>
    /// <exception cref="UsageException">It has none.</exception>
    public string Value(string name) => TakeValue() ?? throw new UsageException($"{name} needs a value");

    /// <summary>
    /// The value of an option for which an empty one says nothing: it comes from a variable that is empty or not set. Null then, and it
    /// is as if the option were not there.
    /// </summary>
    /// <exception cref="UsageException">It has none.</exception>
    public string? Given(string name) => Value(name) is { Length: > 0 } value ? value : null;

    /// <summary>
    /// The same for a file or folder, from the root on: a daemon in the background works in another folder than its command did.
    /// </summary>
    /// <exception cref="UsageException">It has none.</exception>
    public string? Path(string name) => Given(name) is { } path ? System.IO.Path.GetFullPath(path) : null;

    /// <summary>The number that an option must have.</summary>
    /// <exception cref="UsageException">It has none, or another.</exception>
    public int Number(string name, int least = 0, int most = int.MaxValue) => Number(name, Value(name), least, most);

    /// <summary>A number within what an option says.</summary>
    /// <exception cref="UsageException">It is none, or another.</exception>
    public static int Number(string name, string text, int least = 0, int most = int.MaxValue) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw new UsageException($"{name} {text}: a number from {least} to {most} is needed");

    /// <summary>The value of the option at hand; null if the line is over.</summary>
    public string? TakeValue()
    {
        string? value = Attached ?? left.First?.Value;
        if (Attached is null && left.First is not null)
            left.RemoveFirst();
        Attached = null;
        return value;
    }
}

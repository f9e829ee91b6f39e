using System.Globalization;

namespace Xen.Hosting.Settings;

/// <summary>
/// Reads a command line as getopt_long does: <c>-Nf</c> is -N -f, <c>-E5</c> is -E 5, <c>--quota=a=1</c> is --quota a=1. Options may stand
/// behind other arguments; behind <c>--</c> there are only arguments, whatever they begin with.
/// </summary>
/// <param name="shortWithValue">The letters of short options that take a value.</param>
public sealed class CommandLine(IReadOnlyList<string> arguments, string shortWithValue)
{
    readonly LinkedList<string> left = new(arguments);
    bool isPastOptions;

    /// <summary>A value that stood in one word with its option and has not been taken yet; null if there is none.</summary>
    public string? Attached { get; private set; }

    /// <summary>The next word, which stays on the line; null at the end.</summary>
    public string? Peek => left.First?.Value;

    // Takes the next option, as its name, or argument. False: the line is at its end.
    bool TryNext(out string name, out bool isOption)
    {
        name = left.First?.Value ?? "";
        isOption = !isPastOptions && name.Length > 1 && name[0] == '-';
        if (left.First is null)
            return false;
        left.RemoveFirst();
        if (isOption && name == "--")
        {
            isPastOptions = true;
            return TryNext(out name, out isOption);
        }
        if (!isOption)
            return true;
        int equals = name.IndexOf('=', StringComparison.Ordinal);
        if (name.StartsWith("--", StringComparison.Ordinal) && equals > 0)
            (name, Attached) = (name[..equals], name[(equals + 1)..]);
        else if (name.Length > 2 && name[1] != '-')
        {
            if (name[2] == '-' && !shortWithValue.Contains(name[1], StringComparison.Ordinal))
                throw new UsageException($"{name} is no option");
            if (shortWithValue.Contains(name[1], StringComparison.Ordinal))
                Attached = name[2..];
            else
                left.AddFirst("-" + name[2..]);
            name = name[..2];
        }
        return true;
    }

    /// <summary>Passes each option, and each argument that is none, to a function of its own.</summary>
    /// <param name="option">It takes the option's value by the methods below.</param>
    /// <exception cref="UsageException">An option that takes no value was given one.</exception>
    public void Each(Action<string> option, Action<string> argument)
    {
        while (TryNext(out string name, out bool isOption))
        {
            (isOption ? option : argument)(name);
            if (Attached is not null)
                throw new UsageException($"{name} takes no value");
        }
    }

    /// <summary>The same for a command that has options only, and none but those which the function takes.</summary>
    /// <param name="command">Its name, for an error.</param>
    /// <param name="takes">False: there is no such option.</param>
    /// <exception cref="UsageException">There is another word, or an option that takes no value was given one.</exception>
    public void EachOption(string command, Predicate<string> takes)
    {
        Each(name =>
        {
            if (!takes(name))
                Refuse(name);
        }, Refuse);
        void Refuse(string word) => throw new UsageException($"unexpected {word}; {command} --help lists its options");
    }

    /// <summary>Takes the value that an option must have.</summary>
    /// <exception cref="UsageException">It has none.</exception>
    public string Value(string name) => TakeValue() ?? throw new UsageException($"{name} needs a value");

    /// <summary>
    /// Takes the value of an option; null if the value is empty. An empty value comes from a variable that is empty or not set, and counts
    /// as if the option were missing.
    /// </summary>
    /// <exception cref="UsageException">It has none.</exception>
    public string? Given(string name) => Value(name) is { Length: > 0 } value ? value : null;

    /// <summary>
    /// Takes a file or folder as <see cref="Given"/> does, and makes it an absolute path. A daemon in the background works in another
    /// folder than its command.
    /// </summary>
    /// <exception cref="UsageException">It has none.</exception>
    public string? Path(string name) => Given(name) is { } path ? System.IO.Path.GetFullPath(path) : null;

    /// <summary>Takes the number that an option must have.</summary>
    /// <exception cref="UsageException">The value is missing, not a number or out of range.</exception>
    public int Number(string name, int least = 0, int most = int.MaxValue) => Number(name, Value(name), least, most);

    /// <summary>Reads a number in a part of an option's value.</summary>
    /// <exception cref="UsageException">The text is not a number or is out of range.</exception>
    public static int Number(string name, string text, int least = 0, int most = int.MaxValue) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw new UsageException($"{name} {text}: a number from {least} to {most} is needed");

    /// <summary>Takes the value of the option that was passed last; null if the line is at its end.</summary>
    public string? TakeValue()
    {
        string? value = Attached ?? left.First?.Value;
        if (Attached is null && left.First is not null)
            left.RemoveFirst();
        Attached = null;
        return value;
    }
}

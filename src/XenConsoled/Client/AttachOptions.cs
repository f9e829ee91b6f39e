using Xen.Hosting.Settings;
using XenConsoled.Attach;
using XenConsoled.Core;

namespace XenConsoled.Client;

/// <summary>The command line of `xenconsoled attach`.</summary>
sealed class AttachOptions
{
    const string ShortWithValue = "nte";
    const byte DefaultEscape = 0x1D; // Ctrl-]

    internal bool WantsHelp { get; private set; }
    internal bool IsReadOnly { get; private set; }
    internal int Lines { get; private set; } = 10;
    internal bool Follows { get; private set; }
    internal bool IsRaw { get; private set; }
    internal byte Escape { get; private set; } = DefaultEscape;
    internal ConsoleKind Kind { get; private set; }
    internal string? Target { get; private set; }
    internal bool IsName { get; private set; }
    internal string RunFolder { get; private set; } = ConsoleOptions.DefaultRunFolder;

    internal const string HelpText = """
        Usage: xenconsoled attach [options] NAME|DOMID

        Shows a guest's console here, and gives the guest what you type. Several viewers may be attached at the same time,
        and `xl console` as well. Ctrl-] ends it, anywhere in the input. A number is a domid.

          -r, --read-only            show the console, and send no input
          -n, --lines=N              show the last N lines of earlier output first (10)
          -f, --follow               wait for the guest if it does not run, and for the next guest of this name when it ends:
                                     follows a guest over reboots
              --by-name              the guest is called so, even if that is a number
          -t, --type=pv|vuart        which of its consoles (pv)
          -e, --escape=^X|C          character that ends it instead of Ctrl-]
              --raw                  pass everything that the guest writes to this terminal; without this option, only
                                     sequences that move the cursor, set colours or clear the screen pass
              --run-dir=FOLDER       of the daemon (default /run/xenconsoled)
          -h, --help                 print this and end

        Exit status: 0 ended by the escape character or with the guest; 1 not possible; 22 wrong usage.
        """;

    internal AttachRequest Request => new(Target!, IsName, Kind, IsReadOnly, Lines, Follows);

    /// <exception cref="UsageException">An option is unknown or has a wrong value, or there is no target.</exception>
    internal static AttachOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new AttachOptions();
        var words = new CommandLine(arguments, ShortWithValue);
        words.Each(name => options.Take(name, words), options.TakeTarget);
        return options.Target is null && !options.WantsHelp
            ? throw new UsageException("attach: a domain's name or domid is needed")
            : options;
    }

    void Take(string name, CommandLine words)
    {
        switch (name)
        {
            case "-h" or "--help": WantsHelp = true; break;
            case "-r" or "--read-only": IsReadOnly = true; break;
            case "-f" or "--follow": Follows = true; break;
            case "--raw": IsRaw = true; break;
            case "-n" or "--lines": Lines = words.Number(name); break;
            case "-t" or "--type":
                Kind = words.Value(name) switch
                {
                    "pv" => ConsoleKind.Pv,
                    "vuart" => ConsoleKind.Vuart,
                    var type => throw new UsageException($"{name}={type}: pv or vuart is needed"),
                };
                break;
            case "-e" or "--escape": Escape = Character(name, words.Value(name)); break;
            case "--run-dir": RunFolder = words.Path(name) ?? RunFolder; break;
            case "--by-name": IsName = true; break;
            default: throw new UsageException($"unknown option {name}; xenconsoled attach --help lists them");
        }
    }

    void TakeTarget(string word) =>
        Target = Target is null ? word : throw new UsageException($"unexpected argument {word}: one domain is needed");

    // As in xl: a character, or ^ and a letter for the control character.
    static byte Character(string name, string text) => text switch
    {
        [var one] when char.IsAscii(one) => (byte)one,
        ['^', var letter] when char.IsAscii(letter) => (byte)(letter & 0x1F),
        _ => throw new UsageException($"{name}={text}: one character, or ^ and a letter, is needed"),
    };
}

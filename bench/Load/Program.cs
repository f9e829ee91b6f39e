using System.Globalization;
using Load;
using Load.Consoles;
using Load.Scenarios;

// load SCENARIO --socket PATH --pid N --shim DIR [--scale X]     plays a scenario against a running server
// load start --socket PATH -- COMMAND...                         starts a server and measures that
// load console-SCENARIO --dir DIR --pid N [--scale X]            plays a scenario against a running console daemon
// load report FILE                                               makes the table out of all lines collected
// load growth-WHAT-COUNT --socket PATH --pid N --shim DIR        plays one of the scenarios of growth
// load growth-report FILE, load picture FILE                     the tables and the picture (SVG) of what they found
// load scenarios, load consoles, load growth                     the scenarios' names
try
{
    string command = args.Length > 0 ? args[0] : "";
    if (Words.NamesOf(command) is { } names)
        Console.WriteLine(string.Join('\n', names));
    else if (Words.ReportOf(command) is { } print && args.Length == 2)
        print(args[1]);
    else if (command == "start")
        Start.Run(Option("--socket"), args[(Array.IndexOf(args, "--") + 1)..], new Output(command));
    else if (Plays.OfStores.TryGetValue(command, out var scenario))
        scenario(new Server(Option("--socket"), Pid(), Option("--shim", ""), Scale()), new Output(command));
    else if (Growth.Names.Contains(command))
        Growth.Run(command, new Server(Option("--socket"), Pid(), Option("--shim"), Scale()), new Output(command));
    else if (Plays.OfConsoles.TryGetValue(command, out var console))
        console(new Stage(Option("--dir"), Pid(), Scale()), new Output(command));
    else
        throw new ArgumentException($"no such scenario: \"{command}\"");
    return 0;
}
catch (Exception e) when (e is IOException or TimeoutException or ArgumentException or InvalidOperationException)
{
    Console.Error.WriteLine($"load: {e.Message}");
    return 1;
}

int Pid() => int.Parse(Option("--pid"), CultureInfo.InvariantCulture);

double Scale() => double.Parse(Option("--scale", "1"), CultureInfo.InvariantCulture);

string Option(string name, string? otherwise = null)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1]
        : otherwise ?? throw new ArgumentException($"{name} is missing");
}

using System.Globalization;

namespace XenStored.Fuzz;

/// <summary>What the command line asks for.</summary>
sealed class FuzzOptions
{
    internal const string Usage =
        "usage: XenStored.Fuzz [--executions=N] [--seed=N] [--corpus=FOLDER] [--found=FOLDER] [--keep] [TARGET...|TARGET:FILE...]";

    /// <summary>How many inputs each target gets; null: as many as in `make test`.</summary>
    internal long? Executions { get; private set; }

    /// <summary>Another one each time, unless it is given.</summary>
    internal long Seed { get; private set; } = Random.Shared.Next();

    /// <summary>The folder with a folder for each target.</summary>
    internal string Corpus { get; private set; } = "tests/Fuzz/corpus";

    /// <summary>The folder for inputs that show a fault.</summary>
    internal string Found { get; private set; } = "out/fuzz/found";

    /// <summary>The corpus gets what is needed to take all branches, and loses the rest.</summary>
    internal bool Keeps { get; private set; }

    /// <summary>The targets, each with the only file that it is to run, if one is named.</summary>
    internal List<(Target Target, string? File)> Wanted { get; } = [];

    /// <summary>Reads a command line; null: it cannot be understood.</summary>
    internal static FuzzOptions? Parse(string[] arguments)
    {
        var options = new FuzzOptions();
        if (!Array.TrueForAll(arguments, options.Take))
            return null;
        if (options.Wanted.Count == 0)
            options.Wanted.AddRange(Target.All.Select(target => (target, (string?)null)));
        return options;
    }

    /// <summary>The folder with a target's corpus.</summary>
    internal string FolderOf(Target target) => Path.Combine(Corpus, target.Name);

    /// <summary>Why this cannot be done, as a sentence; null: it can.</summary>
    internal string? Fault()
    {
        if (Keeps && Wanted.Exists(one => one.File is not null))
            return "--keep looks at the whole corpus of a target, and would delete all but the file: leave out --keep, or the file.";
        if (Keeps && !Coverage.IsCounted)
            return "--keep has to know which branches an input takes, and they are not counted here: use make fuzz FUZZ_KEEP=1.";
        return Wanted.Select(one => FaultOf(one.Target, one.File)).FirstOrDefault(fault => fault is not null);
    }

    string? FaultOf(Target target, string? file)
    {
        string folder = FolderOf(target);
        if (file is not null && !File.Exists(file))
            return $"There is no file {file}.";
        if (file is null && !Directory.Exists(folder))
            return $"There is no folder {folder}: name that of the corpora by --corpus, or make an empty one if the target is new.";
        var files = (file is null ? CorpusFolder.Files(folder) : [file]).Select(one => new FileInfo(one));
        return files.FirstOrDefault(one => one.Length > Mutator.Longest) is { } longer
            ? $"{longer} has {longer.Length} bytes, and no input has more than {Mutator.Longest}: make it shorter."
            : null;
    }

    bool Take(string argument)
    {
        string[] halves = argument.Split(['=', ':'], 2);
        string value = halves.ElementAtOrDefault(1) ?? "";
        bool isNumber = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number);
        switch (halves[0])
        {
            case "--executions": Executions = number; return isNumber;
            case "--seed": Seed = number; return isNumber;
            case "--corpus": Corpus = value; return true;
            case "--found": Found = value; return true;
            case "--keep": return Keeps = true;
        }
        if (Array.Find(Target.All, one => one.Name == halves[0]) is not { } target)
            return false;
        Wanted.Add((target, halves.ElementAtOrDefault(1)));
        return true;
    }
}

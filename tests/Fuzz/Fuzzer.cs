using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace XenStored.Fuzz;

/// <summary>
/// Runs a target over its corpus, and then over inputs that a seed makes from the corpus. If branches are counted, an input that takes a
/// new one joins the corpus.
/// </summary>
sealed class Fuzzer : IDisposable
{
    const int MostSeconds = 60;

    readonly Target target;
    readonly long seed;
    readonly string found;
    readonly Coverage coverage = new();
    readonly Mutator mutator;
    readonly Timer watch;
    readonly LastInput last;
    ITarget? running;
    string which = "its beginning";
    long watched = -1;

    /// <param name="corpus">Its first inputs.</param>
    /// <param name="found">The folder for an input that shows a fault.</param>
    internal Fuzzer(Target target, long seed, IEnumerable<byte[]> corpus, string found)
    {
        (this.target, this.seed, this.found) = (target, seed, found);
        Corpus = [.. corpus];
        mutator = new(Corpus);
        last = new(Path.Combine(found, $"running-{target.Name}"));
        watch = new(_ => EndIfItHangs(), null, MostSeconds * 1000, MostSeconds * 1000);
    }

    /// <summary>The inputs from which others are made.</summary>
    internal List<byte[]> Corpus { get; }

    /// <summary>Runs so many inputs. False: one of them has shown a fault.</summary>
    internal bool Run(long executions)
    {
        var (clock, cpu, files) = (Stopwatch.StartNew(), Cpu, Corpus.Count);
        if (!IsMade())
            return false;
        for (int i = 0; i < files; i++)
            if (!Passes(Corpus[i], $"file {i + 1} of its corpus", out _))
                return false;
        for (long execution = 0; execution < executions; execution++)
        {
            var input = mutator.Make(new(seed, execution));
            if (!Passes(input, $"execution {execution} of seed {seed}", out bool isNew))
                return false;
            if (isNew)
                Corpus.Add(input.ToArray());
        }
        double seconds = (Cpu - cpu).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{target.Name}: {files:N0} files and {executions:N0} executions of seed {seed} in {seconds:F1} s of CPU "
            + $"({clock.Elapsed.TotalSeconds:F0} s), {(files + executions) / Math.Max(seconds, 0.001):N0} a second"
            + $"{(Coverage.IsCounted ? $", {coverage.Branches} branches" : "")}"));
        return true;
    }

    /// <summary>
    /// The inputs of the corpus that are needed to take each branch that all of them take, the shortest ones. Null: one of them has shown
    /// a fault.
    /// </summary>
    internal List<byte[]>? Smallest()
    {
        var (all, needed) = (new Coverage(), new List<byte[]>());
        foreach (byte[] input in Corpus.OrderBy(input => input.Length))
        {
            if (!Passes(input, "an input that it has passed before", out _))
                return null;
            if (all.SeesNew(byCount: false))
                needed.Add(input);
        }
        return needed;
    }

    static TimeSpan Cpu => Process.GetCurrentProcess().TotalProcessorTime;

    // What a target does before its first input may show a fault, too.
    bool IsMade()
    {
        try
        {
            running = target.Make();
            return true;
        }
        catch (Exception e) // whatever it is, it is what the fuzzer looks for
        {
            Console.Error.WriteLine($"{target.Name}: {which} shows a fault: {e}");
            return false;
        }
    }

    bool Passes(ReadOnlySpan<byte> input, string name, out bool isNew)
    {
        (which, isNew) = (name, false);
        last.Keep(input);
        if (Coverage.IsCounted)
            Coverage.Begin();
        try
        {
            running!.Run(input);
            isNew = Coverage.IsCounted && coverage.SeesNew(byCount: true);
            return true;
        }
        catch (Exception e) // whatever it is, it is what the fuzzer looks for
        {
            Tell(input.ToArray(), e);
            return false;
        }
    }

    void Tell(byte[] input, Exception fault)
    {
        Console.Error.WriteLine($"{target.Name}: {which} shows a fault: {fault}");
        Console.Error.WriteLine($"{target.Name}: the input is {Written(input)}");
        bool Shows(byte[] other)
        {
            last.Keep(other);
            using var fresh = target.Make();
            try
            {
                fresh.Run(other);
                return false;
            }
            catch (Exception e) // the same kind of fault counts, wherever it comes from
            {
                return e.GetType() == fault.GetType();
            }
        }
        which = "an input like that which shows the fault";
        if (!Shows(input))
        {
            Console.Error.WriteLine($"{target.Name}: alone it does not: what ran before it has a part in it. Run that seed again");
            return;
        }
        input = new Minimizer(Shows).Minimize(input);
        Console.Error.WriteLine($"{target.Name}: the smallest input is {Written(input)}: {Convert.ToHexString(input)}");
    }

    string Written(byte[] input)
    {
        Directory.CreateDirectory(found);
        string path = Path.Combine(found, $"{target.Name}-{Convert.ToHexStringLower(SHA256.HashData(input))[..8]}");
        File.WriteAllBytes(path, input);
        return path;
    }

    // Each input counts: those of the corpus, those that a seed makes, and those that are tried when a find is made smaller.
    void EndIfItHangs()
    {
        if (watched == last.Count)
        {
            Console.Error.WriteLine($"{target.Name}: {which} has not ended within {MostSeconds} s."
                + (watched > 0 ? $" The input is in {last.Path}, behind its length" : ""));
            Environment.Exit(1);
        }
        watched = last.Count;
    }

    public void Dispose()
    {
        watch.Dispose();
        last.Dispose();
        running?.Dispose();
    }
}

using System.Diagnostics;
using System.Globalization;

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
    readonly ITarget running;
    long execution = -1, watched = -2;

    /// <param name="corpus">Its first inputs.</param>
    /// <param name="found">The folder for an input that shows a fault.</param>
    internal Fuzzer(Target target, long seed, IEnumerable<byte[]> corpus, string found)
    {
        (this.target, this.seed, this.found) = (target, seed, found);
        Corpus = [.. corpus.Where(input => input.Length <= Mutator.Longest)];
        mutator = new(Corpus);
        running = target.Make();
        last = new(Path.Combine(found, $"running-{target.Name}"));
        watch = new(_ => EndIfItHangs(), null, MostSeconds * 1000, MostSeconds * 1000);
    }

    /// <summary>The inputs from which others are made.</summary>
    internal List<byte[]> Corpus { get; }

    /// <summary>Runs so many inputs. False: one of them has shown a fault.</summary>
    internal bool Run(long executions)
    {
        var (clock, cpu) = (Stopwatch.StartNew(), Cpu);
        for (int i = 0; i < Corpus.Count; i++)
            if (!Passes(Corpus[i], $"file {i + 1} of its corpus"))
                return false;
        for (execution = 0; execution < executions; execution++)
        {
            var input = mutator.Make(new(seed, execution));
            if (!Passes(input, $"execution {execution} of seed {seed}"))
                return false;
            if (Coverage.IsCounted && coverage.SeesNew(byCount: true))
                Corpus.Add(input.ToArray());
        }
        double seconds = (Cpu - cpu).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{target.Name}: {executions:N0} executions of seed {seed} in {seconds:F1} s of CPU ({clock.Elapsed.TotalSeconds:F0} s), "
            + $"{executions / Math.Max(seconds, 0.001):N0} a second{(Coverage.IsCounted ? $", {coverage.Branches} branches" : "")}"));
        return true;
    }

    /// <summary>The inputs of the corpus that are needed to take each branch that all of them take, the shortest ones.</summary>
    internal List<byte[]> Smallest()
    {
        var all = new Coverage();
        return [.. Corpus.OrderBy(input => input.Length).Where(input =>
        {
            Coverage.Begin();
            running.Run(input);
            return all.SeesNew(byCount: false);
        })];
    }

    static TimeSpan Cpu => Process.GetCurrentProcess().TotalProcessorTime;

    bool Passes(ReadOnlySpan<byte> input, string which)
    {
        last.Keep(input);
        if (Coverage.IsCounted || execution < 0)
            Coverage.Begin();
        try
        {
            running.Run(input);
            if (execution < 0)
                coverage.SeesNew(byCount: true);
            return true;
        }
        catch (Exception e) // whatever it is, it is what the fuzzer looks for
        {
            Tell(input.ToArray(), which, e);
            return false;
        }
    }

    void Tell(byte[] input, string which, Exception fault)
    {
        Console.Error.WriteLine($"{target.Name}: {which} shows a fault: {fault}");
        bool Shows(byte[] other)
        {
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
        if (!Shows(input))
            Console.Error.WriteLine($"{target.Name}: alone it does not: what ran before it has a part in it. Run that seed again");
        else
            input = new Minimizer(Shows).Minimize(input);
        Directory.CreateDirectory(found);
        string path = Path.Combine(found, $"{target.Name}-{Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(input))[..8]}");
        File.WriteAllBytes(path, input);
        Console.Error.WriteLine($"{target.Name}: the smallest input is {path}: {Convert.ToHexString(input)}");
    }

    void EndIfItHangs()
    {
        if (watched == execution && execution >= 0)
        {
            Console.Error.WriteLine($"{target.Name}: execution {execution} of seed {seed} has not ended within {MostSeconds} s. "
                + $"The input is in {last.Path}, behind its length");
            Environment.Exit(1);
        }
        watched = execution;
    }

    public void Dispose()
    {
        watch.Dispose();
        last.Dispose();
        running.Dispose();
    }
}

using System.Diagnostics;

namespace XenStored.Tests.Keeping;

/// <summary>The keeper of xenstored over a store by a script (store.c), which it starts again and again.</summary>
sealed class KeptStore : IDisposable
{
    readonly TempFolder folder = new();
    readonly Process keeper;

    /// <summary>Starts both.</summary>
    /// <param name="program">What <see cref="Build"/> has made.</param>
    /// <param name="next">The words that a check of an update answers with.</param>
    /// <param name="lines">What the store's first process does, its second, and so on; see store.c.</param>
    internal KeptStore(string program, string next, params string[] lines)
    {
        File.WriteAllLines(folder.File("play"), lines);
        keeper = Process.Start(Programs.Describe(program, ["first"], new Dictionary<string, string>
        {
            ["XENSTORED_KEEP"] = "1",
            ["XENSTORED_RUNDIR"] = folder.Path,
            ["PLAY"] = folder.File("play"),
            ["SAYS"] = Says,
            ["NEXT"] = next,
        }))!;
    }

    string Says => folder.File("says");

    /// <summary>Compiles the store with the keeper's own sources.</summary>
    internal static void Build(string program) =>
        CProgram.Build(program,
            ["tests/XenStored.Tests/Keeping/store.c", .. Directory.GetFiles(Checkout.Path("src/XenStored/Keeper"), "*.c")]);

    /// <summary>Waits until so many processes of the store have begun, and returns what each has found.</summary>
    internal string[] Began(int count)
    {
        Wait.Until(() => File.Exists(Says) && File.ReadAllLines(Says).Length >= count, $"the store's process {count}");
        return File.ReadAllLines(Says);
    }

    internal void Signal(string name) => Programs.Signal(keeper.Id, name);

    /// <summary>Waits until the keeper ends, and returns its exit status and what it has said.</summary>
    internal (int Status, string Says) Ends()
    {
        string says = keeper.StandardError.ReadToEnd();
        keeper.WaitForExit();
        return (keeper.ExitCode, says);
    }

    public void Dispose()
    {
        keeper.Kill(); // the store dies with it
        keeper.WaitForExit();
        keeper.Dispose();
        folder.Dispose();
    }
}

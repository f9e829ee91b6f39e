using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace SystemTests;

/// <summary>The page for Cockpit as somebody uses it in a browser, on a host of this suite.</summary>
static class Scenes
{
    /// <summary>
    /// Plays cockpit-xen/web/host.test.ts. What a scene wants to run in dom0 is a line of its standard output, and what came of it a line
    /// of its standard input, as the agent in dom0 has them.
    /// </summary>
    /// <param name="address">Where a browser on this machine reaches the host's Cockpit.</param>
    /// <param name="name">With this the names of pictures begin.</param>
    /// <returns>Whether all went well, and each scene with its result.</returns>
    internal static Output Play(DiskHost host, string address, string name)
    {
        var start = new ProcessStartInfo("node",
            ["--test-reporter=spec", "--test-reporter-destination=stderr", "node_modules/.web/host.test.mjs"])
        {
            WorkingDirectory = Suite.Page,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ADDRESS"] = address, ["HOST"] = name, ["PICTURES"] = "../out/test-web-host", ["LIMIT"] = "300000" },
        };
        using var scenes = Process.Start(start)!;
        var told = new StringBuilder();
        scenes.ErrorDataReceived += (_, line) => told.AppendLine(line.Data);
        scenes.BeginErrorReadLine();
        try
        {
            while (scenes.StandardOutput.ReadLine() is { } asked)
                scenes.StandardInput.WriteLine(Answer(host, asked.Split(' ')));
            scenes.WaitForExit();
            return new("the scenes", scenes.ExitCode, told.ToString());
        }
        finally
        {
            if (!scenes.HasExited)
                scenes.Kill(entireProcessTree: true);
        }
    }

    static string Answer(DiskHost host, string[] asked)
    {
        string script = Encoding.UTF8.GetString(Convert.FromBase64String(asked[2]));
        var ran = host.Run(script, int.Parse(asked[1], CultureInfo.InvariantCulture));
        return $"{asked[0]} {ran.Status} {Convert.ToBase64String(Encoding.UTF8.GetBytes(ran.Text))}";
    }
}

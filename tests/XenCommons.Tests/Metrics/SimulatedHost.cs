using System.Globalization;
using System.Text;
using Xen.Client;

namespace XenCommons.Tests.Metrics;

/// <summary>
/// A host with all our daemons on simulated hypervisors, and a guest that writes on its console. Beside them are scripts of the daemons'
/// names, which say to each where its folders are.
/// </summary>
sealed class SimulatedHost : DaemonStage
{
    internal const ushort Domid = 7;
    const string Toolstack = "tests/XenDomains.Tests/Program/xl";

    readonly ConsoleGuest guest;
    readonly DaemonProcess store, consoles, watchdog;

    /// <param name="name">The guest's name, for the store and for xendomains.</param>
    internal SimulatedHost(string name)
    {
        foreach (string folder in (string[])["auto", "save", "xl/images", "xl/play", "xl/domains", "root", "programs", "run", "store-hv"])
            Directory.CreateDirectory(File(folder));
        Environment["XL"] = File("xl");
        System.IO.File.WriteAllText(File("settings"), $"XENDOMAINS_AUTO={Folder}/auto\nXENDOMAINS_SAVE={Folder}/save\n");
        Program("xenconsoled", $"\"$@\" --run-dir={Folder}/consoles");
        Program("xenwatchdogd", $"\"$@\" --run-dir={Folder}/watchdog");
        Program("xendomains", $"{string.Join(' ', Domains)} \"$@\"");
        Directory.CreateDirectory(HypervisorFolder);
        System.IO.File.WriteAllText(Path.Combine(HypervisorFolder, "console"), "(XEN) boots\n");
        StoreGuest.Prepare(File("store-hv"), Domid);
        store = StartStore("simulated:" + File("store-hv"));
        consoles = StartDaemon("xenconsoled", "-i", "--log=all", "--log-dir=" + File("log"), "--run-dir=" + File("consoles"),
            "--hypervisor=simulated:" + HypervisorFolder);
        consoles.SaysOrEndsAsync("serves the consoles").Wait();
        watchdog = StartDaemon("xenwatchdogd", "-F", "--mode=off", "--check=root=report", "--state-dir", File("state"), "--run-dir",
            File("watchdog"), "--hypervisor", "simulated:" + HypervisorFolder, "60", "1");
        guest = new(HypervisorFolder, Domid, 5);
        IntroduceAsync(name).Wait();
        guest.Write("a line of the guest\n");
        guest.WaitUntilTaken();
    }

    /// <summary>The guest writes on its console.</summary>
    internal void GuestSays(string text) => guest.Write(text);

    /// <summary>What `xendomains start` does with a guest that starts with the host.</summary>
    internal void StartsGuest(string name)
    {
        System.IO.File.WriteAllText(File("auto/one"), $"name = '{name}'\n");
        RunProgram("xendomains", [.. Domains, "start"]);
    }

    /// <summary>The figures, once all daemons have some.</summary>
    internal Series Collected()
    {
        Series? series = null;
        Until(() => (series = Collect())["xen_watchdog_check_success{check=\"root\"}"] is not null
            && series[$"xen_console_output_bytes_total{{{Labels},console=\"pv0\"}}"] > 0, "the figures do not come");
        return series!;
    }

    internal Series Collect() => new(CollectText());

    internal string CollectText(params string[] more)
    {
        var (status, text, errors) = RunProgram("xencommons", [.. Metrics, .. more]);
        Assert.True(status == 0, errors);
        return text;
    }

    /// <summary>The command that collects the figures, without how they are given.</summary>
    internal string[] Metrics =>
        ["metrics", "--programs=" + File("programs"), "--hypervisor=simulated:" + HypervisorFolder, "--root=" + File("root")];

    /// <summary>The labels of the guest's figures, if the guest has a plain name.</summary>
    internal static string Labels => $"domid=\"{Domid}\",domain=\"web\"";

    /// <summary>The guest's domain is no more, as libxl and the hypervisor have it.</summary>
    internal void GuestEnds()
    {
        System.IO.File.WriteAllText(Path.Combine(HypervisorFolder, $"dead.{Domid}"), "");
        ForgetAsync().Wait();
        Directory.EnumerateFiles(File("xl/domains")).ToList().ForEach(System.IO.File.Delete);
        System.IO.File.Delete(File("auto/one"));
    }

    internal void DaemonsEnd()
    {
        foreach (var daemon in (DaemonProcess[])[watchdog, consoles, store])
            daemon.Kill();
    }

    public override void Dispose()
    {
        guest.Dispose();
        base.Dispose();
    }

    string[] Domains =>
    [
        "--config=" + File("settings"), "--xl=" + Checkout.Path(Toolstack), "--run-dir=" + File("run"), "--lock-file=" + File("started"),
    ];

    void Program(string name, string words)
    {
        string path = File("programs/" + name);
        System.IO.File.WriteAllText(path, $"#!/bin/sh\nexec {Checkout.Program(name)} {words}\n");
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // What libxl writes when it makes a domain.
    async Task IntroduceAsync(string name)
    {
        await using var client = StoreClient.ConnectSocket(Socket);
        string home = string.Create(CultureInfo.InvariantCulture, $"/local/domain/{Domid}");
        await client.WriteAsync(home + "/name", Encoding.UTF8.GetBytes(name));
        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)
            [("ring-ref", "77"), ("port", "5"), ("type", "xenconsoled"), ("limit", "1048576"), ("output", "pty"), ("tty", "")])
            client.WriteAsync($"{home}/console/{key}", value).Wait();
        await client.IntroduceAsync(Domid, 1, 9);
    }

    async Task ForgetAsync()
    {
        await using var client = StoreClient.ConnectSocket(Socket);
        await client.RemoveAsync(string.Create(CultureInfo.InvariantCulture, $"/local/domain/{Domid}"));
        await client.ReleaseAsync(Domid);
    }
}

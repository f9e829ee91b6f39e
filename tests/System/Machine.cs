using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace SystemTests;

/// <summary>
/// A machine under QEMU whose hypervisor is Xen, and the agent in its dom0. Everything that its consoles say goes to a file. No command
/// can hang a test: the agent ends it, and a machine that does not even answer is ended itself.
/// </summary>
public sealed class Machine : IDisposable
{
    const int BootLimitMs = 120_000, BootAttempts = 3, GraceMs = 60_000;
    const int MemoryMiB = 3584;

    readonly Process qemu;
    readonly string folder;
    readonly Socket agent;
    readonly Dictionary<int, TaskCompletionSource<(int, string)>> asked = [];
    readonly TaskCompletionSource ready = new();
    int lastNumber;

    /// <summary>
    /// Boots a machine. The emulation breaks dom0's kernel now and then in its first seconds, before there is any program of ours (a panic
    /// while it patches its own code): then another one is booted, and the console of the broken one stays.
    /// </summary>
    /// <param name="version">The hypervisor's, as tests/System/cache has it.</param>
    /// <param name="trees">Trees of files that go into dom0's root.</param>
    /// <param name="log">Where its console goes.</param>
    /// <param name="disk">A file that is its disk, /dev/vda, and stays when the machine ends.</param>
    /// <param name="options">More options of dom0's kernel; root=/dev/vda boots the system on the disk.</param>
    /// <param name="withoutXen">The same kernel without a hypervisor beneath it.</param>
    /// <param name="devices">More arguments of QEMU.</param>
    public static Machine Boot(
        string version, string[] trees, string log, string? disk = null, string options = "", bool withoutXen = false,
        params string[] devices)
    {
        for (int attempt = 1; ; attempt++)
            try
            {
                string console = attempt == 1 ? log : $"{Path.ChangeExtension(log, null)}-{attempt}.console";
                return new(version, trees, console, disk, options, withoutXen, devices);
            }
            catch (TimeoutException) when (attempt < BootAttempts)
            {
                // Told by the last one if all fail.
            }
    }

    // Boots a machine and waits for its agent.
    Machine(string version, string[] trees, string log, string? disk, string options, bool withoutXen, string[] devices)
    {
        folder = Directory.CreateTempSubdirectory("xen-").FullName;
        string cache = Path.Combine(Suite.Here, "cache", version);
        string initrd = MakeInitrd(cache, trees, isOnDisk: options.Contains("root=", StringComparison.Ordinal));
        string socket = Path.Combine(folder, "agent");
        string[] arguments =
        [
            "-nodefaults", "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", Setting("cpu"), "-smp", "2", "-m", $"{MemoryMiB}",
            "-display", "none", "-no-reboot", "-rtc", "base=utc",
            .. withoutXen
                ? (string[])["-kernel", Path.Combine(cache, "vmlinux"), "-append", $"console=ttyS0 quiet panic=-1 {options}",
                    "-initrd", initrd]
                : ["-kernel", Path.Combine(cache, "xen"), "-append", Setting("xen-options"),
                    "-initrd", $"{Path.Combine(cache, "vmlinux")} console=hvc0 quiet panic=-1 {options},{initrd}"],
            "-serial", $"file:{log}",
            "-device", "virtio-serial-pci", "-chardev", $"socket,id=agent,path={socket},server=on,wait=off",
            "-device", "virtserialport,chardev=agent,name=agent",
            .. disk is null
                ? (string[])[]
                : ["-drive", $"file={disk},format=raw,if=none,id=disk,cache=writeback", "-device", "virtio-blk-pci,drive=disk"],
            .. devices,
        ];
        qemu = Process.Start(new ProcessStartInfo("qemu-system-x86_64", arguments) { RedirectStandardError = true })!;
        qemu.ErrorDataReceived += (_, line) => Errors += line.Data;
        qemu.BeginErrorReadLine();
        agent = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        ConnectToAgent(socket);
        new Thread(Listen) { IsBackground = true }.Start();
        AwaitAgent(log);
    }

    // The version's initramfs with the trees added. That of a system on a disk copies what is in its folder "added" to the disk.
    string MakeInitrd(string cache, string[] trees, bool isOnDisk)
    {
        string initrd = Path.Combine(folder, "initrd");
        string added = Path.Combine(folder, "added", isOnDisk ? "added" : "");
        Shell($"cp '{cache}/dom0.cpio' '{initrd}' && mkdir -p '{added}'");
        foreach (string tree in trees)
            Shell($"cp -a '{tree}/.' '{added}'");
        Shell($"cd '{folder}/added' && find . -mindepth 1 | cpio -o -H newc -R 0:0 --quiet >>'{initrd}' && rm -r '{folder}/added'");
        return initrd;
    }

    void ConnectToAgent(string socket)
    {
        for (var waited = Stopwatch.StartNew(); ;)
            try
            {
                agent.Connect(new UnixDomainSocketEndPoint(socket));
                break;
            }
            catch (SocketException) when (!qemu.HasExited && waited.ElapsedMilliseconds < 20_000)
            {
                Thread.Sleep(20); // QEMU has not made it yet
            }
    }

    void AwaitAgent(string log)
    {
        for (var waited = Stopwatch.StartNew(); !ready.Task.Wait(100);)
        {
            if (!qemu.HasExited && waited.ElapsedMilliseconds < BootLimitMs)
                continue;
            Dispose();
            throw new TimeoutException($"dom0 ended, or was not up after {BootLimitMs / 1000} s; its console is in {log}. {Errors}");
        }
    }
    /// <summary>What QEMU itself complained of.</summary>
    public string Errors { get; private set; } = "";

    /// <summary>It runs, and its agent answers.</summary>
    public bool IsUp => !qemu.HasExited && !IsLost;

    /// <summary>Its agent did not answer in time.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Runs a shell script in dom0.</summary>
    /// <param name="seconds">How long it may take.</param>
    public Output Run(string script, int seconds = 60)
    {
        var answer = new TaskCompletionSource<(int Status, string Text)>();
        int number;
        lock (asked)
        {
            number = ++lastNumber;
            asked.Add(number, answer);
            agent.Send(Encoding.ASCII.GetBytes($"{number} {seconds} {Convert.ToBase64String(Encoding.UTF8.GetBytes(script))}\n"));
        }
        if (!answer.Task.Wait(seconds * 1000 + GraceMs))
        {
            IsLost = true;
            throw new TimeoutException($"dom0 did not answer to `{script}` within {seconds} s and {GraceMs / 1000} more");
        }
        return new(script, answer.Task.Result.Status, answer.Task.Result.Text);
    }

    /// <summary>Asks dom0 to go down (`poweroff`, `reboot`: both end the machine) and waits until it has.</summary>
    public void GoesDown(string command, int seconds)
    {
        lock (asked)
            agent.Send(Encoding.ASCII.GetBytes($"{++lastNumber} 30 {Convert.ToBase64String(Encoding.UTF8.GetBytes(command))}\n"));
        Assert.True(qemu.WaitForExit(seconds * 1000), $"`{command}` has not ended the machine within {seconds} s");
    }

    /// <summary>Ends the machine at once.</summary>
    public void Dispose()
    {
        if (!qemu.HasExited)
            qemu.Kill();
        qemu.WaitForExit();
        agent.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    void Listen()
    {
        using var reader = new StreamReader(new NetworkStream(agent));
        try
        {
            while (reader.ReadLine() is { } line)
            {
                if (line == "ready")
                {
                    ready.TrySetResult();
                    continue;
                }
                string[] words = line.Split(' ', 3);
                TaskCompletionSource<(int, string)>? answer;
                lock (asked)
                    if (!asked.Remove(int.Parse(words[0], CultureInfo.InvariantCulture), out answer))
                        continue;
                string text = Encoding.UTF8.GetString(Convert.FromBase64String(words[2]));
                answer.SetResult((int.Parse(words[1], CultureInfo.InvariantCulture), text));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The machine was ended; who waits for an answer is told by the time limit.
        }
    }

    // What tests/System/machine/run.sh boots with as well.
    static string Setting(string name) => File.ReadAllText(Path.Combine(Suite.Here, "machine", name)).Trim();

    /// <summary>Runs a shell script on this machine; a failure of the test if it fails.</summary>
    internal static void Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardError = true })!;
        string errors = shell.StandardError.ReadToEnd();
        shell.WaitForExit();
        Assert.True(shell.ExitCode == 0, errors);
    }
}

using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace XenStored.Tests;

/// <summary>The house's rules, held against the sources: who may use what, where unsafe code is, how long a file may be.</summary>
public sealed class ArchitectureTests
{
    static readonly string Root = Path.GetFullPath(Path.Combine(Here(), "../.."));

    [Theory]
    [InlineData("State", "XenStored.Store|XenStored.Commands|XenStored.Shell")]
    [InlineData("Store", "XenStored.Commands|XenStored.Shell")]
    [InlineData("Commands", "XenStored.Shell")]
    public void A_room_knows_only_the_rooms_below_it(string room, string above)
    {
        foreach (var (file, text) in Sources($"src/XenStored/{room}"))
            Assert.False(Regex.IsMatch(text, $@"^using ({above})|[^.\w]({above})\.", RegexOptions.Multiline), $"{file} knows {above}");
    }

    [Theory]
    [InlineData("Core", "Memory|Logs|Consoles|Attach|Client|Daemon")]
    [InlineData("Memory", "Logs|Consoles|Attach|Client|Daemon")]
    [InlineData("Logs", "Consoles|Attach|Client|Daemon")]
    [InlineData("Consoles", "Attach|Client|Daemon")]
    [InlineData("Attach", "Client|Daemon")]
    [InlineData("Client", "Daemon")]
    public void A_room_of_the_console_daemon_knows_only_the_rooms_below_it(string room, string above)
    {
        foreach (var (file, text) in Sources($"src/XenConsoled/{room}"))
            Assert.False(Regex.IsMatch(text, $@"^using XenConsoled\.({above});|[^.\w]({above})\.[A-Z]", RegexOptions.Multiline), $"{file} knows {above}");
    }

    [Theory]
    [InlineData("src/XenStored/State", "StoreFile.cs|StoreMemory.cs")]
    [InlineData("src/XenStored/Store", "^$")]
    [InlineData("src/XenStored/Commands", "^$")]
    [InlineData("src/XenConsoled/Core", "^$")]
    [InlineData("src/XenConsoled/Memory", "ConsoleMemory.cs")]
    [InlineData("src/XenDomains/Planning", "^$")]
    [InlineData("src/XenWatchdog/Evaluation", "^$")]
    [InlineData("src/Shared/Wire", "^$")]
    [InlineData("src/Shared/Rings", "^$")]
    public void The_core_does_no_input_or_output_and_reads_no_clock(string folder, string butIn)
    {
        foreach (var (file, text) in Sources(folder).Where(source => !Regex.IsMatch(Path.GetFileName(source.File), butIn)))
            Assert.False(Regex.IsMatch(text, @"using (System\.IO|System\.Net|System\.Threading|Microsoft\.Extensions|Xen\.Posix|Xen\.Loop|Xen\.Hypervisor)|DateTime\.|Stopwatch|TickCount|\block\s*\(|Console\.|File\.|Task\b"), file);
    }

    [Fact]
    public void Unsafe_code_is_only_where_memory_is_mapped_and_the_kernel_is_called()
    {
        foreach (var (file, text) in Sources("src"))
            if (!file.Contains("/Posix/", StringComparison.Ordinal) && !file.Contains("/State/Memory/", StringComparison.Ordinal)
                && !file.Contains("/Hypervisor/Linux/", StringComparison.Ordinal))
                Assert.False(Regex.IsMatch(text, @"\bunsafe\b|DllImport|LibraryImport"), file);
    }

    // The runtime's cryptography is OpenSSL, without which it ends the process; xendomains once was aborted so in mid-stop.
    [Fact]
    public void Nothing_needs_OpenSSL()
    {
        foreach (var (file, text) in Sources("src"))
            Assert.DoesNotContain("Cryptography", text, StringComparison.Ordinal);
    }

    // Those that every guest reaches load neither the bus's library nor what stands on it.
    [Theory]
    [InlineData("Xen.Bus.dll")]
    [InlineData("Tmds.DBus.Protocol.dll")]
    public void The_bus_is_a_project_of_its_own_which_only_xendomains_and_xenwatchdogd_refer_to(string library)
    {
        Assert.False(File.Exists(Path.Combine(AppContext.BaseDirectory, library)), "xenstored has " + library);
        string[] projects = [.. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)];
        Assert.Equal(["XenDomains.csproj", "XenWatchdog.csproj"], Naming("Bus.csproj"));
        Assert.Equal(["Bus.csproj"], Naming("Tmds.DBus"));

        string[] Naming(string what) =>
            [.. projects.Where(project => File.ReadAllText(project).Contains(what, StringComparison.Ordinal)).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
    }

    [Fact]
    public void Shared_knows_no_daemon()
    {
        foreach (var (file, text) in Sources("src/Shared"))
            Assert.False(Regex.IsMatch(Regex.Replace(text, @"XENSTORED\w*", ""), "XenStored|XenConsoled|XenDomains|XenWatchdog"), file);
    }

    [Fact]
    public void No_file_is_longer_than_400_lines_and_no_name_is_a_manager()
    {
        foreach (var (file, text) in Sources("src").Concat(Sources("tests")).Concat(Sources("bench")))
        {
            Assert.True(text.Count(character => character == '\n') <= 400, file);
            Assert.False(Regex.IsMatch(Path.GetFileName(file), "Manager|Helper|Util"), file);
        }
    }

    [Fact]
    public void Nothing_committed_names_a_path_of_the_machine_it_was_made_on()
    {
        foreach (var (file, text) in Sources("src").Concat(Sources("bench")))
            Assert.False(text.Contains("../sha" + "red", StringComparison.Ordinal) || text.Contains("/wo" + "rk/", StringComparison.Ordinal), file);
    }

    static IEnumerable<(string File, string Text)> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Select(file => (file, File.ReadAllText(file)));

    static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}

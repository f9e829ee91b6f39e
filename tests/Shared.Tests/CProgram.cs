using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Xen.Tests;

/// <summary>A C program of assertions against the headers of the machine: it must compile.</summary>
sealed class CProgram
{
    readonly StringBuilder text = new("#define _GNU_SOURCE\n#define __XEN_TOOLS__ 1\n#include <stddef.h>\n#include <stdint.h>\n");

    readonly Dictionary<string, string> headersMissing = [];

    internal CProgram(params string[] headers)
    {
        foreach (string header in headers)
            text.Append(CultureInfo.InvariantCulture, $"#include <{header}>\n");
        text.Append("#define IS(what, value) _Static_assert((what) == (value), #what \" is not \" #value)\n");
    }

    /// <summary>A header that the machine's own include, but does not have.</summary>
    internal void AddHeader(string name, string content) => headersMissing.Add(name, content);

    /// <summary>What C makes of an expression must be this.</summary>
    internal void Is(string expression, object value) => Add($"IS({expression}, {Convert.ToString(value, CultureInfo.InvariantCulture)});");

    /// <summary>A line of C.</summary>
    internal void Add(string line) => text.Append(line).Append('\n');

    internal void AssertCompiles()
    {
        string folder = Directory.CreateTempSubdirectory("layout-").FullName;
        string file = Path.Combine(folder, "layout.c");
        File.WriteAllText(file, text + "int main(void) { return 0; }\n");
        foreach (var (name, content) in headersMissing)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
            File.WriteAllText(Path.Combine(folder, name), content);
        }
        using var compiler = Process.Start(new ProcessStartInfo("cc", ["-std=gnu11", "-fsyntax-only", "-I", folder, file]) { RedirectStandardError = true })!;
        string errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Directory.Delete(folder, recursive: true);
        Assert.True(compiler.ExitCode == 0, errors);
    }
}

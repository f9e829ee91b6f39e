using System.Globalization;
using System.Text;

namespace Xen.Support;

/// <summary>
/// A C program of assertions against the headers of the machine, which must compile: what others say of a layout or a number is taken
/// from them.
/// </summary>
public sealed class CProgram
{
    readonly StringBuilder text = new("#define _GNU_SOURCE\n#define __XEN_TOOLS__ 1\n#include <stddef.h>\n#include <stdint.h>\n");

    readonly Dictionary<string, string> headersMissing = [];

    /// <summary>One that includes these headers.</summary>
    public CProgram(params string[] headers)
    {
        foreach (string header in headers)
            text.Append(CultureInfo.InvariantCulture, $"#include <{header}>\n");
        text.Append("#define IS(what, value) _Static_assert((what) == (value), #what \" is not \" #value)\n");
    }

    /// <summary>A header that the machine's own include, but does not have.</summary>
    public void AddHeader(string name, string content) => headersMissing.Add(name, content);

    /// <summary>What C makes of an expression must be this.</summary>
    public void Is(string expression, object value) => Add($"IS({expression}, {Convert.ToString(value, CultureInfo.InvariantCulture)});");

    /// <summary>A line of C.</summary>
    public void Add(string line) => text.Append(line).Append('\n');

    /// <summary>Compiles it.</summary>
    /// <exception cref="InvalidOperationException">An assertion is wrong; the message is the compiler's.</exception>
    public void AssertCompiles()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("layout.c"), text + "int main(void) { return 0; }\n");
        foreach (var (name, content) in headersMissing)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
            File.WriteAllText(folder.File(name), content);
        }
        Compile("-std=gnu11", "-fsyntax-only", "-I", folder.Path, folder.File("layout.c"));
    }

    /// <summary>Makes an executable of C files of the repository.</summary>
    public static void Build(string executable, params IEnumerable<string> sources) =>
        Compile(["-O1", "-o", executable, .. sources.Select(Checkout.Path)]);

    static void Compile(params string[] words)
    {
        var (status, _, errors) = Programs.Run("cc", words);
        if (status != 0)
            throw new InvalidOperationException(errors);
    }
}

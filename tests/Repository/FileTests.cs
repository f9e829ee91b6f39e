using System.Text.RegularExpressions;

namespace Repository;

/// <summary>What lies in the repository beside sources: projects are built and played, and nothing is of one machine only.</summary>
public sealed class FileTests
{
    [Fact]
    public void Each_project_is_in_the_solution_and_each_with_tests_is_played_by_make()
    {
        string solution = Files.Text("Daemons.sln").Replace('\\', '/'), make = Files.Text("Makefile");
        var missing = Project.All.Where(project => !solution.Contains($"\"{project.Path}\"", StringComparison.Ordinal));
        Rule.Holds(missing.Select(project => project.Path), "a project is not in Daemons.sln: dotnet sln add");
        var unplayed = from project in Project.All
                       where project.Packages.Contains("Microsoft.NET.Test.Sdk")
                       where !Regex.IsMatch(make, $@"\b{Regex.Escape(project.Folder["tests/".Length..])}\b")
                       select project.Path;
        Rule.Holds(unplayed, "a project of tests is not in the Makefile: TESTS lists those of make test");
    }

    [Fact]
    public void Nothing_names_a_path_of_the_machine_it_was_made_on()
    {
        string[] places = ["../sha" + "red/", "/wo" + "rk/"];
        var files = Files.Beneath("").Where(file => places.Any(place => Files.Text(file).Contains(place, StringComparison.Ordinal)));
        Rule.Holds(files, "a file names a folder that only one machine has: write it for any");
    }
}

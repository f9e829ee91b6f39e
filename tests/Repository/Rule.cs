namespace Repository;

/// <summary>How a test says that a rule of the house is broken: what to do, and then each place.</summary>
static class Rule
{
    /// <param name="places">Where it is broken: a file, mostly with a line, and what is there.</param>
    /// <param name="whatToDo">Said to who broke it.</param>
    internal static void Holds(IEnumerable<string> places, string whatToDo)
    {
        string[] broken = [.. places.Distinct()];
        if (broken.Length > 0)
            Assert.Fail($"{broken.Length} × {whatToDo}\n  {string.Join("\n  ", broken)}");
    }
}

namespace XenStored.Tests.Model;

/// <summary>A node of the naive store.</summary>
sealed class NaiveNode
{
    internal string Value = "";
    internal List<(char Letter, int Domid)> Permissions = [];
    internal List<string> Children = [];

    internal NaiveNode Copy() => new() { Value = Value, Permissions = [.. Permissions], Children = [.. Children] };
}

namespace Load.Report;

/// <summary>A row of the table.</summary>
sealed record Figure(string Scenario, string Key, string Name, string Unit, params Aim[] Aims);

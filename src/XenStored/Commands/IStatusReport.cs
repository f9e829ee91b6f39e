namespace XenStored.Commands;

/// <summary>The daemon's status, which CONTROL reports.</summary>
interface IStatusReport
{
    /// <summary>As lines for a person.</summary>
    string Text();

    /// <summary>As one JSON object.</summary>
    string Json();
}

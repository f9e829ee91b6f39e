namespace XenStored.Commands.Requests;

/// <summary>The daemon's status, which CONTROL reports.</summary>
interface IStatusReport
{
    /// <summary>As lines for a person.</summary>
    string Text();

    /// <summary>As one JSON object.</summary>
    string Json();

    /// <summary>
    /// What each domain has, as one JSON object: as many domains as fit into a reply, and the id with which the next reply begins.
    /// </summary>
    /// <param name="first">Domains with smaller ids are left out.</param>
    string Domains(ushort first);
}

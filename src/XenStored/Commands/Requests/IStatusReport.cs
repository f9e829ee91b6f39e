using XenStored.Clients;

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

    /// <summary>
    /// The clients on the socket, as one JSON object: as many as fit into a reply, and the id with which the next reply begins.
    /// </summary>
    /// <param name="first">Clients with smaller ids are left out.</param>
    string Clients(long first);

    /// <summary>
    /// The paths that a domain's requests name most often, as one JSON object. The first call begins to sample them, and sampling ends some
    /// seconds after the last. Null: another domain is sampled now.
    /// </summary>
    string? Paths(Domain domain);
}

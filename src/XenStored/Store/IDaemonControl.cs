using Xen.Protocol.Wire;
using XenStored.Clients;

namespace XenStored.Store;

/// <summary>The daemon's trace and its log, which the store's requests and CONTROL reach.</summary>
interface IDaemonControl
{
    /// <summary>The trace switches as C xenstored lists them.</summary>
    string LogSettings { get; }

    /// <summary>
    /// Turns tracing <c>on</c> or <c>off</c>, or one switch: <c>+io</c>, <c>-obj</c>. False: the word is another one, or the trace file
    /// cannot be opened.
    /// </summary>
    bool TrySetLog(string word);

    /// <summary>Writes the trace to another file from now on.</summary>
    XsError OpenLogFile(string path);

    /// <summary>Traces that an object was made or is gone: <c>CREATE watch</c>.</summary>
    void Trace(string what, object which);

    /// <summary>Writes a line of the administrator's into trace and log.</summary>
    void Print(string text);

    /// <summary>Writes a report to a file, or to the trace if the path is null.</summary>
    XsError WriteReport(string? path, string text);

    /// <summary>A quota refused a request.</summary>
    /// <param name="session">Whose request it was.</param>
    /// <param name="domain">Whose quota it is.</param>
    void Refused(Session session, Domain domain, Quota quota);

    /// <summary>The store's memory could not grow in this iteration.</summary>
    void Full(int errno);
}

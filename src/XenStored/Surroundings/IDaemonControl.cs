using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Transacting;

namespace XenStored.Surroundings;

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

    /// <summary>Traces that a watch was set.</summary>
    void Begins(Watch watch);

    /// <summary>Traces that a watch is gone.</summary>
    void Ends(Watch watch);

    /// <summary>Traces that a transaction was begun.</summary>
    void Begins(Transaction transaction);

    /// <summary>Traces that a transaction is over.</summary>
    void Ends(Transaction transaction);

    /// <summary>Writes a line of the administrator's into trace and log.</summary>
    void Print(string text);

    /// <summary>Writes a report to a file, or to the trace if the path is null.</summary>
    XsError WriteReport(string? path, string text);

    /// <summary>The store's memory could not grow in this iteration.</summary>
    void Full(int errno);
}

using Xen.Protocol.Wire;

namespace XenStored.Store;

/// <summary>What CONTROL asks of the daemon around the store: its logs and its reports.</summary>
interface IDaemonControl
{
    /// <summary>The trace switches as C xenstored lists them.</summary>
    string LogSettings { get; }

    /// <summary>Turns tracing <c>on</c> or <c>off</c>, or one switch: <c>+io</c>, <c>-obj</c>. False for any other word.</summary>
    bool TrySetLog(string word);

    /// <summary>Sends the trace to another file.</summary>
    XsError OpenLogFile(string path);

    /// <summary>Traces that an object was made or is gone: <c>CREATE watch</c>.</summary>
    void Trace(string what, object which);

    /// <summary>Puts a line of the administrator's into trace and log.</summary>
    void Print(string text);

    /// <summary>Writes a report to a file, or to the trace when no file is named.</summary>
    XsError WriteReport(string? path, string text);

    /// <summary>What the daemon does, for people or as JSON.</summary>
    string Status(bool asJson);
}

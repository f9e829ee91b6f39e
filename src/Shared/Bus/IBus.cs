namespace Xen.Bus;

/// <summary>
/// The system's message bus (D-Bus), as far as the daemons need it. It is the only door to it: what is beneath may be another library one day.
/// Values are what their signature says: byte, bool, short, ushort, int, uint, long, ulong, double; string for s, o and g;
/// <see cref="Posix.FileDescriptor"/> for h; <c>object[]</c> for arrays and structures; <see cref="Variant"/> for v; a dictionary is an
/// array of two-element arrays.
/// </summary>
public interface IBus : IDisposable
{
    /// <summary>Calls a method and waits for its answer: the values of its reply.</summary>
    /// <param name="call">What is called.</param>
    /// <param name="within">How long the answer may take.</param>
    /// <exception cref="BusException">It answers with an error, or not at all.</exception>
    Task<object[]> CallAsync(BusCall call, TimeSpan? within = null);

    /// <summary>Hands each signal of an interface to a handler, until that is disposed.</summary>
    /// <param name="sender">Whose signals, by name.</param>
    /// <exception cref="BusException">The bus refuses.</exception>
    IDisposable OnSignal(string sender, string path, string @interface, string member, Action<object[]> handler);

    /// <summary>Serves an object: calls of its methods go to a handler, which answers with what its signature says or throws a <see cref="BusException"/>.</summary>
    /// <param name="description">The object's interfaces, in the XML of introspection.</param>
    /// <param name="methods">The methods with the signature of their arguments; other calls are refused before anything of them is read.</param>
    /// <param name="handler">Takes the call and who makes it. Descriptors in it are closed when it was answered.</param>
    void Serve(string path, string description, IReadOnlyDictionary<string, string> methods, Func<BusRequest, Task<BusAnswer>> handler);

    /// <summary>Takes a well-known name.</summary>
    /// <exception cref="BusException">Another has it, or the bus does not allow it.</exception>
    void Own(string name);

    /// <summary>Tells a signal to who listens.</summary>
    void Emit(string path, string @interface, string member, string signature, params object[] values);
}

/// <summary>A method call.</summary>
/// <param name="Signature">The types of the arguments.</param>
public sealed record BusCall(string Destination, string Path, string Interface, string Member, string Signature = "", params object[] Arguments);

/// <summary>A call of an object that is served.</summary>
/// <param name="Sender">The caller's unique name.</param>
/// <param name="Uid">The caller's user; null if the bus does not tell.</param>
public sealed record BusRequest(string Sender, uint? Uid, string Interface, string Member, string Signature, object[] Arguments);

/// <summary>What a served method answers.</summary>
public sealed record BusAnswer(string Signature, params object[] Values)
{
    /// <summary>Nothing but that it was done.</summary>
    public static readonly BusAnswer Done = new("");
}

/// <summary>A value with its own type.</summary>
public sealed record Variant(string Signature, object Value);

/// <summary>The bus, or who is on it, answers with an error.</summary>
/// <param name="name">The error's name: <c>org.freedesktop.DBus.Error.AccessDenied</c>.</param>
/// <param name="message">A sentence.</param>
public sealed class BusException(string name, string message) : IOException(message)
{
    /// <summary>The error's name.</summary>
    public string Name { get; } = name;

    /// <summary>The caller may not do that.</summary>
    public const string AccessDenied = "org.freedesktop.DBus.Error.AccessDenied";

    /// <summary>What was asked makes no sense.</summary>
    public const string InvalidArguments = "org.freedesktop.DBus.Error.InvalidArgs";

    /// <summary>It could not be done.</summary>
    public const string Failed = "org.freedesktop.DBus.Error.Failed";

    /// <summary>There is no such method.</summary>
    public const string UnknownMethod = "org.freedesktop.DBus.Error.UnknownMethod";
}

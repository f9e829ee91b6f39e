namespace Xen.Bus;

/// <summary>Names of errors that D-Bus itself defines.</summary>
public static class BusError
{
    /// <summary>The caller may not do that.</summary>
    public const string AccessDenied = Of + "AccessDenied";

    /// <summary>It could not be done.</summary>
    public const string Failed = Of + "Failed";

    /// <summary>There is no such method, or none with such arguments.</summary>
    public const string UnknownMethod = Of + "UnknownMethod";

    /// <summary>The object has no such interface.</summary>
    public const string UnknownInterface = Of + "UnknownInterface";

    /// <summary>The interface has no such property.</summary>
    public const string UnknownProperty = Of + "UnknownProperty";

    /// <summary>The property can only be read.</summary>
    public const string PropertyReadOnly = Of + "PropertyReadOnly";

    /// <summary>There was no answer in time.</summary>
    public const string NoReply = Of + "NoReply";

    /// <summary>Too much is under way.</summary>
    public const string LimitsExceeded = Of + "LimitsExceeded";

    /// <summary>Nobody has the name, and the bus can start no service that would take it.</summary>
    public const string ServiceUnknown = Of + "ServiceUnknown";

    /// <summary>Nobody has the name.</summary>
    public const string NameHasNoOwner = Of + "NameHasNoOwner";

    const string Of = "org.freedesktop.DBus.Error.";
}

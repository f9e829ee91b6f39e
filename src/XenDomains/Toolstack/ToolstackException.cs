namespace XenDomains.Toolstack;

/// <summary>The toolstack does not work, so nothing is known of the guests.</summary>
sealed class ToolstackException(string message) : Exception(message);

using System.Text;
using Tmds.DBus.Protocol;

namespace Xen.Bus;

/// <summary>An interface of an object that we serve.</summary>
/// <param name="Name">Its name: <c>org.example.Thing1</c>.</param>
/// <param name="Description">Its methods, signals and properties as introspection XML, without the interface element itself.</param>
/// <param name="Methods">The methods by name.</param>
/// <param name="PropertyValues">A function for each property that returns its value. All properties are read-only.</param>
public sealed record ServedInterface(
    string Name,
    string Description,
    IReadOnlyDictionary<string, ServedMethod> Methods,
    IReadOnlyDictionary<string, Func<VariantValue>> PropertyValues)
{
    internal ReadOnlyMemory<byte> Xml { get; } = Encoding.UTF8.GetBytes($"<interface name=\"{Name}\">\n{Description}\n</interface>\n");

    /// <summary>Writes properties with their values, as a{sv}.</summary>
    /// <param name="only">The names of the properties to write; null for all.</param>
    public void WriteProperties(ref MessageWriter writer, IReadOnlyCollection<string>? only = null)
    {
        var start = writer.WriteDictionaryStart();
        foreach (var (name, value) in PropertyValues)
            if (only is null || only.Contains(name))
            {
                writer.WriteDictionaryEntryStart();
                writer.WriteString(name);
                writer.WriteVariant(value());
            }
        writer.WriteDictionaryEnd(start);
    }

    /// <summary>Makes the signal that an object's properties have changed, with their new values.</summary>
    public MessageBuffer PropertiesChanged(DBusConnection connection, string path, IReadOnlyCollection<string> changed)
    {
        var writer = connection.GetMessageWriter();
        try
        {
            writer.WriteSignalHeader(null, path, ServedObject.Properties, "PropertiesChanged", "sa{sv}as");
            writer.WriteString(Name);
            WriteProperties(ref writer, changed);
            writer.WriteArray(Array.Empty<string>());
            return writer.CreateMessage();
        }
        finally
        {
            writer.Dispose();
        }
    }
}

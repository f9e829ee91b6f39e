using System.Globalization;
using System.Text;
using Tmds.DBus.Protocol;
using Xen.Bus;
using XenDomains.Reports;

namespace XenDomains.Service;

/// <summary>A guest on the bus. To read its properties, a caller other than root needs polkit's action <see cref="Polkit.Look"/>.</summary>
sealed class GuestObject : ServedObject
{
    internal const string InterfaceName = DomainsObject.InterfaceName + ".Guest";
    const string PathPrefix = DomainsObject.ObjectPath + "/guest/";

    const string Description = """
         <property name="Name" type="s" access="read">
          <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="const"/>
         </property>
         <property name="Id" type="i" access="read"/>
         <property name="State" type="s" access="read"/>
         <property name="StartsWithHost" type="b" access="read"/>
         <property name="Memory" type="t" access="read"/>
        """;

    readonly Polkit polkit;
    volatile GuestState state;

    internal GuestObject(GuestState state, Polkit polkit) : base(PathOf(state.Name))
    {
        (this.state, this.polkit) = (state, polkit);
        var properties = new Dictionary<string, Func<VariantValue>>(StringComparer.Ordinal)
        {
            ["Name"] = () => BusText.Of(this.state.Name),
            ["Id"] = () => this.state.Id,
            ["State"] = () => this.state.State,
            ["StartsWithHost"] = () => this.state.StartsWithHost,
            ["Memory"] = () => this.state.Memory,
        };
        Interface = new(InterfaceName, Description, new Dictionary<string, ServedMethod>(), properties);
        Interfaces = [Interface];
    }

    internal ServedInterface Interface { get; }

    public override IReadOnlyList<ServedInterface> Interfaces { get; }

    /// <summary>The path of a guest's object. A byte that is no ASCII letter or digit becomes _ and two hexadecimal digits.</summary>
    internal static string PathOf(string name)
    {
        var path = new StringBuilder(PathPrefix);
        foreach (byte one in Encoding.UTF8.GetBytes(name))
            if (char.IsAsciiLetterOrDigit((char)one))
                path.Append((char)one);
            else
                path.Append(CultureInfo.InvariantCulture, $"_{one:x2}");
        return name.Length == 0 ? PathPrefix + "_" : path.ToString();
    }

    /// <summary>Updates the state to the guest's present one, and returns the names of the changed properties.</summary>
    internal IReadOnlyList<string> Update(GuestState now)
    {
        var before = state;
        state = now;
        string?[] changed =
        [
            before.Id == now.Id ? null : "Id", before.State == now.State ? null : "State",
            before.StartsWithHost == now.StartsWithHost ? null : "StartsWithHost", before.Memory == now.Memory ? null : "Memory",
        ];
        return [.. changed.OfType<string>()];
    }

    protected override Task AllowReadingAsync(MethodContext context, string @interface) => polkit.AllowAsync(context, Polkit.Look);
}

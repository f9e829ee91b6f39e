using System.Text;
using Xen.Posix;

namespace Xen.Bus.Native;

/// <summary>The values of a message, by its signature.</summary>
static unsafe class SdMessage
{
    const int DeepestValue = 16, MostValues = 100_000;

    /// <summary>All values from where the message stands.</summary>
    internal static object[] Read(nint message)
    {
        var values = new List<object>();
        while (TryReadOne(message, 0, out object value))
            values.Add(value);
        return [.. values];
    }

    /// <summary>Appends values as a signature says.</summary>
    /// <exception cref="ArgumentException">They are not what it says.</exception>
    internal static void Append(nint message, string signature, IReadOnlyList<object> values)
    {
        int at = 0, number = 0;
        while (at < signature.Length)
        {
            string type = OneType(signature, at);
            if (number == values.Count)
                throw new ArgumentException($"there are {values.Count} values for {signature}");
            AppendOne(message, type, values[number++]);
            at += type.Length;
        }
        if (number != values.Count)
            throw new ArgumentException($"there are {values.Count} values for {signature}");
    }

    static bool TryReadOne(nint message, int depth, out object value)
    {
        value = "";
        byte type;
        byte* contents;
        if (SdBus.Check(SdBus.sd_bus_message_peek_type(message, &type, &contents), "read a message") == 0)
            return false;
        if (type is (byte)'a' or (byte)'r' or (byte)'e' or (byte)'v')
        {
            if (depth == DeepestValue)
                throw new BusException(BusException.InvalidArguments, "a value in it is too deep");
            string signature = SdBus.Text(contents);
            SdBus.Check(SdBus.sd_bus_message_enter_container(message, type, contents), "read a message");
            var inner = new List<object>();
            while (TryReadOne(message, depth + 1, out object one))
                if (inner.Count < MostValues)
                    inner.Add(one);
                else
                    throw new BusException(BusException.InvalidArguments, $"there are more than {MostValues} values in it");
            SdBus.Check(SdBus.sd_bus_message_exit_container(message), "read a message");
            value = type == (byte)'v' ? new Variant(signature, inner[0]) : inner.ToArray();
            return true;
        }
        ulong space = 0;
        SdBus.Check(SdBus.sd_bus_message_read_basic(message, type, &space), "read a message");
        value = (char)type switch
        {
            'y' => (byte)space,
            'b' => (int)space != 0,
            'n' => (short)space,
            'q' => (ushort)space,
            'i' => (int)space,
            'u' => (uint)space,
            'x' => (long)space,
            't' => space,
            'd' => BitConverter.UInt64BitsToDouble(space),
            'h' => FileDescriptor.Duplicate((int)space), // the message's own goes with it
            _ => SdBus.Text((byte*)space),
        };
        return true;
    }

    static void AppendOne(nint message, string type, object value)
    {
        switch (type[0])
        {
            case 'a':
                InContainer(message, 'a', type[1..], () =>
                {
                    foreach (object one in (object[])value)
                        AppendOne(message, type[1..], one);
                });
                break;
            case '(' or '{':
                InContainer(message, type[0] == '(' ? 'r' : 'e', type[1..^1], () => Append(message, type[1..^1], (object[])value));
                break;
            case 'v':
                var variant = (Variant)value;
                InContainer(message, 'v', variant.Signature, () => AppendOne(message, variant.Signature, variant.Value));
                break;
            case 's' or 'o' or 'g':
                fixed (byte* text = Encoding.UTF8.GetBytes((string)value + "\0"))
                    Basic(message, type[0], text);
                break;
            default:
                ulong space = type[0] switch
                {
                    'y' => (byte)value,
                    'b' => (bool)value ? 1UL : 0,
                    'n' => (ushort)(short)value,
                    'q' => (ushort)value,
                    'i' => (uint)(int)value,
                    'u' => (uint)value,
                    'x' => (ulong)(long)value,
                    't' => (ulong)value,
                    'd' => BitConverter.DoubleToUInt64Bits((double)value),
                    'h' => (uint)((FileDescriptor)value).Number,
                    _ => throw new ArgumentException($"there is no type {type}"),
                };
                Basic(message, type[0], &space);
                break;
        }
    }

    static void Basic(nint message, char type, void* value) => SdBus.Check(SdBus.sd_bus_message_append_basic(message, (byte)type, value), "write a message");

    static void InContainer(nint message, char type, string contents, Action inside)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(contents + "\0"))
            SdBus.Check(SdBus.sd_bus_message_open_container(message, (byte)type, text), "write a message");
        inside();
        SdBus.Check(SdBus.sd_bus_message_close_container(message), "write a message");
    }

    // The one complete type that begins somewhere in a signature.
    static string OneType(string signature, int start)
    {
        int end = start;
        while (signature[end] == 'a')
            end++;
        int open = 0;
        do
        {
            if (signature[end] is '(' or '{')
                open++;
            else if (signature[end] is ')' or '}')
                open--;
            end++;
        }
        while (open > 0);
        return signature[start..end];
    }
}

using System.Buffers;
using System.Text;
using System.Text.Json;

namespace XenStored.Daemon;

/// <summary>A list that is told in several replies, because a reply has at most 4095 bytes.</summary>
static class StatusPage
{
    internal const int MostBytes = 3400; // after these nothing further is added
    const int MostItems = 40; // so many do not fit, because each has more than 100 bytes

    /// <summary>
    /// One object: the items from an id on as far as they fit, and the id with which the next reply begins; null if there are no more.
    /// </summary>
    /// <param name="name">The list's name in the object.</param>
    /// <param name="items">Those from that id on, in any order.</param>
    internal static string Json<T>(string name, IEnumerable<T> items, Func<T, long> id, Action<Utf8JsonWriter, T> write)
    {
        long? next = null;
        return Json(json =>
        {
            json.WriteStartArray(name);
            foreach (var item in items.OrderBy(id).Take(MostItems)) // this sorts no more than it takes
            {
                if (IsFull(json))
                {
                    next = id(item);
                    break;
                }
                json.WriteStartObject();
                write(json, item);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (next is { } more)
                json.WriteNumber("next", more);
            else
                json.WriteNull("next");
        });
    }

    /// <summary>An object with these members.</summary>
    internal static string Json(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Whether nothing further fits for certain.</summary>
    internal static bool IsFull(Utf8JsonWriter json, int most = MostBytes) => json.BytesCommitted + json.BytesPending > most;
}

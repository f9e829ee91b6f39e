using System.Text;
using System.Text.Json;
using Xen.Protocol.Wire;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Connections;

/// <summary>What <c>xenstore-control status</c> tells.</summary>
public sealed class StatusTests : IDisposable
{
    readonly OneServer one = new();
    readonly ByteClient client;

    public StatusTests() => client = one.Connect();

    public void Dispose() => one.Dispose();

    // Found by a review: a request was counted after it was served, so the status lacked the one that it answers.
    [Fact]
    public void The_request_for_the_status_is_counted_in_it()
    {
        Assert.Contains($"\n{client.Connection.Session.Name} 1 0 0 ", Ask("status\0"), StringComparison.Ordinal);
        Assert.Contains(", requests 2\n", Ask("status\0"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_is_counted_once_it_is_known()
    {
        Ask("nonsense\0");
        Assert.Contains($"\n{client.Connection.Session.Name} 2 1 0 ", Ask("status\0"), StringComparison.Ordinal);
    }

    [Fact]
    public void Rounds_of_the_loop_are_iterations_in_the_text_and_in_the_JSON()
    {
        Assert.Contains(", iterations ", Ask("status\0"), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Ask("status\0json\0").TrimEnd('\0'));
        Assert.True(json.RootElement.GetProperty("iterations").GetInt64() > 0);
    }

    string Ask(string payload)
    {
        client.Output.Clear();
        one.Deliver(client, SplitTests.Message(MessageType.Control, 1, payload));
        return Encoding.UTF8.GetString([.. client.Output.Skip(MessageHeader.Size)]);
    }
}

using System.Text;
using System.Text.Json;
using Xen.Protocol.Wire;
using XenStored.Connections;
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

    [Fact]
    public void Looks_before_a_sleep_are_counted_in_the_text_and_in_the_JSON()
    {
        Assert.Contains(", looks 0, in vain 0, ", Ask("status\0"), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Ask("status\0json\0").TrimEnd('\0'));
        Assert.Equal(0, json.RootElement.GetProperty("looks").GetInt64());
        Assert.Equal(0, json.RootElement.GetProperty("looks_in_vain").GetInt64());
    }

    [Fact]
    public void Requests_are_counted_by_their_type_and_so_are_errors_and_conflicts()
    {
        one.Deliver(client, SplitTests.Message(MessageType.Write, 1, "/a\0v"));
        one.Deliver(client, SplitTests.Message(MessageType.Read, 2, "/nothing\0"));
        one.Deliver(client, SplitTests.Message((MessageType)77, 3, "x"));
        LoseTransaction();
        using var json = JsonDocument.Parse(Ask("status\0json\0").TrimEnd('\0'));
        var (status, types) = (json.RootElement, json.RootElement.GetProperty("by_type"));
        string[] names = ["WRITE", "READ", "TRANSACTION_START", "TRANSACTION_END", "CONTROL", "OTHER"];
        Assert.Equal([3, 2, 1, 1, 1, 1], names.Select(name => types.GetProperty(name).GetInt32()));
        Assert.Equal(types.EnumerateObject().Sum(type => type.Value.GetInt64()), status.GetProperty("requests").GetInt64());
        Assert.Equal((3, 1), (status.GetProperty("errors").GetInt32(), status.GetProperty("eagain").GetInt32()));
        Assert.InRange(status.GetProperty("longest_iteration_ms").GetInt64(), 0, 60_000);
    }

    // A reply has at most 4096 bytes, and a host may have a thousand domains.
    [Fact]
    public void Each_domain_that_is_there_is_told_of_once_in_replies_that_fit()
    {
        const int Domains = 100;
        for (int domid = 1; domid <= Domains; domid++)
            one.Deliver(client, SplitTests.Message(MessageType.Introduce, 1, $"{domid}\01\05\0"));
        one.Deliver(client, SplitTests.Message(MessageType.SetPerms, 1, "/\0n0\0r4000\0")); // it is only named
        var (told, replies) = (new List<int>(), 0);
        for (int? first = 0; first is not null; replies++)
        {
            string reply = Ask($"status\0domains\0{first}\0");
            Assert.InRange(reply.Length, 1, WireLimits.Payload);
            using var json = JsonDocument.Parse(reply.TrimEnd('\0'));
            told.AddRange(json.RootElement.GetProperty("domains").EnumerateArray().Select(one => one.GetProperty("domid").GetInt32()));
            first = json.RootElement.GetProperty("next") is { ValueKind: JsonValueKind.Number } next ? next.GetInt32() : null;
        }
        Assert.Equal(Enumerable.Range(0, Domains + 1), told);
        Assert.True(replies > 1);
        Assert.Equal("EINVAL\0", Ask("status\0domains\0x\0"));
        Assert.Equal("EINVAL\0", Ask("status\0json\00\0"));
    }

    [Fact]
    public void A_domain_has_its_requests_and_its_limits_and_the_hosts_own_has_none()
    {
        one.Deliver(client, SplitTests.Message(MessageType.Introduce, 1, "7\01\05\0"));
        one.Deliver(client, SplitTests.Message(MessageType.SetQuota, 1, "7\0nodes\050\0"));
        using var json = JsonDocument.Parse(Ask("status\0domains\0").TrimEnd('\0'));
        var domains = json.RootElement.GetProperty("domains").EnumerateArray().ToList();
        Assert.Equal([0, 7], domains.Select(domain => domain.GetProperty("domid").GetInt32()));
        Assert.False(domains[0].TryGetProperty("limits", out _));
        Assert.Equal(50, domains[1].GetProperty("limits").GetProperty("nodes").GetInt32());
        string[] counts = ["requests", "writes", "errors", "eagain", "events", "outstanding", "throttled_ms"];
        Assert.All(counts, count => Assert.Equal(0, domains[1].GetProperty(count).GetInt32()));
    }

    [Fact]
    public void Each_client_on_the_socket_is_told_of_once_in_replies_that_fit()
    {
        const int Clients = 100;
        for (int more = 1; more < Clients; more++)
            one.Connect();
        one.Deliver(client, SplitTests.Message(MessageType.Watch, 1, "/a\0t\0"));
        one.Deliver(client, SplitTests.Message(MessageType.Write, 1, "/a\0v"));
        LoseTransaction();
        var told = new List<JsonElement>();
        for (long? first = 0; first is not null;)
        {
            string reply = Ask($"status\0clients\0{first}\0");
            Assert.InRange(reply.Length, 1, WireLimits.Payload);
            var page = JsonElement.Parse(reply.TrimEnd('\0'));
            told.AddRange(page.GetProperty("clients").EnumerateArray());
            first = page.GetProperty("next") is { ValueKind: JsonValueKind.Number } next ? next.GetInt64() : null;
        }
        Assert.Equal(Clients, told.DistinctBy(one => one.GetProperty("id").GetInt64()).Count());
        Assert.Equal(Clients, told.Count);
        var mine = told.Single(one => one.GetProperty("id").GetInt64() == client.Connection.Session.Id);
        Assert.Equal([3, 1, 3, 1], new[] { "writes", "eagain", "events", "watches" }.Select(name => mine.GetProperty(name).GetInt32()));
        Assert.Equal("EINVAL\0", Ask("status\0clients\0-1\0"));
    }

    [Fact]
    public void Paths_are_sampled_once_somebody_has_asked_for_those_of_a_domain()
    {
        one.Deliver(client, SplitTests.Message(MessageType.Read, 1, "/before\0"));
        Assert.Equal("ENOENT\0", Ask("status\0paths\09\0"));
        Assert.Equal("EINVAL\0", Ask("status\0paths\0"));
        Assert.Empty(Paths("0"));
        one.Deliver(client, SplitTests.Message(MessageType.Write, 1, "/a\0v"));
        one.Deliver(client, SplitTests.Message(MessageType.Read, 1, "/a\0"));
        one.Deliver(client, SplitTests.Message(MessageType.Read, 1, "own\0"));
        one.Deliver(client, SplitTests.Message(MessageType.Read, 1, "/\e[2J\0"));
        Assert.Equal([("/a", 2, 1), ("/local/domain/0/own", 1, 0), ("", 1, 0)], Paths("0"));
        one.Deliver(client, SplitTests.Message(MessageType.Introduce, 1, "7\01\05\0"));
        Assert.Equal("EBUSY\0", Ask("status\0paths\07\0"));
    }

    IEnumerable<(string, int, int)> Paths(string domid) =>
        from path in JsonElement.Parse(Ask($"status\0paths\0{domid}\0").TrimEnd('\0')).GetProperty("paths").EnumerateArray()
        select (path.GetProperty("path").GetString()!, path.GetProperty("requests").GetInt32(), path.GetProperty("writes").GetInt32());

    // What the transaction has read changes before its end.
    void LoseTransaction()
    {
        one.Deliver(client, SplitTests.Message(MessageType.TransactionStart, 1, "\0"));
        uint id = client.Connection.Session.LastTransaction;
        one.Deliver(client, SplitTests.Message(MessageType.Read, 1, "/a\0", id));
        one.Deliver(client, SplitTests.Message(MessageType.Write, 1, "/b\0v", id));
        one.Deliver(client, SplitTests.Message(MessageType.Write, 1, "/a\0w"));
        one.Deliver(client, SplitTests.Message(MessageType.TransactionEnd, 1, "T\0", id));
    }

    string Ask(string payload)
    {
        client.Output.Clear();
        one.Deliver(client, SplitTests.Message(MessageType.Control, 1, payload));
        return Encoding.UTF8.GetString([.. client.Output.Skip(MessageHeader.Size)]);
    }

    [Fact]
    public void The_longest_iteration_is_remembered()
    {
        var totals = new Totals();
        totals.EndIteration(Environment.TickCount64 - 250);
        totals.EndIteration(Environment.TickCount64);
        Assert.True(totals.Longest >= TimeSpan.FromMilliseconds(250));
        Assert.Equal(2, totals.Iterations);
    }
}

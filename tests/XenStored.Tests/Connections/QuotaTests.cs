using System.Text.Json;
using Xen.Protocol.Wire;
using XenStored.Connections.State;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Connections;

/// <summary>A guest that a quota refuses is counted and named, and cannot fill the log with it.</summary>
public sealed class QuotaTests : IDisposable
{
    readonly OneServer one = new();
    readonly ByteClient dom0;

    public QuotaTests()
    {
        dom0 = one.Connect();
        foreach (int domid in new[] { 1, 2 })
        {
            Ask(MessageType.Mkdir, $"/local/domain/{domid}\0");
            Ask(MessageType.SetPerms, $"/local/domain/{domid}\0n{domid}\0");
            Ask(MessageType.Introduce, $"{domid}\01\05\0");
        }
    }

    public void Dispose() => one.Dispose();

    public static TheoryData<string, int, MessageType, string> Refused => new()
    {
        { "nodes", 1, MessageType.Mkdir, "x\0" },
        { "watches", 1, MessageType.Watch, "x\0second\0" },
        { "transactions", 1, MessageType.TransactionStart, "\0" },
        { "node-permissions", 2, MessageType.SetPerms, "x\0n1\0r2\0r3\0" },
        { "node-size", 100, MessageType.Write, "x\0" + new string('v', 200) },
        { "path-max", 10, MessageType.Read, "a/path/that/is/longer\0" },
        { "memory", 1000, MessageType.Write, "x\0" + new string('v', 1000) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Who_is_refused_by_a_quota_is_counted_once_and_named(string quota, int limit, MessageType type, string payload)
    {
        Guest(1, MessageType.Watch, "y\0first\0");
        Guest(1, MessageType.TransactionStart, "\0");
        Ask(MessageType.SetQuota, $"1\0{quota}\0{limit}\0");
        Assert.Equal(0, Counted(quota));
        Guest(1, type, payload);
        Assert.Equal(1, Counted(quota));
        string line = $"a request of d1 was refused: the quota {quota} of domain 1 is {limit} (0 earlier lines not logged)";
        Assert.Equal([line], Lines);
        Assert.Contains($" {quota} 1", one.Server.Status.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_transaction_that_touches_too_many_nodes_is_counted()
    {
        Ask(MessageType.SetQuota, "1\0transaction-nodes\01\0");
        Guest(1, MessageType.TransactionStart, "\0");
        Guest(1, MessageType.Write, "a\0x", transaction: 1);
        Assert.Equal(1, Counted("transaction-nodes"));
    }

    [Fact]
    public void What_is_refused_a_thousand_times_is_a_handful_of_lines()
    {
        Ask(MessageType.SetQuota, "1\0watches\01\0");
        Guest(1, MessageType.Watch, "x\0first\0");
        for (int i = 0; i < 1000; i++)
            Guest(1, MessageType.Watch, "x\0second\0");
        Assert.Equal(1000, Counted("watches"));
        Assert.InRange(Lines.Count(), 1, 20);
    }

    [Fact]
    public void Who_fills_the_quota_of_another_is_named_and_spends_its_own_lines()
    {
        Ask(MessageType.SetPerms, "/local/domain/1\0n1\0b2\0");
        Guest(1, MessageType.Write, "x\0v");
        Guest(1, MessageType.SetPerms, "x\0n1\0b2\0");
        Ask(MessageType.SetQuota, "1\0memory\0100\0");
        Guest(2, MessageType.Write, "/local/domain/1/x\0" + new string('v', 1000));
        Assert.Equal(["a request of d2 was refused: the quota memory of domain 1 is 100 (0 earlier lines not logged)"], Lines);
    }

    // The folder's record grows by the name of its new child, which its owner is charged for: in a transaction or not.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Who_makes_a_node_in_the_folder_of_another_cannot_push_that_over_its_memory(uint transaction)
    {
        Ask(MessageType.SetPerms, "/local/domain/1\0n1\0b2\0");
        Ask(MessageType.SetQuota, "1\0memory\010\0");
        if (transaction != 0)
            Guest(2, MessageType.TransactionStart, "\0");
        Guest(2, MessageType.Mkdir, "/local/domain/1/x\0", transaction);
        if (transaction != 0)
            Guest(2, MessageType.TransactionEnd, "T\0", transaction);
        Assert.Equal("ENOENT", Ask(MessageType.Read, "/local/domain/1/x\0"));
        Assert.Equal(["a request of d2 was refused: the quota memory of domain 1 is 10 (0 earlier lines not logged)"], Lines);
    }

    [Fact]
    public void What_was_removed_but_not_counted_yet_refuses_nobody()
    {
        for (int i = 0; i < 400; i++)
            Guest(1, MessageType.Mkdir, $"many/{i}\0");
        Ask(MessageType.SetQuota, "1\0nodes\0410\0");
        Guest(1, MessageType.Rm, "many\0");
        for (int i = 0; i < 100; i++)
            Guest(1, MessageType.Mkdir, $"again/{i}\0");
        Assert.Equal(0, Counted("nodes"));
    }

    [Fact]
    public void The_privileged_are_refused_by_no_quota()
    {
        Ask(MessageType.SetQuota, "0\0nodes\01\0");
        Ask(MessageType.Mkdir, "/many/more\0");
        Assert.Equal(0, Counted("nodes"));
    }

    [Fact]
    public void Quota_of_a_domain_tells_of_nine_things_what_it_has_and_the_most_that_it_had()
    {
        Guest(1, MessageType.Write, "a\0v");
        Guest(1, MessageType.SetPerms, "a\0n1\0r2\0r0\0");
        Guest(1, MessageType.Rm, "a\0");
        Guest(1, MessageType.TransactionStart, "\0");
        Guest(1, MessageType.Read, "none\0", transaction: 1);
        Guest(1, MessageType.TransactionEnd, "F\0", transaction: 1);
        string[] lines = Ask(MessageType.Control, "quota\01\0").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("Domain 1:", lines[0]);
        string[] quotas =
        [
            "nodes", "watches", "outstanding", "memory", "transactions", "transaction-nodes", "node-permissions", "path-max", "node-size",
        ];
        Assert.Equal(quotas, lines[1..].Select(line => line.Split(':')[0].TrimEnd()));
        Assert.Equal("nodes            :        1 (max        2)", lines[1]);
        Assert.Equal("transactions     :        0 (max        1)", lines[5]);
        Assert.Equal("node-permissions :        0 (max        3)", lines[7]);
        Assert.Equal("path-max         :        0 (max        4)", lines[8]);
        Assert.All([lines[4], lines[6], lines[9]], line => Assert.DoesNotContain("(max        0)", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Status_in_JSON_is_whole_with_many_clients()
    {
        for (int i = 0; i < 40; i++)
            one.Deliver(one.Connect(), SplitTests.Message(MessageType.GetDomainPath, 1, "1\0"));
        string text = one.Server.Status.Json();
        Assert.True(text.Length < 4096, $"{text.Length} bytes");
        JsonDocument.Parse(text).Dispose();
    }

    IEnumerable<string> Lines => one.Log.Where(line => line.Contains("was refused", StringComparison.Ordinal));

    long Counted(string quota)
    {
        using var json = JsonDocument.Parse(one.Server.Status.Json());
        return json.RootElement.GetProperty("refused").GetProperty(quota).GetInt64();
    }

    string Ask(MessageType type, string payload)
    {
        dom0.Output.Clear();
        one.Deliver(dom0, SplitTests.Message(type, 1, payload));
        return System.Text.Encoding.ASCII.GetString(dom0.Output.ToArray().AsSpan(MessageHeader.Size)).TrimEnd('\0');
    }

    // The request as if it had come over the guest's ring; what it is answered lies in its queue.
    void Guest(ushort domid, MessageType type, string payload, uint transaction = 0)
    {
        var connection = Connection.Of(one.Server.Store.Domains.Find(domid)!.Session)!;
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(payload);
        one.Server.Inbox.Handle(connection, new(type, 1, transaction, (uint)bytes.Length), bytes);
        connection.Reopen(); // forgets what it was answered
    }
}

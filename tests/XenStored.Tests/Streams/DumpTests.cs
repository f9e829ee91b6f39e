using XenStored.Streams;

namespace XenStored.Tests.Streams;

/// <summary>oxenstored's dump.</summary>
public sealed class DumpTests
{
    const string Header = "$xenstored-dump-format\n";

    // As Debian's oxenstored 4.17 wrote it.
    const string Whole = Header + """
        global,3
        evtchn-dev,5,1
        dom,0,0,1,2
        dom,5,77,9,3
        watch,5,6d656d6f7279,
        socket,13
        watch,-13,72656c2f78,7433
        watch,-13,2f61,746f6b
        store,2f,6e30,
        store,2f61,6e30,
        store,2f612f62,6233007235006e37,68656c6c6f
        store,2f62,6e30,610062ff
        store,2f4072656c65617365446f6d61696e,6e30,
        store,2f40696e74726f64756365446f6d61696e,7230,

        """;

    [Fact]
    public void A_dump_is_read()
    {
        var read = Kept.ReadDump(Whole);
        Assert.Equal("""
            listener 3 channels 5 event 1
            quotas  / 
            connection 1 domain 0 target  ports 2 1 frame 0 id  in  out  unfinished 0
            connection 2 domain 5 target  ports 3 9 frame 77 id  in  out  unfinished 0
              watch memory  
            connection 3 socket 13 in  out  unfinished 0
              watch rel/x t3 
              watch /a tok 
            node /  None0
            node /a  None0
            node /a/b 68656C6C6F Both3,Read5,None7
            node /b 610062FF None0
            node @releaseDomain  None0
            node @introduceDomain  Read0

            """, read.ToString());
        Assert.Empty(read.State.Remarks);
    }

    [Fact]
    public void Lines_of_older_and_of_others_dumps_are_read()
    {
        var read = Kept.ReadDump(Header + "global,-1,4\nevtchn-dev,5\ndom,5,1,9\nwatch,5,61,62,2\nwatch,5,61,63,\nwatch,5,61,64,-1\n");
        var connection = read.State.Connections.Single();
        Assert.Equal((null, 5, null), (read.State.Listener, read.State.EventChannels, read.State.DomainEventPort));
        Assert.Equal((null, 9u), (connection.Ring?.LocalPort, connection.Ring?.RemotePort));
        Assert.Equal([2, null, null], connection.Watches.Select(watch => watch.Depth));
        Assert.Empty(read.State.Remarks);
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "hello", "is of an unknown kind" },
        { "", "is of an unknown kind" },
        { "a,b,c,d,e,f,g,h,i", "has too many fields" },
        { "global", "has not the fields of the listening socket" },
        { "global,x", "has a wrong descriptor" },
        { "global,3x", "has a wrong descriptor" },
        { "evtchn-dev,5,1,1", "has not the fields of the event channels" },
        { "evtchn-dev,-2,1", "has a wrong descriptor" },
        { "evtchn-dev,2,99999999999", "has a wrong port" },
        { "socket,9,9", "has not the fields of a socket" },
        { "socket,-9", "has a wrong descriptor" },
        { "socket,13", "names a connection that a line before it names" },
        { "dom,1", "has not the fields of a domain" },
        { "dom,65536,1,1,1", "has a wrong number of a domain" },
        { "dom,-1,1,1,1", "has a wrong number of a domain" },
        { "dom,1,x,1,1", "has a wrong frame" },
        { "dom,1,1,x,1", "has a wrong port" },
        { "dom,1,1,1,x", "has a wrong port" },
        { "dom,5,1,1,1", "names a connection that a line before it names" },
        { "watch,5,61", "has not the fields of a watch" },
        { "watch,9,61,62", "is of a connection that no line before it names" },
        { "watch,x,61,62", "is of a connection that no line before it names" },
        { "watch,5,6,62", "has a wrong path" },
        { "watch,5,6100,62", "has a wrong path" },
        { "watch,5,,62", "has a wrong path" },
        { "watch,5,61,zz", "has a wrong token" },
        { "watch,5,61,6200", "has a wrong token" },
        { "watch,5,61,62,x", "has a wrong depth" },
        { "store,61", "has not the fields of a node" },
        { "store,61,6e30,", "has a wrong path" },
        { "store,2f00,6e30,", "has a wrong path" },
        { "store,2f61,,", "has wrong permissions" },
        { "store,2f61,7830,", "has wrong permissions" },
        { "store,2f61,6e30006e,", "has wrong permissions" },
        { "store,2f61,6e30,1", "has a wrong value" },
        { "store,2f61,6e30," + new string('6', 2 * 65535), "has a wrong value" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_wrong_line_is_left_out_with_a_remark(string line, string fault)
    {
        var read = Kept.ReadDump($"{Whole}{line}\nstore,2f7a,6e30,\n");
        Assert.Equal([$"Line 16 {fault}, and is left out."], read.State.Remarks);
        Assert.Equal(7, read.Nodes.Count);
        Assert.Equal(3, read.State.Connections.Count);
    }

    [Fact]
    public void A_line_that_does_not_end_is_left_out()
    {
        Assert.Equal(["Line 15 does not end, and is left out."], Kept.ReadDump(Whole[..^2]).State.Remarks);
        string value = new('6', 2 * DumpReader.LongestLine + 100);
        var read = Kept.ReadDump($"{Header}store,2f,6e30,{value}\nstore,2f61,6e30,\n");
        Assert.Equal(["Line 2 is too long, and is left out."], read.State.Remarks);
        Assert.Equal("/a"u8.ToArray(), read.Nodes.Single().Path);
        Assert.Equal(["Line 2 does not end, and is left out."], Kept.ReadDump(Header + value).State.Remarks);
    }

    [Fact]
    public void Another_text_is_no_dump()
    {
        foreach (string text in new[] { "", "x", "$xenstored-dump", "$xenstored-dump-formats\nglobal,3\n", "xenstore\0\0\0\u0001\0\0\0\0" })
            Assert.Equal("Line 1: The text does not begin as a dump of oxenstored.",
                Assert.Throws<InvalidDataException>(() => Kept.ReadDump(text)).Message);
    }

    [Fact]
    public void A_dump_that_ends_early_or_has_a_wrong_byte_is_no_dump_or_a_state()
    {
        var random = new Random(1);
        for (int at = 0; at < Whole.Length; at++)
        {
            Read(Whole[..at]);
            foreach (char wrong in (ReadOnlySpan<char>)['\0', ',', '\n', '\r', '0', 'f', '-', (char)random.Next(256)])
                Read(Whole[..at] + wrong + Whole[(at + 1)..]);
        }

        static void Read(string dump)
        {
            try
            {
                Kept.ReadDump(dump).ToString();
            }
            catch (InvalidDataException)
            {
                Assert.False(dump.StartsWith(Header, StringComparison.Ordinal));
            }
        }
    }
}

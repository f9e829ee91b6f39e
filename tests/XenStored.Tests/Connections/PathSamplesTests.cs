using System.Text;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Connections;
using XenStored.Daemon;

namespace XenStored.Tests.Connections;

/// <summary>The paths that a domain's requests name most often: found while somebody asks, within bounds that no guest can move.</summary>
public sealed class PathSamplesTests
{
    readonly PathSamples samples = new();
    readonly Domain guest = Made(7), other = Made(8);

    [Fact]
    public void Nothing_is_taken_before_somebody_asks_and_after_the_last_one_asked()
    {
        Assert.False(samples.AreTaken);
        Assert.True(samples.TryBegin(guest, 1000));
        See("/a", 1000 + PathSamples.LastsMs - 1);
        Assert.True(samples.TryBegin(guest, 1000 + PathSamples.LastsMs - 1));
        Assert.Equal("/a", Paths.Single());
        See("/a", 1000 + 2 * PathSamples.LastsMs);
        Assert.False(samples.AreTaken);
        Assert.Empty(Paths);
    }

    [Fact]
    public void One_domain_is_sampled_at_a_time_and_the_next_when_nobody_asks_for_it_any_more()
    {
        samples.TryBegin(guest, 0);
        Assert.False(samples.TryBegin(other, PathSamples.LastsMs - 1));
        See("/a", 1);
        Assert.True(samples.TryBegin(other, PathSamples.LastsMs));
        Assert.Empty(Paths);
        Assert.Equal(0, samples.Requests);
    }

    [Fact]
    public void Requests_of_other_domains_and_those_without_a_path_do_not_count()
    {
        samples.TryBegin(guest, 0);
        samples.See(other, MessageType.Read, "/a\0"u8, 1);
        samples.See(guest, MessageType.TransactionStart, "\0"u8, 1);
        samples.See(guest, MessageType.Control, "print\0x\0"u8, 1);
        Assert.Equal(0, samples.Requests);
    }

    // A guest that never names one path twice, each as long as a path may be.
    [Fact]
    public void A_guest_fills_the_places_and_nothing_grows()
    {
        samples.TryBegin(guest, 0);
        for (int number = 0; number < 20_000; number++)
            See($"/{number}/{new string('x', 2000)}", 1);
        Assert.Equal(PathSamples.Places, samples.Counts.Count());
        Assert.All(samples.Counts, count => Assert.True(count is { Path.Length: PathSamples.LongestPath, IsCut: true }));
        Assert.InRange(PathReport.Json(samples, 2).Length, 1, WireLimits.Payload);
    }

    // Before it come as many others as there are places, and between its requests never the same.
    [Fact]
    public void A_path_that_is_named_often_is_found_among_others_that_are_named_once()
    {
        samples.TryBegin(guest, 0);
        for (int number = 0; number < 50_000; number++)
            See(number % 4 == 0 ? "/hot" : $"/cold/{number}", 1);
        Assert.Equal("/hot", Paths.First());
        Assert.InRange(samples.Counts.First().Sure, 50_000 / 4 * 0.8, 50_000 / 4 * 1.2);
    }

    [Fact]
    public void Counts_stay_right_though_fewer_and_fewer_requests_are_looked_at()
    {
        samples.TryBegin(guest, 0);
        for (int number = 0; number < 100_000; number++)
            samples.See(guest, number % 2 == 0 ? MessageType.Write : MessageType.Read, number % 2 == 0 ? "/a\0v"u8 : "/b\0"u8, 1);
        Assert.Equal(100_000, samples.Requests);
        var counts = samples.Counts.ToDictionary(count => Encoding.ASCII.GetString(count.Path));
        Assert.InRange(counts["/a"].Sure, 40_000, 60_000);
        Assert.Equal(counts["/a"].Sure, counts["/a"].Writes);
        Assert.Equal(0, counts["/b"].Writes);
    }

    void See(string path, long now) => samples.See(guest, MessageType.Read, Encoding.ASCII.GetBytes(path + "\0"), now);

    IEnumerable<string> Paths => samples.Counts.Select(count => Encoding.ASCII.GetString(count.Path));

    static Domain Made(ushort domid) => new(domid, new(), new HashSet<Domain>());
}

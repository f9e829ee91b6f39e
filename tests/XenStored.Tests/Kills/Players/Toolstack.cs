using System.Globalization;
using Xen.Protocol.Wire;

namespace XenStored.Tests.Kills.Players;

/// <summary>
/// Makes domains and ends them, each in one of the ways in which a domain may end, also while no store runs. It hears of each beginning and
/// each end once. A domain that has ended leaves nothing, and no right to the next one with its number.
/// </summary>
sealed class Toolstack(KillStage stage, int seed) : Player(stage, seed)
{
    const int First = 21, Domains = 3;

    const string Introduced = "@introduceDomain introduced", Released = "@releaseDomain released";

    int unique;

    private protected override void Play(Line line)
    {
        EndAll(Stage, line);
        Assert.Equal("OK", line.Ask(MessageType.Watch, "@introduceDomain\0introduced\0"));
        line.Hears(Introduced);
        Assert.Equal("OK", line.Ask(MessageType.Watch, "@releaseDomain\0released\0"));
        line.Hears(Released);
        for (; !Stage.IsOver; Count++)
            LiveAndDie(line, (ushort)(First + Random.Next(Domains)));
    }

    /// <summary>Ends the domains that were left when a connection ended.</summary>
    internal static void EndAll(KillStage stage, Line line)
    {
        for (ushort domid = First; domid < First + Domains; domid++)
        {
            stage.Hypervisor.Ends(domid);
            Until(() => line.Ask(MessageType.IsDomainIntroduced, $"{domid}\0") == "F", $"domain {domid} does not end");
            Assert.True(line.Ask(MessageType.Rm, $"/local/domain/{domid}\0") is "OK" or "ENOENT");
        }
    }

    void LiveAndDie(Line line, ushort domid)
    {
        Stage.Hypervisor.Begins(domid, ++unique);
        using var guest = Stage.Ring(domid);
        guest.Clear();
        Introduce(line, domid);
        Use(line, guest, domid);
        switch (Random.Next(4))
        {
            case 0: // it ends
                Stage.Hypervisor.Ends(domid);
                line.Hears(Released);
                break;
            case 1: // it stops running, and then ends
                Stage.Hypervisor.ShutsDown(domid);
                line.Hears(Released);
                Stage.Hypervisor.Ends(domid);
                line.Hears(Released);
                break;
            case 2: // another has its number at once
                Stage.Hypervisor.Begins(domid, ++unique);
                line.Hears(Released);
                break;
            default:
                uint asked = line.Send(MessageType.Release, $"{domid}\0");
                line.Hears(Released);
                line.Expect(MessageType.Release, asked, "OK");
                break;
        }
        IsGone(line, domid);
    }

    static void Introduce(Line line, ushort domid)
    {
        Assert.Equal("OK", line.Ask(MessageType.Mkdir, $"/local/domain/{domid}\0"));
        Assert.Equal("OK", line.Ask(MessageType.SetPerms, $"/local/domain/{domid}\0n{domid}\0"));
        uint asked = line.Send(MessageType.Introduce, $"{domid}\01\0{RingLine.Port}\0");
        line.Hears(Introduced);
        line.Expect(MessageType.Introduce, asked, "OK");
    }

    void Use(Line line, RingLine guest, ushort domid)
    {
        Assert.Equal("EACCES", guest.Ask(MessageType.Read, "/granted\0")); // whatever the domain before was granted
        Assert.Equal("OK", line.Ask(MessageType.SetPerms, $"/granted\0n0\0r{domid}\0"));
        Assert.Equal("value", guest.Ask(MessageType.Read, "/granted\0"));
        Assert.Equal("OK", guest.Ask(MessageType.Watch, "data\0token\0"));
        guest.Hears("data token");
        for (int i = Random.Next(20); i >= 0; i--)
        {
            uint asked = guest.Send(MessageType.Write, $"data/{i}\0{new string('v', Random.Next(1000))}");
            guest.Hears($"data/{i} token");
            guest.Expect(MessageType.Write, asked, "OK");
        }
        if (Random.Next(2) == 0)
            uint.Parse(guest.Ask(MessageType.TransactionStart, "\0"), CultureInfo.InvariantCulture); // which nobody ends
        for (int i = Random.Next(4); i > 0; i--)
            guest.Send(MessageType.Write, $"last/{i}\0value"); // it may end before they are served
    }

    static void IsGone(Line line, ushort domid)
    {
        Assert.Equal("F", line.Ask(MessageType.IsDomainIntroduced, $"{domid}\0"));
        Assert.Equal("ENOENT", line.Ask(MessageType.Directory, $"/local/domain/{domid}\0"));
        Assert.Equal("n0", line.Ask(MessageType.GetPerms, "/granted\0"));
    }
}

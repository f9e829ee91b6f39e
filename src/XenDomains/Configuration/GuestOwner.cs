using Xen.Linux.Files;

namespace XenDomains.Configuration;

/// <summary>
/// A system that is built on Xen and starts and stops the guests of its hosts itself, by a toolstack and services of its own.
/// </summary>
/// <param name="Name">As its people call it.</param>
/// <param name="Does">What of it stops guests when the host goes down.</param>
/// <param name="File">What only its hosts have.</param>
/// <param name="LeavesRecords">Its guests are made by libxl, which keeps a record of each: they look like those of xl.</param>
/// <param name="UsesNumbersOnce">Its toolstack gives no domain the number of one that was.</param>
sealed record GuestOwner(string Name, string Does, string File, bool LeavesRecords, bool UsesNumbersOnce)
{
    static readonly GuestOwner[] Known =
    [
        new("XAPI", "xapi-domains.service", "/etc/xensource-inventory", LeavesRecords: false, UsesNumbersOnce: false),
        new("Qubes OS", "qubes-core.service", "/etc/qubes-release", LeavesRecords: true, UsesNumbersOnce: true),
    ];

    /// <summary>That of this host; null if there is none.</summary>
    internal static GuestOwner? OfHost(string root = "") => Array.Find(Known, owner => FollowedPath.IsThere(root + owner.File));

    /// <summary>Whether a guest is its own.</summary>
    internal bool Owns(bool isForeign) => isForeign || LeavesRecords;

    /// <summary>That guests are its own, in a sentence.</summary>
    internal string Sentence => $"{Name} starts and stops guests of this host ({Does})";
}

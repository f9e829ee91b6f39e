using Xen.Linux.Files;

namespace XenDomains.Configuration;

/// <summary>
/// A system that is built on Xen and starts and stops its hosts' guests itself, with a toolstack and services of its own.
/// </summary>
/// <param name="Name">The system's usual name.</param>
/// <param name="Does">The part of the system that stops guests when the host goes down.</param>
/// <param name="File">A file that exists only on hosts of this system.</param>
/// <param name="LeavesRecords">libxl makes its guests and keeps a record of each, so they look like guests of xl.</param>
/// <param name="UsesNumbersOnce">Its toolstack never gives a domain the number of an earlier one.</param>
sealed record GuestOwner(string Name, string Does, string File, bool LeavesRecords, bool UsesNumbersOnce)
{
    static readonly GuestOwner[] Known =
    [
        new("XAPI", "xapi-domains.service", "/etc/xensource-inventory", LeavesRecords: false, UsesNumbersOnce: false),
        new("Qubes OS", "qubes-core.service", "/etc/qubes-release", LeavesRecords: true, UsesNumbersOnce: true),
    ];

    /// <summary>The system that owns this host's guests; null if there is none.</summary>
    internal static GuestOwner? OfHost(string root = "") => Array.Find(Known, owner => FollowedPath.IsThere(root + owner.File));

    /// <summary>Whether a guest belongs to the system.</summary>
    internal bool Owns(bool isForeign) => isForeign || LeavesRecords;

    /// <summary>A sentence saying that the system owns the guests.</summary>
    internal string Sentence => $"{Name} starts and stops guests of this host ({Does})";
}

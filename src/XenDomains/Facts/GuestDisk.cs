namespace XenDomains.Facts;

/// <summary>What a guest's disk stands on.</summary>
/// <param name="Target">The file or device.</param>
/// <param name="IsWritable">Whether the guest may change it.</param>
/// <param name="IsOfDom0">It is there in dom0 before the guest starts: neither another domain nor a script of its own makes it.</param>
sealed record GuestDisk(string Target, bool IsWritable, bool IsOfDom0 = true);

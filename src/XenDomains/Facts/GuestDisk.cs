namespace XenDomains.Facts;

/// <summary>The file or device behind a guest's disk.</summary>
/// <param name="Target">The path of the file or device.</param>
/// <param name="IsWritable">Whether the guest may change it.</param>
/// <param name="IsOfDom0">It exists in dom0 before the guest starts: neither another domain nor a script of its own makes it.</param>
sealed record GuestDisk(string Target, bool IsWritable, bool IsOfDom0 = true);

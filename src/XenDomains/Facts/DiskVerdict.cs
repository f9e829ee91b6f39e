namespace XenDomains.Facts;

/// <summary>Whether a guest's disks are as they were when its image was made.</summary>
enum DiskVerdict { Unchanged, Unknown, Changed }

namespace XenStored.Connections;

/// <summary>How often a path was seen.</summary>
/// <param name="path">The absolute path, or its beginning; empty for all texts that are no paths.</param>
/// <param name="isCut">Only the beginning is there.</param>
/// <param name="unsure">How often the path was seen whose place this one took. This one may have been seen as often before.</param>
sealed class PathCount(byte[] path, bool isCut, long unsure)
{
    internal byte[] Path => path;
    internal bool IsCut => isCut;

    /// <summary>Requests that it may have been in.</summary>
    internal long Total => unsure + Sure;

    /// <summary>Requests that it was in, as far as the samples show.</summary>
    internal long Sure { get; private set; }

    /// <summary>Those of them that would change the node.</summary>
    internal long Writes { get; private set; }

    /// <summary>It was in a sample, which stands for a number of requests.</summary>
    internal void Add(int requests, bool areWrites)
    {
        Sure += requests;
        Writes += areWrites ? requests : 0;
    }
}

namespace XenDomains.Planning;

/// <summary>What would happen.</summary>
/// <param name="Steps">In the order of their turns; what does not wait for another may go on beside it.</param>
/// <param name="Remarks">What an administrator should know of, one sentence each.</param>
sealed record Plan<TStep>(IReadOnlyList<TStep> Steps, IReadOnlyList<string> Remarks);

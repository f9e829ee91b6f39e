namespace XenDomains.Planning;

/// <summary>The steps of a start or a stop.</summary>
/// <param name="Steps">In order. A step that waits for no other may run in parallel.</param>
/// <param name="Remarks">What an administrator should know, one sentence each.</param>
sealed record Plan<TStep>(IReadOnlyList<TStep> Steps, IReadOnlyList<string> Remarks);

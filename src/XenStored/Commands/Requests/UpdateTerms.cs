namespace XenStored.Commands.Requests;

/// <summary>How an administrator wants a live update.</summary>
/// <param name="TimeoutSeconds">How long open transactions are waited for, if the other program does not know them.</param>
/// <param name="IsForced">After that time they are broken off. Else the update is.</param>
/// <param name="StreamVersion">The version of the stream for a program that takes one; null: the one that each of them reads.</param>
readonly record struct UpdateTerms(int TimeoutSeconds, bool IsForced, int? StreamVersion);

namespace XenDomains.Tests.Planning;

/// <summary>xendomains was killed: nothing it had begun goes on, but for commands of xl that were under way.</summary>
sealed class KilledException : Exception;

namespace XenStored.Tests.Model;

/// <summary>Who asks, as rights have it.</summary>
sealed record Who(int Domid, bool IsPrivileged);

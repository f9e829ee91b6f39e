namespace Load.Scenarios;

/// <summary>Lays request number <paramref name="index"/> out and returns its length.</summary>
delegate int PutRequest(Span<byte> to, int index);

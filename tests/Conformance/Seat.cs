namespace Xen.Conformance;

/// <summary>A client in a rule: what it has asked, what it has received, what it still has to hear.</summary>
sealed class Seat(string who, IClient client)
{
    readonly Queue<(uint Type, uint RequestId, uint TransactionId)> asked = new();
    Message? returned;
    uint nextId = 100;

    internal string Who { get; } = who;

    internal IClient Client { get; } = client;

    internal List<string> Received { get; } = [];

    internal string? LastCommand { get; set; }

    /// <summary>Events that a target sends only after the reply.</summary>
    internal Queue<(Step Step, Expectation Expected)> Deferred { get; } = new();

    /// <summary>True once the rule has said that no more answers come.</summary>
    internal bool IsGone { get; set; }

    internal void Ask(uint type, uint transaction, string payload) => AskHeader(type, transaction, (uint)payload.Length, payload);

    /// <summary>Sends a header that claims a length, and a payload that may have another.</summary>
    internal void AskHeader(uint type, uint transaction, uint length, string payload)
    {
        asked.Enqueue((type, nextId, transaction));
        Client.Send([.. Wire.Header(type, nextId++, transaction, length), .. Wire.Bytes(payload)]);
    }

    internal void Forget()
    {
        asked.Clear();
        returned = null;
        (Client as IGuest)?.Reset();
    }

    internal Message? Take(TimeSpan timeout)
    {
        var message = returned ?? Client.Receive(timeout);
        if (returned is null)
            Received.Add(message?.ToString() ?? (Client.IsClosed ? "(closed)" : "(nothing)"));
        returned = null;
        return message;
    }

    internal void PutBack(Message message) => returned = message;

    /// <summary>What is wrong with the head of a reply, or null.</summary>
    internal string? HeaderFault(Message reply)
    {
        if (!asked.TryDequeue(out var first))
            return null;
        uint type = reply.IsError ? first.Type : reply.Type;
        return (type, reply.RequestId, reply.TransactionId) == first
            ? null
            : $"type, req_id, tx_id {first} in the reply's header, got {(reply.Type, reply.RequestId, reply.TransactionId)}";
    }
}

namespace Xen.Conformance;

/// <summary>A client in a rule: what it has asked, what it has received, what it still has to hear.</summary>
sealed class Seat(string who, IClient client)
{
    readonly Queue<(uint Type, uint RequestId, uint TransactionId)> _asked = new();
    Message? _returned;
    uint _nextId = 100;

    public string Who { get; } = who;

    public IClient Client { get; } = client;

    public List<string> Received { get; } = [];

    public string? LastCommand { get; set; }

    /// <summary>Events that a target sends only after the reply.</summary>
    public Queue<(Step Step, Expectation Expected)> Deferred { get; } = new();

    /// <summary>True once the rule has said that no more answers come.</summary>
    public bool IsGone { get; set; }

    public void Ask(uint type, uint transaction, string payload) => AskHeader(type, transaction, (uint)payload.Length, payload);

    /// <summary>Sends a header that claims a length, and a payload that may have another.</summary>
    public void AskHeader(uint type, uint transaction, uint length, string payload)
    {
        _asked.Enqueue((type, _nextId, transaction));
        Client.Send([.. Wire.Header(type, _nextId++, transaction, length), .. Wire.Bytes(payload)]);
    }

    public void Forget()
    {
        _asked.Clear();
        _returned = null;
        (Client as IGuest)?.Reset();
    }

    public Message? Take(TimeSpan timeout)
    {
        var message = _returned ?? Client.Receive(timeout);
        if (_returned is null)
        {
            Received.Add(message?.ToString() ?? (Client.IsClosed ? "(closed)" : "(nothing)"));
        }
        _returned = null;
        return message;
    }

    public void PutBack(Message message) => _returned = message;

    /// <summary>What is wrong with the head of a reply, or null.</summary>
    public string? HeaderFault(Message reply)
    {
        if (!_asked.TryDequeue(out var asked))
        {
            return null;
        }
        var type = reply.IsError ? asked.Type : reply.Type;
        return (type, reply.RequestId, reply.TransactionId) == asked
            ? null
            : $"type, req_id, tx_id {asked} in the reply's header, got {(reply.Type, reply.RequestId, reply.TransactionId)}";
    }
}

namespace Xen.Conformance;

enum Kind
{
    /// <summary><c>=</c></summary>
    Reply,
    /// <summary><c>&lt;</c></summary>
    Event,
    /// <summary><c>&gt;</c></summary>
    EventBeforeReply,
    /// <summary><c>!closed</c></summary>
    Closed,
    /// <summary><c>!silent</c></summary>
    Silent,
}

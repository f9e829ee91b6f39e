using Tmds.DBus.Protocol;

namespace Xen.Bus;

/// <summary>A method of an object that we serve.</summary>
/// <param name="Signature">The types of its arguments. A call with other types is refused unread.</param>
/// <param name="AnswerAsync">Replies to a call. An exception becomes the reply's error.</param>
public sealed record ServedMethod(string Signature, Func<MethodContext, Task> AnswerAsync);

using Tmds.DBus.Protocol;

namespace Xen.Bus;

/// <summary>A method of an object that we serve.</summary>
/// <param name="Signature">The types of its arguments. A call with others is refused before anything of it is read.</param>
/// <param name="AnswerAsync">Replies to a call, or throws why not.</param>
public sealed record ServedMethod(string Signature, Func<MethodContext, Task> AnswerAsync);

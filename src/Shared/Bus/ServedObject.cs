namespace Xen.Bus;

/// <summary>An object on the bus: what it says of itself, and who answers its calls.</summary>
sealed record ServedObject(string Description, IReadOnlyDictionary<string, string> Methods, Func<BusRequest, Task<BusAnswer>> Handler)
{
    /// <summary>Has a call answered: with values, or with why not.</summary>
    internal async Task AnswerAsync(BusRequest request, Action<BusAnswer> reply, Action<BusException> refuse)
    {
        try
        {
            reply(await Handler(request).ConfigureAwait(false));
        }
        catch (BusException e)
        {
            refuse(e);
        }
        catch (Exception e)
        {
            refuse(new(BusException.Failed, e.Message)); // a fault of ours is the caller's to hear of, too
        }
    }
}

using Xen.Wire;
using XenStored.State;

namespace XenStored.Commands;

/// <summary>The toolstack's requests about domains.</summary>
static class DomainCommands
{
    /// <summary>
    /// INTRODUCE <c>domid|gfn|port|</c>. The page is found through the domain's grant 1, so the frame number is not looked at.
    /// </summary>
    internal static Reply Introduce(Turn turn, PayloadReader arguments)
    {
        if (arguments.Count < 3 || !arguments.TryNextDomid(out ushort domid)
            || !arguments.TryNext(out _) || !arguments.TryNext(out var port))
            return XsError.EINVAL;
        return PayloadReader.Atoi(port) is > 0 and var number ? turn.DomainLife.Introduce(domid, (uint)number) : XsError.EINVAL;
    }

    /// <summary>RELEASE <c>domid|</c></summary>
    internal static Reply Release(Turn turn, PayloadReader arguments) =>
        TryOnlyDomid(arguments, out ushort domid) ? turn.DomainLife.Release(domid) : XsError.EINVAL;

    /// <summary>RESUME <c>domid|</c>: the domain runs again, so its next shutdown is news.</summary>
    internal static Reply Resume(Turn turn, PayloadReader arguments)
    {
        if (!TryOnlyDomid(arguments, out ushort domid) || turn.Domains.IsHosts(domid))
            return XsError.EINVAL;
        if (turn.Domains.Find(domid) is not { IsIntroduced: true } domain)
            return XsError.ENOENT;
        domain.IsShutdownTold = false;
        return Reply.Ok;
    }

    /// <summary>SET_TARGET <c>domid|target|</c>: the first has the permissions of the second as well.</summary>
    internal static Reply SetTarget(Turn turn, PayloadReader arguments)
    {
        if (arguments.Count != 2 || !arguments.TryNextDomid(out ushort domid) || !arguments.TryNextDomid(out ushort target))
            return XsError.EINVAL;
        if (turn.Domains.Find(domid) is not { IsIntroduced: true } domain
            || turn.Domains.Find(target) is not { IsIntroduced: true } targetDomain)
            return XsError.ENOENT;
        domain.Target = targetDomain;
        return Reply.Ok;
    }

    /// <summary>IS_DOMAIN_INTRODUCED <c>domid|</c> → <c>T|</c> or <c>F|</c></summary>
    internal static Reply IsIntroduced(Turn turn, PayloadReader arguments)
    {
        if (!TryOnlyDomid(arguments, out ushort domid))
            return XsError.EINVAL;
        bool isIntroduced = domid == Domid.Self || turn.Domains.Find(domid) is { IsIntroduced: true };
        return Reply.Of(isIntroduced ? "T\0"u8 : "F\0"u8);
    }

    /// <summary>GET_DOMAIN_PATH <c>domid|</c> → <c>/local/domain/N|</c>, whether there is such a domain or not.</summary>
    internal static Reply GetPath(Turn turn, PayloadReader arguments)
    {
        if (!TryOnlyDomid(arguments, out ushort domid))
            return XsError.EINVAL;
        Span<byte> path = stackalloc byte[StorePath.LongestHome];
        return turn.Buffer.Append(path[..StorePath.WriteHome(domid, path)]).Append([0]).Reply;
    }

    /// <summary>GET_FEATURE empty: what the store offers to the caller; or <c>domid|</c>.</summary>
    internal static Reply GetFeature(Turn turn, PayloadReader arguments)
    {
        if (arguments.Rest.IsEmpty)
            return turn.Buffer.Append((uint)(turn.Session.IsSocket ? StoreFeatures.All : turn.Session.Domain.Features)).Append([0]).Reply;
        if (!turn.Session.IsPrivileged)
            return XsError.EACCES;
        if (!TryOnlyDomid(arguments, out ushort domid))
            return XsError.EINVAL;
        if (turn.Domains.Find(domid) is { } domain)
            return turn.Buffer.Append((uint)domain.Features).Append([0]).Reply;
        return turn.DomainLife.Exists(domid) ? turn.Buffer.Append((uint)StoreFeatures.All).Append([0]).Reply : XsError.ENOENT;
    }

    /// <summary>SET_FEATURE <c>domid|value|</c>, before the domain is introduced.</summary>
    internal static Reply SetFeature(Turn turn, PayloadReader arguments)
    {
        if (arguments.Count != 2 || !arguments.TryNextDomid(out ushort domid) || !arguments.TryNext(out var text))
            return XsError.EINVAL;
        var features = (StoreFeatures)(uint)PayloadReader.Atoi(text);
        var domain = turn.Domains.Find(domid);
        if (domain is { IsIntroduced: true })
            return XsError.EBUSY;
        if (domain is null && !turn.DomainLife.Exists(domid))
            return XsError.ENOENT;
        if ((features & ~StoreFeatures.All) != 0)
            return XsError.EINVAL;
        turn.Domains.Known(domid).Features = features;
        return Reply.Ok;
    }

    static bool TryOnlyDomid(PayloadReader arguments, out ushort domid)
    {
        domid = 0;
        return arguments.TryOnly(out var text) && PayloadReader.TryDomid(text, out domid);
    }
}

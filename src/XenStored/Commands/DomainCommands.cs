using Xen.Protocol.Wire;
using XenStored.Commands.Requests;
using XenStored.Tree;

namespace XenStored.Commands;

/// <summary>The toolstack's requests about domains.</summary>
static class DomainCommands
{
    /// <summary>
    /// INTRODUCE <c>domid|gfn|port|</c>. The domain's grant 1 leads to the page, so the frame number is ignored.
    /// </summary>
    internal static Reply Introduce(RequestContext request, PayloadReader arguments)
    {
        if (arguments.Count < 3 || !arguments.TryNextDomid(out ushort domid)
            || !arguments.TryNext(out _) || !arguments.TryNext(out var port))
            return XsError.EINVAL;
        return PayloadReader.Atoi(port) is > 0 and var number ? request.DomainLife.Introduce(domid, (uint)number) : XsError.EINVAL;
    }

    /// <summary>RELEASE <c>domid|</c></summary>
    internal static Reply Release(RequestContext request, PayloadReader arguments) =>
        TryOnlyDomid(arguments, out ushort domid) ? request.DomainLife.Release(domid) : XsError.EINVAL;

    /// <summary>RESUME <c>domid|</c>: the domain runs again, so its next shutdown is reported again.</summary>
    internal static Reply Resume(RequestContext request, PayloadReader arguments)
    {
        if (!TryOnlyDomid(arguments, out ushort domid) || request.Domains.IsHosts(domid))
            return XsError.EINVAL;
        if (request.Domains.Find(domid) is not { IsIntroduced: true } domain)
            return XsError.ENOENT;
        domain.IsShutdownReported = false;
        return Reply.Ok;
    }

    /// <summary>SET_TARGET <c>domid|target|</c>: the first domain also gets the permissions of the second.</summary>
    internal static Reply SetTarget(RequestContext request, PayloadReader arguments)
    {
        if (arguments.Count != 2 || !arguments.TryNextDomid(out ushort domid) || !arguments.TryNextDomid(out ushort target))
            return XsError.EINVAL;
        if (request.Domains.Find(domid) is not { IsIntroduced: true } domain
            || request.Domains.Find(target) is not { IsIntroduced: true } targetDomain)
            return XsError.ENOENT;
        domain.Target = targetDomain;
        return Reply.Ok;
    }

    /// <summary>IS_DOMAIN_INTRODUCED <c>domid|</c> → <c>T|</c> or <c>F|</c></summary>
    internal static Reply IsIntroduced(RequestContext request, PayloadReader arguments)
    {
        if (!TryOnlyDomid(arguments, out ushort domid))
            return XsError.EINVAL;
        bool isIntroduced = domid == Domid.Self || request.Domains.Find(domid) is { IsIntroduced: true };
        return Reply.Of(isIntroduced ? "T\0"u8 : "F\0"u8);
    }

    /// <summary>GET_DOMAIN_PATH <c>domid|</c> → <c>/local/domain/N|</c>, whether the domain exists or not.</summary>
    internal static Reply GetPath(RequestContext request, PayloadReader arguments)
    {
        if (!TryOnlyDomid(arguments, out ushort domid))
            return XsError.EINVAL;
        Span<byte> path = stackalloc byte[StorePath.LongestHome];
        return request.Buffer.Append(path[..StorePath.WriteHome(domid, path)]).Append([0]).Reply;
    }

    /// <summary>GET_FEATURE empty or <c>domid|</c>: the features that the store offers to the caller or to a domain.</summary>
    internal static Reply GetFeature(RequestContext request, PayloadReader arguments)
    {
        if (arguments.Rest.IsEmpty)
            return Features(request, request.Session.IsSocket ? StoreFeatures.All : request.Session.Domain.Features);
        if (!request.Session.IsPrivileged && !request.Session.IsReader)
            return XsError.EACCES;
        if (!TryOnlyDomid(arguments, out ushort domid))
            return XsError.EINVAL;
        if (request.Domains.Find(domid) is { } domain)
            return Features(request, domain.Features);
        return request.DomainLife.Exists(domid) ? Features(request, StoreFeatures.All) : XsError.ENOENT;
    }

    /// <summary>SET_FEATURE <c>domid|value|</c>, before the domain is introduced.</summary>
    internal static Reply SetFeature(RequestContext request, PayloadReader arguments)
    {
        if (arguments.Count != 2 || !arguments.TryNextDomid(out ushort domid) || !arguments.TryNext(out var text))
            return XsError.EINVAL;
        var features = (StoreFeatures)(uint)PayloadReader.Atoi(text);
        var domain = request.Domains.Find(domid);
        if (domain is { IsIntroduced: true })
            return XsError.EBUSY;
        if (domain is null && !request.DomainLife.Exists(domid))
            return XsError.ENOENT;
        if ((features & ~StoreFeatures.All) != 0)
            return XsError.EINVAL;
        request.Domains.FindOrAdd(domid).Features = features;
        return Reply.Ok;
    }

    static Reply Features(RequestContext request, StoreFeatures features) => request.Buffer.Append((uint)features).Append([0]).Reply;

    static bool TryOnlyDomid(PayloadReader arguments, out ushort domid)
    {
        domid = 0;
        return arguments.TryOnly(out var text) && PayloadReader.TryDomid(text, out domid);
    }
}

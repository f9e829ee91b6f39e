using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Commands.Requests;

namespace XenStored.Commands;

/// <summary>GET_QUOTA and SET_QUOTA: the limits of all guests or of one.</summary>
static class QuotaCommands
{
    /// <summary>Empty → all names; <c>name|</c> → the limit of all domains; <c>domid|name|</c> → the limit of one.</summary>
    internal static Reply Get(RequestContext request, PayloadReader arguments)
    {
        if (arguments.Rest.IsEmpty)
            return request.Buffer.Text(string.Join(' ', Quotas.Table.Select(row => row.Name)));
        Domain? domain = null;
        int count = arguments.Count;
        if (count is < 1 or > 2)
            return XsError.EINVAL;
        if (count == 2 && Named(request, ref arguments, out domain) is var error && error != XsError.None)
            return error;
        if (!arguments.TryOnly(out var name) || !Quotas.TryParse(name, out var quota))
            return XsError.EINVAL;
        return request.Buffer.Append(domain is null ? request.Quotas[quota] : domain.Limits[quota]).Append([0]).Reply;
    }

    /// <summary><c>name|value|</c> or <c>domid|name|value|</c>; 0 is no limit.</summary>
    internal static Reply Set(RequestContext request, PayloadReader arguments)
    {
        Domain? domain = null;
        int count = arguments.Count;
        if (count is < 2 or > 3)
            return XsError.EINVAL;
        if (count == 3 && Named(request, ref arguments, out domain) is var error && error != XsError.None)
            return error;
        if (!arguments.TryNext(out var name) || !Quotas.TryParse(name, out var quota) || !arguments.TryOnly(out var text)
            || !PayloadReader.TryNumber(text, out int value))
            return XsError.EINVAL;
        if (domain is null)
            request.Store.Quotas[quota] = value; // only for new domains, as xenstore.txt says
        else
        {
            domain.Limits.Set(quota, value);
            domain.Changed();
        }
        return Reply.Ok;
    }

    static XsError Named(RequestContext request, ref PayloadReader arguments, out Domain? domain)
    {
        domain = null;
        if (!arguments.TryNextDomid(out ushort domid))
            return XsError.EINVAL;
        domain = request.Session.IsReader ? request.Domains.Find(domid) : request.DomainLife.Meet(domid); // a reader makes no record
        return domain is null ? XsError.ENOENT : XsError.None;
    }
}

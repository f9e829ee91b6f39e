using System.Runtime.InteropServices;
using Xen.Hypervisor;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Sockets;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;

namespace Xen.Tests;

/// <summary>Our layouts and numbers against Xen's and Linux's own headers: a C program of assertions must compile.</summary>
public sealed class LayoutTests
{
    [Fact]
    public void Our_numbers_are_those_of_the_C_headers()
    {
        var program = new CProgram("errno.h", "fcntl.h", "signal.h", "poll.h", "sys/epoll.h", "sys/eventfd.h", "sys/file.h", "sys/prctl.h", "sys/resource.h",
            "sys/socket.h", "sys/stat.h", "sys/statvfs.h", "sys/ioctl.h", "sys/mman.h", "termios.h", "sys/un.h", "spawn.h", "linux/seccomp.h", "linux/filter.h", "xen/xen.h", "xen/io/xs_wire.h", "xen/io/console.h");
        void Is(string c, object value) => program.Is(c, value);

        // xs_wire.h
        Is("sizeof(struct xsd_sockmsg)", MessageHeader.Size);
        Is("offsetof(struct xsd_sockmsg, type)", Marshal.OffsetOf<MessageHeader>("<Type>k__BackingField"));
        Is("offsetof(struct xsd_sockmsg, req_id)", Marshal.OffsetOf<MessageHeader>("<RequestId>k__BackingField"));
        Is("offsetof(struct xsd_sockmsg, tx_id)", Marshal.OffsetOf<MessageHeader>("<TransactionId>k__BackingField"));
        Is("offsetof(struct xsd_sockmsg, len)", Marshal.OffsetOf<MessageHeader>("<Length>k__BackingField"));
        foreach (var (name, type) in new[]
        {
            ("XS_CONTROL", MessageType.Control), ("XS_DIRECTORY", MessageType.Directory), ("XS_READ", MessageType.Read), ("XS_GET_PERMS", MessageType.GetPerms),
            ("XS_WATCH", MessageType.Watch), ("XS_UNWATCH", MessageType.Unwatch), ("XS_TRANSACTION_START", MessageType.TransactionStart),
            ("XS_TRANSACTION_END", MessageType.TransactionEnd), ("XS_INTRODUCE", MessageType.Introduce), ("XS_RELEASE", MessageType.Release),
            ("XS_GET_DOMAIN_PATH", MessageType.GetDomainPath), ("XS_WRITE", MessageType.Write), ("XS_MKDIR", MessageType.Mkdir), ("XS_RM", MessageType.Rm),
            ("XS_SET_PERMS", MessageType.SetPerms), ("XS_WATCH_EVENT", MessageType.WatchEvent), ("XS_ERROR", MessageType.Error),
            ("XS_IS_DOMAIN_INTRODUCED", MessageType.IsDomainIntroduced), ("XS_RESUME", MessageType.Resume), ("XS_SET_TARGET", MessageType.SetTarget),
            ("XS_RESET_WATCHES", MessageType.ResetWatches), ("XS_DIRECTORY_PART", MessageType.DirectoryPart), ("XS_INVALID", MessageType.Invalid),
        })
            Is(name, (uint)type);
        Is("XENSTORE_PAYLOAD_MAX", WireLimits.Payload);
        Is("XENSTORE_REL_PATH_MAX", WireLimits.RelativePath);
        Is("XENSTORE_RING_SIZE", StorePage.RingSize);
        Is("offsetof(struct xenstore_domain_interface, rsp)", StorePage.RingSize);
        foreach (var (c, ours) in new[]
        {
            ("req_cons", nameof(StorePage.StoreFields.RequestsConsumed)), ("req_prod", nameof(StorePage.StoreFields.RequestsProduced)), ("rsp_cons", nameof(StorePage.StoreFields.RepliesConsumed)),
            ("rsp_prod", nameof(StorePage.StoreFields.RepliesProduced)), ("server_features", nameof(StorePage.StoreFields.Features)), ("connection", nameof(StorePage.StoreFields.Connection)),
            ("error", nameof(StorePage.StoreFields.Error)),
        })
            Is($"offsetof(struct xenstore_domain_interface, {c})", 2 * StorePage.RingSize + (int)Marshal.OffsetOf<StorePage.StoreFields>(ours));
        Is("XENSTORE_SERVER_FEATURE_RECONNECTION", (uint)StoreFeatures.Reconnection);
        Is("XENSTORE_SERVER_FEATURE_ERROR", (uint)StoreFeatures.Error);
        Is("XENSTORE_ERROR_NONE", (uint)RingFault.None);
        Is("XENSTORE_ERROR_COMM", (uint)RingFault.Communication);
        Is("XENSTORE_ERROR_RINGIDX", (uint)RingFault.Index);
        Is("XENSTORE_ERROR_PROTO", (uint)RingFault.Protocol);
        // console.h; `connection` came with Xen 4.21, behind the indices
        Is("sizeof(((struct xencons_interface *)0)->in)", ConsolePage.InputSize);
        Is("sizeof(((struct xencons_interface *)0)->out)", ConsolePage.OutputSize);
        Is("offsetof(struct xencons_interface, out)", ConsolePage.InputSize);
        foreach (var (c, ours) in new[]
        {
            ("in_cons", nameof(ConsolePage.ConsoleFields.InputConsumed)), ("in_prod", nameof(ConsolePage.ConsoleFields.InputProduced)), ("out_cons", nameof(ConsolePage.ConsoleFields.OutputConsumed)),
            ("out_prod", nameof(ConsolePage.ConsoleFields.OutputProduced)),
        })
            Is($"offsetof(struct xencons_interface, {c})", ConsolePage.InputSize + ConsolePage.OutputSize + (int)Marshal.OffsetOf<ConsolePage.ConsoleFields>(ours));
        Is("offsetof(struct xencons_interface, out_prod) + 4", ConsolePage.InputSize + ConsolePage.OutputSize + (int)Marshal.OffsetOf<ConsolePage.ConsoleFields>(nameof(ConsolePage.ConsoleFields.Connection)));
        foreach (var error in Enum.GetValues<XsError>().Where(error => error != XsError.None))
            Is($"{error}", (int)error); // asm-generic/errno.h
        // xen.h
        Is("DOMID_FIRST_RESERVED", Domid.FirstReserved);
        Is("DOMID_SELF", Domid.Self);
        Is("DOMID_INVALID", Domid.Invalid);
        Is("VIRQ_DOM_EXC", Virq.DomainException);
        // Linux
        foreach (var field in typeof(Errno).GetFields())
            Is(field.Name, field.GetRawConstantValue()!);
        Is("sizeof(struct epoll_event)", 12);
        Is("offsetof(struct epoll_event, data)", 4);
        Is("EPOLLIN", (uint)Readiness.Read);
        Is("EPOLLOUT", (uint)Readiness.Write);
        Is("EPOLLERR", (uint)Readiness.Error);
        Is("EPOLLHUP", (uint)Readiness.HangUp);
        Is("sizeof(struct ucred)", 12);
        Is("sizeof(struct flock)", 32);
        Is("offsetof(struct flock, l_start)", 8);
        Is("sizeof(struct rlimit)", 16);
        Is("sizeof(((struct sockaddr_un *)0)->sun_path)", UnixSocket.LongestPath + 1);
        foreach (var field in typeof(Libc).GetFields(System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static).Where(field => field.IsLiteral && !field.Name.Contains("Of", StringComparison.Ordinal)))
            Is(field.Name, field.GetRawConstantValue()!);
        Is("POSIX_SPAWN_SETSID", 0x80);
        program.Add("_Static_assert(sizeof(posix_spawnattr_t) <= 512, \"posix_spawnattr_t\");");
        Is("offsetof(struct statx, stx_nlink)", Libc.LinksOfStatx);
        Is("sizeof(((struct statx *)0)->stx_nlink)", sizeof(uint));
        Is("offsetof(struct statx, stx_mode)", Libc.ModeOfStatx);
        Is("sizeof(((struct statx *)0)->stx_mode)", sizeof(ushort));
        Is("offsetof(struct statvfs, f_blocks)", 8 * Libc.BlocksOfStatvfs);
        Is("offsetof(struct statvfs, f_bavail)", 8 * Libc.AvailableOfStatvfs);
        program.Add("_Static_assert(sizeof(struct statx) <= 256 && sizeof(struct statvfs) <= 256, \"struct statx, struct statvfs\");");
        program.Add("_Static_assert(sizeof(struct termios) <= 128, \"struct termios\");");
        Is("sizeof(struct msghdr)", Marshal.SizeOf<Libc.SocketMessageHeader>());
        foreach (var (c, ours) in new[] { ("msg_name", "Name"), ("msg_namelen", "NameLength"), ("msg_iov", "Vectors"), ("msg_iovlen", "VectorCount"), ("msg_control", "Control"), ("msg_controllen", "ControlLength"), ("msg_flags", "Flags") })
            Is($"offsetof(struct msghdr, {c})", Marshal.OffsetOf<Libc.SocketMessageHeader>(ours));
        Is("sizeof(struct iovec)", Marshal.SizeOf<Libc.IoVector>());
        Is("sizeof(struct cmsghdr)", Marshal.SizeOf<Libc.ControlHeader>());
        Is("offsetof(struct cmsghdr, cmsg_level)", Marshal.OffsetOf<Libc.ControlHeader>("Level"));
        Is("CMSG_LEN(0)", Marshal.SizeOf<Libc.ControlHeader>());
        Is("sizeof(struct sock_filter)", Marshal.SizeOf<Libc.SockFilter>());
        Is("offsetof(struct sock_fprog, filter)", 8);
        program.AssertCompiles();
    }

    [Fact]
    public void The_errors_are_those_of_xs_wire()
    {
        string header = File.ReadAllText("/usr/include/xen/io/xs_wire.h");
        var names = System.Text.RegularExpressions.Regex.Matches(header, @"XSD_ERROR\((\w+)\)").Select(match => match.Groups[1].Value).Where(name => name != "x");
        Assert.Equal(names.Order(), Enum.GetNames<XsError>().Skip(1).Order());
    }

    [Fact]
    public void An_errno_is_told_by_its_own_name_where_it_has_one_on_the_wire()
    {
        Assert.Equal(XsError.ENOSPC, XsErrors.OfErrno(Errno.ENOSPC));
        Assert.Equal(XsError.None, XsErrors.OfErrno(0));
        Assert.Equal(XsError.EINVAL, XsErrors.OfErrno(Errno.ECONNREFUSED));
        Assert.Equal(XsError.EINVAL, XsErrors.OfErrno(-1));
        Assert.Equal(XsError.EINVAL, XsErrors.OfErrno(1000 + Errno.ENOENT));
        Assert.Equal("ENOTEMPTY\0"u8, XsErrors.Payload(XsError.ENOTEMPTY));
        foreach (var error in Enum.GetValues<XsError>().Where(error => error != XsError.None))
            Assert.Equal(error, XsErrors.Parse(error.Payload()));
    }
}

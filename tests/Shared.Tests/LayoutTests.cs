using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Xen.Hypervisor.Answers;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Sockets;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;

namespace Xen.Tests;

/// <summary>Our layouts and numbers against Xen's and Linux's own headers: a C program of assertions must compile.</summary>
public sealed class LayoutTests
{
    static readonly (string C, MessageType Ours)[] MessageTypes =
    [
        ("XS_CONTROL", MessageType.Control), ("XS_DIRECTORY", MessageType.Directory), ("XS_READ", MessageType.Read),
        ("XS_GET_PERMS", MessageType.GetPerms), ("XS_WATCH", MessageType.Watch), ("XS_UNWATCH", MessageType.Unwatch),
        ("XS_TRANSACTION_START", MessageType.TransactionStart), ("XS_TRANSACTION_END", MessageType.TransactionEnd),
        ("XS_INTRODUCE", MessageType.Introduce), ("XS_RELEASE", MessageType.Release), ("XS_GET_DOMAIN_PATH", MessageType.GetDomainPath),
        ("XS_WRITE", MessageType.Write), ("XS_MKDIR", MessageType.Mkdir), ("XS_RM", MessageType.Rm),
        ("XS_SET_PERMS", MessageType.SetPerms), ("XS_WATCH_EVENT", MessageType.WatchEvent), ("XS_ERROR", MessageType.Error),
        ("XS_IS_DOMAIN_INTRODUCED", MessageType.IsDomainIntroduced), ("XS_RESUME", MessageType.Resume),
        ("XS_SET_TARGET", MessageType.SetTarget), ("XS_RESET_WATCHES", MessageType.ResetWatches),
        ("XS_DIRECTORY_PART", MessageType.DirectoryPart), ("XS_INVALID", MessageType.Invalid),
    ];

    static readonly (string C, string Ours)[] StoreFields =
    [
        ("req_cons", nameof(StorePage.StoreFields.RequestsConsumed)), ("req_prod", nameof(StorePage.StoreFields.RequestsProduced)),
        ("rsp_cons", nameof(StorePage.StoreFields.RepliesConsumed)), ("rsp_prod", nameof(StorePage.StoreFields.RepliesProduced)),
        ("server_features", nameof(StorePage.StoreFields.Features)), ("connection", nameof(StorePage.StoreFields.Connection)),
        ("error", nameof(StorePage.StoreFields.Error)),
    ];

    static readonly (string C, string Ours)[] ConsoleFields =
    [
        ("in_cons", nameof(ConsolePage.ConsoleFields.InputConsumed)), ("in_prod", nameof(ConsolePage.ConsoleFields.InputProduced)),
        ("out_cons", nameof(ConsolePage.ConsoleFields.OutputConsumed)), ("out_prod", nameof(ConsolePage.ConsoleFields.OutputProduced)),
    ];

    static readonly (string C, string Ours)[] SocketMessageFields =
    [
        ("msg_name", "Name"), ("msg_namelen", "NameLength"), ("msg_iov", "Vectors"), ("msg_iovlen", "VectorCount"),
        ("msg_control", "Control"), ("msg_controllen", "ControlLength"), ("msg_flags", "Flags"),
    ];

    static readonly (string C, int Ours)[] SocketOptions =
    [
        ("SO_TYPE", Libc.SO_TYPE), ("SO_PEERCRED", Libc.SO_PEERCRED), ("SO_ACCEPTCONN", Libc.SO_ACCEPTCONN), ("SO_DOMAIN", Libc.SO_DOMAIN),
        ("SO_COOKIE", Libc.SO_COOKIE), ("SO_PEERGROUPS", Libc.SO_PEERGROUPS), ("F_GETFD", Libc.F_GETFD), ("F_SETFD", Libc.F_SETFD),
    ];

    [Fact]
    public void Our_numbers_are_those_of_the_C_headers()
    {
        var program = Headers();
        // xen.h
        program.Is("DOMID_FIRST_RESERVED", Domid.FirstReserved);
        program.Is("DOMID_SELF", Domid.Self);
        program.Is("DOMID_INVALID", Domid.Invalid);
        program.Is("VIRQ_DOM_EXC", Virq.DomainException);
        foreach (var error in Enum.GetValues<XsError>().Where(error => error != XsError.None))
            program.Is($"{error}", (int)error); // asm-generic/errno.h
        // Linux
        foreach (var field in typeof(Errno).GetFields())
            program.Is(field.Name, field.GetRawConstantValue()!);
        foreach (var field in typeof(Libc).GetFields(BindingFlags.NonPublic | BindingFlags.Static)
            .Where(field => field.IsLiteral && !field.Name.Contains("Of", StringComparison.Ordinal)))
            program.Is(field.Name, field.GetRawConstantValue()!);
        program.Is("EPOLLIN", (uint)Readiness.Read);
        program.Is("EPOLLOUT", (uint)Readiness.Write);
        program.Is("EPOLLERR", (uint)Readiness.Error);
        program.Is("EPOLLHUP", (uint)Readiness.HangUp);
        program.Is("POSIX_SPAWN_SETSID", 0x80);
        program.AssertCompiles();
    }

    [Fact]
    public void The_stores_messages_are_those_of_xs_wire()
    {
        var program = Headers();
        program.Is("sizeof(struct xsd_sockmsg)", MessageHeader.Size);
        program.Is("offsetof(struct xsd_sockmsg, type)", Marshal.OffsetOf<MessageHeader>("<Type>k__BackingField"));
        program.Is("offsetof(struct xsd_sockmsg, req_id)", Marshal.OffsetOf<MessageHeader>("<RequestId>k__BackingField"));
        program.Is("offsetof(struct xsd_sockmsg, tx_id)", Marshal.OffsetOf<MessageHeader>("<TransactionId>k__BackingField"));
        program.Is("offsetof(struct xsd_sockmsg, len)", Marshal.OffsetOf<MessageHeader>("<Length>k__BackingField"));
        foreach (var (name, type) in MessageTypes)
            program.Is(name, (uint)type);
        program.Is("XENSTORE_PAYLOAD_MAX", WireLimits.Payload);
        program.Is("XENSTORE_REL_PATH_MAX", WireLimits.RelativePath);
        program.AssertCompiles();
    }

    [Fact]
    public void The_stores_ring_is_that_of_xs_wire()
    {
        var program = Headers();
        program.Is("XENSTORE_RING_SIZE", StorePage.RingSize);
        program.Is("offsetof(struct xenstore_domain_interface, rsp)", StorePage.RingSize);
        foreach (var (c, ours) in StoreFields)
            program.Is($"offsetof(struct xenstore_domain_interface, {c})",
                2 * StorePage.RingSize + (int)Marshal.OffsetOf<StorePage.StoreFields>(ours));
        program.Is("XENSTORE_SERVER_FEATURE_RECONNECTION", (uint)StoreFeatures.Reconnection);
        program.Is("XENSTORE_SERVER_FEATURE_ERROR", (uint)StoreFeatures.Error);
        program.Is("XENSTORE_ERROR_NONE", (uint)RingFault.None);
        program.Is("XENSTORE_ERROR_COMM", (uint)RingFault.Communication);
        program.Is("XENSTORE_ERROR_RINGIDX", (uint)RingFault.Index);
        program.Is("XENSTORE_ERROR_PROTO", (uint)RingFault.Protocol);
        program.AssertCompiles();
    }

    // The field `connection` came with Xen 4.21. It stands behind the indices.
    [Fact]
    public void The_consoles_ring_is_that_of_Xens_headers()
    {
        const int Rings = ConsolePage.InputSize + ConsolePage.OutputSize;
        var program = Headers();
        program.Is("sizeof(((struct xencons_interface *)0)->in)", ConsolePage.InputSize);
        program.Is("sizeof(((struct xencons_interface *)0)->out)", ConsolePage.OutputSize);
        program.Is("offsetof(struct xencons_interface, out)", ConsolePage.InputSize);
        foreach (var (c, ours) in ConsoleFields)
            program.Is($"offsetof(struct xencons_interface, {c})", Rings + (int)Marshal.OffsetOf<ConsolePage.ConsoleFields>(ours));
        program.Is("offsetof(struct xencons_interface, out_prod) + 4",
            Rings + (int)Marshal.OffsetOf<ConsolePage.ConsoleFields>(nameof(ConsolePage.ConsoleFields.Connection)));
        program.AssertCompiles();
    }

    [Fact]
    public void The_status_of_a_file_is_that_of_its_headers()
    {
        var program = Headers();
        program.Is("offsetof(struct statx, stx_nlink)", Libc.LinksOfStatx);
        program.Is("sizeof(((struct statx *)0)->stx_nlink)", sizeof(uint));
        program.Is("offsetof(struct statx, stx_mode)", Libc.ModeOfStatx);
        program.Is("sizeof(((struct statx *)0)->stx_mode)", sizeof(ushort));
        program.Is("offsetof(struct statx, stx_uid)", Libc.OwnerOfStatx);
        program.Is("offsetof(struct statx, stx_ino)", Libc.InodeOfStatx);
        program.Is("offsetof(struct statx, stx_size)", Libc.SizeOfStatx);
        program.Is("offsetof(struct statx, stx_ctime)", Libc.ChangedOfStatx);
        program.Is("offsetof(struct statx, stx_mtime)", Libc.ModifiedOfStatx);
        program.Is("offsetof(struct statx_timestamp, tv_nsec)", 8);
        program.Is("STATX_BASIC_STATS", (int)Libc.STATX_BASIC_STATS);
        program.Is("sizeof(((struct statx *)0)->stx_uid)", sizeof(uint));
        program.Add("_Static_assert(sizeof(struct statx) <= 256, \"struct statx\");");
        program.AssertCompiles();
    }

    [Fact]
    public void The_structures_of_calls_to_Linux_are_those_of_its_headers()
    {
        var program = Headers();
        program.Is("sizeof(struct epoll_event)", 12);
        program.Is("offsetof(struct epoll_event, data)", 4);
        program.Is("sizeof(struct ucred)", 12);
        program.Is("sizeof(struct flock)", 32);
        program.Is("offsetof(struct flock, l_start)", 8);
        program.Is("sizeof(struct rlimit)", 16);
        program.Is("sizeof(((struct sockaddr_un *)0)->sun_path)", UnixSocket.LongestPath + 1);
        program.Add("_Static_assert(sizeof(posix_spawnattr_t) <= 512, \"posix_spawnattr_t\");");
        program.Is("offsetof(struct statvfs, f_blocks)", 8 * Libc.BlocksOfStatvfs);
        program.Is("offsetof(struct statvfs, f_bavail)", 8 * Libc.AvailableOfStatvfs);
        program.Add("_Static_assert(sizeof(struct statvfs) <= 256, \"struct statvfs\");");
        program.Add("_Static_assert(sizeof(struct termios) <= 128, \"struct termios\");");
        program.Is("sizeof(struct msghdr)", Marshal.SizeOf<Libc.SocketMessageHeader>());
        foreach (var (c, ours) in SocketMessageFields)
            program.Is($"offsetof(struct msghdr, {c})", Marshal.OffsetOf<Libc.SocketMessageHeader>(ours));
        program.Is("sizeof(struct mmsghdr)", Marshal.OffsetOf<Libc.CountedMessage>("Vector"));
        program.Is("offsetof(struct mmsghdr, msg_len)", Marshal.OffsetOf<Libc.CountedMessage>("Count"));
        program.Is("sizeof(struct mmsghdr) + sizeof(struct iovec)", CountedCall.Size);
        foreach (var (name, value) in SocketOptions)
            program.Is(name, value);
        program.Is("sizeof(struct iovec)", Marshal.SizeOf<Libc.IoVector>());
        program.Is("sizeof(struct cmsghdr)", Marshal.SizeOf<Libc.ControlHeader>());
        program.Is("offsetof(struct cmsghdr, cmsg_level)", Marshal.OffsetOf<Libc.ControlHeader>("Level"));
        program.Is("CMSG_LEN(0)", Marshal.SizeOf<Libc.ControlHeader>());
        program.Is("sizeof(struct sock_filter)", Marshal.SizeOf<Libc.SockFilter>());
        program.Is("offsetof(struct sock_fprog, filter)", 8);
        program.AssertCompiles();
    }

    [Fact]
    public void The_errors_are_those_of_xs_wire()
    {
        string header = File.ReadAllText("/usr/include/xen/io/xs_wire.h");
        var names = Regex.Matches(header, @"XSD_ERROR\((\w+)\)").Select(match => match.Groups[1].Value).Where(name => name != "x");
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

    static CProgram Headers() =>
        new("errno.h", "stdio.h", "fcntl.h", "signal.h", "poll.h", "sys/epoll.h", "sys/eventfd.h", "sys/file.h", "sys/prctl.h",
            "sys/resource.h", "sys/socket.h", "sys/stat.h", "sys/statvfs.h", "sys/ioctl.h", "sys/mman.h", "termios.h", "sys/un.h",
            "spawn.h", "linux/seccomp.h", "linux/filter.h", "xen/xen.h", "xen/io/xs_wire.h", "xen/io/console.h");
}

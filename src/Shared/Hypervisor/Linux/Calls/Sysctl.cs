using System.Runtime.InteropServices;
using Xen.Hypervisor.Answers;
using Xen.Linux;
using static Xen.Hypervisor.Linux.Calls.Layouts;

namespace Xen.Hypervisor.Linux.Calls;

/// <summary>The sysctl hypercall, in the version that the hypervisor has.</summary>
sealed class Sysctl(IHypercalls hypercalls, XenVersion xen)
{
    readonly InterfaceVersion version = InterfaceVersion.OfSysctl(xen.Minor);

    /// <summary>Makes an operation and changes its structure in place. Returns the result, or minus an errno.</summary>
    /// <param name="bufferPointer">The offset of the buffer's address in the operation's structure.</param>
    internal long Call<T>(uint command, ref T operation, Span<byte> buffer = default, int bufferPointer = 0) where T : unmanaged
    {
        Span<byte> argument = stackalloc byte[SysctlHeader.SizeOf];
        long result;
        do
        {
            argument.Clear();
            MemoryMarshal.Write(argument, new SysctlHeader { Command = command, InterfaceVersion = version.Value });
            MemoryMarshal.Write(argument[SysctlHeader.Union..], in operation);
            result = hypercalls.Call(new(XenNumbers.Sysctl, argument)
            {
                Buffer = buffer,
                BufferPointer = SysctlHeader.Union + bufferPointer,
            });
        }
        while (result == -Errno.EACCES && version.TryNext());
        operation = MemoryMarshal.Read<T>(argument[SysctlHeader.Union..]);
        return result;
    }
}

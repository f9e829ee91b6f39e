namespace Xen.Linux.Processes;

/// <summary>
/// The system calls that a daemon gives up once it has started. An attacker who takes the daemon over cannot run another program, trace
/// other processes or change the system. The filter lists what is refused (EPERM), not what is allowed. So a new runtime or C library needs
/// no change here.
/// </summary>
public static unsafe class Seccomp
{
    /// <summary>The refused calls with their numbers on x86-64 (asm/unistd_64.h; the layout test checks them).</summary>
    internal static readonly (string Name, ushort Number)[] Refused =
    [
        ("execve", 59), ("execveat", 322), ("ptrace", 101), ("process_vm_readv", 310), ("process_vm_writev", 311),
        ("mount", 165), ("umount2", 166), ("pivot_root", 155), ("chroot", 161), ("setns", 308), ("unshare", 272),
        ("init_module", 175), ("finit_module", 313), ("delete_module", 176), ("kexec_load", 246), ("kexec_file_load", 320),
        ("bpf", 321), ("perf_event_open", 298), ("reboot", 169), ("swapon", 167), ("swapoff", 168), ("keyctl", 250),
        ("open_by_handle_at", 304), ("move_mount", 429), ("fsopen", 430), ("open_tree", 428), ("pidfd_getfd", 438),
    ];

    const uint AuditArchX64 = 0xC000003E;
    const int SeccompCall = 317;
    // BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JGE|K, BPF_RET|K
    const ushort LoadWord = 0x20, JumpIfEqual = 0x15, JumpIfGreaterOrEqual = 0x35, Return = 0x06;
    const uint X32Bit = 0x40000000; // calls of the x32 interface, which our programs do not make
    const uint Allow = 0x7FFF0000, RefuseWith = 0x00050000; // SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
    const uint NumberOffset = 0, ArchitectureOffset = 4; // of struct seccomp_data

    /// <summary>Gives the calls up, for all threads of this process and for ever.</summary>
    /// <returns>0, or the errno of a kernel without seccomp; the daemon then goes on without the filter.</returns>
    public static int GiveUp()
    {
        // architecture | number | foreign numbers | one jump for each refused number | allow | refuse
        const int First = 4;
        int allow = First + Refused.Length, refuse = allow + 1;
        var filter = stackalloc Libc.SockFilter[refuse + 1];
        filter[0] = new() { Code = LoadWord, Value = ArchitectureOffset };
        filter[1] = new() { Code = JumpIfEqual, Value = AuditArchX64, JumpFalse = Over(1, refuse) };
        filter[2] = new() { Code = LoadWord, Value = NumberOffset };
        filter[3] = new() { Code = JumpIfGreaterOrEqual, Value = X32Bit, JumpTrue = Over(3, refuse) };
        for (int i = 0; i < Refused.Length; i++)
            filter[First + i] = new() { Code = JumpIfEqual, Value = Refused[i].Number, JumpTrue = Over(First + i, refuse) };
        filter[allow] = new() { Code = Return, Value = Allow };
        filter[refuse] = new() { Code = Return, Value = RefuseWith | Errno.EPERM };
        var program = new Libc.SockProgram { Length = (ushort)(refuse + 1), Filter = filter };
        if (Libc.prctl(Libc.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
            return Libc.LastError;
        long result = Libc.syscall(SeccompCall, Libc.SECCOMP_SET_MODE_FILTER, Libc.SECCOMP_FILTER_FLAG_TSYNC, &program);
        return result < 0 ? Libc.LastError : result > 0 ? Errno.EAGAIN : 0; // above zero: one thread cannot take the filter, so none has it

        static byte Over(int from, int to) => (byte)(to - from - 1);
    }
}

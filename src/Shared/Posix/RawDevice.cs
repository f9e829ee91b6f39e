using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Xen.Posix;

/// <summary>Devices read past the page cache, in which what a guest wrote need not be seen.</summary>
public static unsafe class RawDevice
{
    const int Alignment = 4096;

    /// <summary>SHA-256 of the first bytes of a device or file.</summary>
    /// <param name="most">How many, a multiple of 4,096; a shorter device counts as a whole.</param>
    /// <exception cref="PosixException">It cannot be read.</exception>
    public static byte[] DigestOfStart(string path, int most)
    {
        int number = Libc.open(path, Libc.O_RDONLY | Libc.O_DIRECT | Libc.O_CLOEXEC, 0);
        if (number < 0 && Libc.LastError == Errno.EINVAL)
            number = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0); // a file system that only knows its cache
        using var device = new FileDescriptor(FileDescriptor.Check(number, "open " + path));
        void* memory = NativeMemory.AlignedAlloc((nuint)most, Alignment);
        try
        {
            var bytes = new Span<byte>(memory, most);
            int length = 0;
            while (length < most)
            {
                int count = device.Read(bytes[length..]);
                if (count < 0)
                    throw new PosixException("read " + path, -count);
                if (count == 0)
                    break;
                length += count;
            }
            return SHA256.HashData(bytes[..length]);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }
}

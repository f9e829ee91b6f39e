using System.Runtime.InteropServices;

namespace Xen.Linux.Files;

/// <summary>Reads devices without the page cache. The cache may not show what a guest wrote.</summary>
public static unsafe class RawDevice
{
    const int Alignment = 4096;

    /// <summary>Reads the first bytes of a device or file and passes them to a function. Returns the function's result.</summary>
    /// <param name="most">The most bytes to read, a multiple of 4,096. A shorter device is read as a whole.</param>
    /// <param name="look">Gets the bytes. It must not keep the span.</param>
    /// <exception cref="PosixException">It cannot be read.</exception>
    public static T OfStart<T>(string path, int most, Func<ReadOnlySpan<byte>, T> look)
    {
        int number = Libc.open(path, Libc.O_RDONLY | Libc.O_DIRECT | Libc.O_CLOEXEC, 0);
        if (number < 0 && Libc.LastError == Errno.EINVAL)
            number = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0); // a file system that cannot bypass its cache
        using var device = new FileDescriptor(FileDescriptor.Check(number, "open " + path));
        void* memory = NativeMemory.AlignedAlloc((nuint)most, Alignment);
        try
        {
            var bytes = new Span<byte>(memory, most);
            int length = 0;
            while (length < most)
            {
                int count = device.ReadAndWait(bytes[length..]);
                if (count < 0)
                    throw new PosixException("read " + path, -count);
                if (count == 0)
                    break;
                length += count;
            }
            return look(bytes[..length]);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }
}

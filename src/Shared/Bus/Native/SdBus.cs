using System.Reflection;
using System.Runtime.InteropServices;

namespace Xen.Bus.Native;

/// <summary>
/// sd-bus (sd-bus(3)), of libsystemd or, on hosts without systemd, of libelogind: the calls as systemd/sd-bus.h declares them. A result below
/// zero is minus an errno.
/// </summary>
static unsafe partial class SdBus
{
    const string Library = "sd-bus";

    static readonly string[] Libraries = ["libsystemd.so.0", "libelogind.so.0"];

    static readonly Lazy<nint> Loaded = new(() => Libraries.Select(name => NativeLibrary.TryLoad(name, out nint handle) ? handle : 0).FirstOrDefault(handle => handle != 0));

    static SdBus() => NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => name == Library ? Loaded.Value : 0);

    /// <summary>One of the libraries is there.</summary>
    internal static bool IsThere => Loaded.Value != 0;

    /// <summary>sd_bus_error: the first two of its members are all that is read or written.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Error
    {
        internal byte* Name, Message;
        internal int NeedsFree;
    }

    [LibraryImport(Library)]
    internal static partial int sd_bus_open_system(out nint bus);

    [LibraryImport(Library)]
    internal static partial nint sd_bus_flush_close_unref(nint bus);

    [LibraryImport(Library)]
    internal static partial int sd_bus_process(nint bus, nint* message);

    [LibraryImport(Library)]
    internal static partial int sd_bus_flush(nint bus);

    [LibraryImport(Library)]
    internal static partial int sd_bus_get_fd(nint bus);

    [LibraryImport(Library)]
    internal static partial int sd_bus_get_events(nint bus);

    [LibraryImport(Library)]
    internal static partial int sd_bus_get_timeout(nint bus, out ulong microseconds);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_request_name(nint bus, string name, ulong flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_add_object(nint bus, out nint slot, string path, delegate* unmanaged<nint, nint, Error*, int> callback, nint data);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_add_match(nint bus, out nint slot, string match, delegate* unmanaged<nint, nint, Error*, int> callback, nint data);

    [LibraryImport(Library)]
    internal static partial nint sd_bus_slot_unref(nint slot);

    [LibraryImport(Library)]
    internal static partial int sd_bus_call_async(nint bus, nint* slot, nint message, delegate* unmanaged<nint, nint, Error*, int> callback, nint data, ulong microseconds);

    [LibraryImport(Library)]
    internal static partial int sd_bus_send(nint bus, nint message, ulong* cookie);

    [LibraryImport(Library)]
    internal static partial int sd_bus_reply_method_error(nint call, Error* error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_message_new_method_call(nint bus, out nint message, string destination, string path, string @interface, string member);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_message_new_signal(nint bus, out nint message, string path, string @interface, string member);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_new_method_return(nint call, out nint message);

    [LibraryImport(Library)]
    internal static partial nint sd_bus_message_ref(nint message);

    [LibraryImport(Library)]
    internal static partial nint sd_bus_message_unref(nint message);

    [LibraryImport(Library)]
    internal static partial Error* sd_bus_message_get_error(nint message);

    [LibraryImport(Library)]
    internal static partial byte* sd_bus_message_get_signature(nint message, int complete);

    [LibraryImport(Library)]
    internal static partial byte* sd_bus_message_get_interface(nint message);

    [LibraryImport(Library)]
    internal static partial byte* sd_bus_message_get_member(nint message);

    [LibraryImport(Library)]
    internal static partial byte* sd_bus_message_get_sender(nint message);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_peek_type(nint message, byte* type, byte** contents);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_read_basic(nint message, byte type, void* value);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_enter_container(nint message, byte type, byte* contents);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_exit_container(nint message);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_append_basic(nint message, byte type, void* value);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_open_container(nint message, byte type, byte* contents);

    [LibraryImport(Library)]
    internal static partial int sd_bus_message_close_container(nint message);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int sd_bus_get_name_creds(nint bus, string name, ulong mask, out nint credentials);

    [LibraryImport(Library)]
    internal static partial int sd_bus_creds_get_euid(nint credentials, out uint uid);

    [LibraryImport(Library)]
    internal static partial nint sd_bus_creds_unref(nint credentials);

    internal const ulong CredsEuid = 1UL << 4;

    internal static int Check(int result, string call) => result >= 0 ? result : throw new BusException(BusException.Failed, $"{call}: {Marshal.GetPInvokeErrorMessage(-result)}");

    internal static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}

using System.Text;
using Xen.Protocol.Wire;
using XenStored.Tree;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Fuzz.Targets;

/// <summary>
/// The bytes are a stream that comes byte by byte. What the framer says after each byte, and what is in each message, is compared with
/// readers that are as simple as they can be thought. With an odd first byte the rest is a script of <see cref="Messages"/>.
/// </summary>
sealed class FramerTarget : ITarget
{
    readonly byte[] buffer = new byte[StorePath.BufferSize];
    readonly Messages messages = new();

    public void Run(ReadOnlySpan<byte> input)
    {
        if (!input.IsEmpty && input[0] % 2 == 1)
            input = messages.Of(input[1..]);
        int start = 0;
        for (int end = 0; end <= input.Length; end++)
        {
            var stream = input[start..end];
            var (wanted, size) = PlainReader.Frame(stream);
            var frame = MessageFramer.Next(stream, out var header, out int length);
            Differs.Unless(wanted == frame && (frame == Frame.Violation || size == length), "the frame");
            if (frame == Frame.Violation)
                return;
            if (frame != Frame.Whole)
                continue;
            Differs.From((uint)stream[12] | (uint)stream[13] << 8, header.Length, "length");
            Check(stream[MessageHeader.Size..length]);
            start = end; // a message is whole with its last byte
        }
    }

    public void Dispose() { }

    void Check(ReadOnlySpan<byte> payload)
    {
        var arguments = new PayloadReader(payload);
        Differs.From(payload.IndexOf((byte)0) == payload.Length - 1 && !payload.IsEmpty, arguments.TryOnly(out _), "an only argument");
        int count = arguments.Count, from = 0;
        for (int at = 0; at < payload.Length; at++)
        {
            if (payload[at] != 0)
                continue;
            Differs.Unless(arguments.TryNext(out var argument), "an argument is missed");
            Differs.From(payload[from..at], argument, "an argument");
            CheckArgument(argument);
            from = at + 1;
            count--;
        }
        Differs.Unless(count == 0 && !arguments.TryNext(out _), "the number of arguments");
        Differs.From(payload[from..], arguments.Rest, "the rest");
    }

    void CheckArgument(ReadOnlySpan<byte> argument)
    {
        if (argument.Length <= PlainReader.LongestNumber)
        {
            string text = Encoding.Latin1.GetString(argument);
            Differs.From(PlainReader.Domid(text) ?? -1, PayloadReader.TryDomid(argument, out ushort domid) ? domid : -1, "a domid");
            Differs.From(PlainReader.Number(text) ?? -1, PayloadReader.TryNumber(argument, out int number) ? number : -1, "a number");
            Differs.From(PlainReader.Atoi(text), PayloadReader.Atoi(argument), "atoi");
            string permission = Permission.TryParse(argument, out var entry) ? $"{entry.Access}{entry.Domid}" : "";
            Differs.From(PlainReader.Permission(text) ?? "", permission, "a permission");
        }
        bool isPath = StorePath.TryParse(argument, 1, buffer, out var path);
        Differs.From(PlainReader.IsPath(argument), isPath, "whether it is a path");
        if (isPath)
            CheckPath(argument, path);
    }

    static void CheckPath(ReadOnlySpan<byte> argument, StorePath path)
    {
        bool isAbsolute = argument[0] is (byte)'/' or (byte)'@';
        int home = isAbsolute ? 0 : path.HomeLength;
        Differs.Unless(path.Bytes.EndsWith(argument) && path.Bytes.Length == argument.Length + home, "a path");
        if (!isAbsolute)
            Differs.From("/local/domain/1/"u8, path.Bytes[..path.HomeLength], "a home");
        int names = 0;
        for (int i = 0; i < path.Bytes.Length; i++)
            names += path.Bytes[i] != '/' && (i == 0 || path.Bytes[i - 1] == '/') ? 1 : 0;
        Differs.From(names, path.Depth, "a depth");
        Differs.Unless(path.RelativeLength <= path.Bytes.Length && path.Bytes.StartsWith(path.Parent.Bytes), "a parent");
        if (path.Depth > 1)
            Differs.From(names - 1, path.Parent.Depth, "a parent's depth");
    }
}

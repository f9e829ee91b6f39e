using System.Buffers.Binary;
using XenStored.Streams;
using XenStored.Streams.Contents;
using XenStored.Tests.Streams;

namespace XenStored.Fuzz.Targets;

/// <summary>
/// The bytes are the state that another store's process handed over, in any format. It is refused with a sentence, or what was read is
/// written and read again, and is the same. An input that begins with R has the seed of a random state and changes of its stream, so that
/// most of what is read is valid. Without changes it must be read, and be that state.
/// </summary>
sealed class StreamTarget : ITarget
{
    const int SeedSize = 4, ChangeSize = 3;

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input is not [(byte)'R', _, _, _, _, ..])
        {
            Check(input.ToArray(), made: null, version: 0);
            return;
        }
        var recipe = input[1..];
        int version = 1 + (recipe[0] & 1);
        var made = new RandomState(BinaryPrimitives.ReadInt32LittleEndian(recipe)).Make();
        byte[] stream = made.Write(version);
        var changes = recipe[SeedSize..];
        Check(Changed(stream, changes), changes.Length < ChangeSize ? made : null, version);
    }

    public void Dispose() { }

    /// <param name="made">What the stream was written from; null: it may be refused.</param>
    /// <param name="version">The one in which it was written.</param>
    static void Check(byte[] stream, Kept? made, int version)
    {
        Kept read;
        try
        {
            read = Preamble.Detect(stream) == StreamFormat.OxenstoredDump
                ? Kept.Read(new MemoryStream(stream), (from, handler) => DumpReader.Read(from, handler))
                : Kept.Read(stream);
        }
        catch (InvalidDataException) when (made is null)
        {
            return; // refused
        }
        if (made is not null)
            Same(made, read, version);
        CheckRewritten(read);
    }

    static void CheckRewritten(Kept read)
    {
        if (read.State.Connections.Exists(connection => connection.Ring is { LocalPort: null }))
            return; // an old dump's, which has to be bound first
        for (int version = 1; version <= Preamble.NewestVersion; version++)
        {
            byte[] written = read.Write(version);
            var again = Kept.Read(written);
            Same(read, again, version);
            Differs.From(written, again.Write(version), "a stream");
        }
    }

    static byte[] Changed(byte[] stream, ReadOnlySpan<byte> changes)
    {
        for (; changes.Length >= ChangeSize; changes = changes[ChangeSize..])
            stream[BinaryPrimitives.ReadUInt16LittleEndian(changes) % stream.Length] = changes[2];
        return stream;
    }

    static void Same(Kept wanted, Kept got, int version)
    {
        Differs.From(wanted.Nodes.Count, got.Nodes.Count, "nodes");
        for (int i = 0; i < wanted.Nodes.Count; i++)
        {
            var (one, other) = (wanted.Nodes[i], got.Nodes[i]);
            Differs.From(one.Path, other.Path, "a node's path");
            Differs.From(one.Value, other.Value, "a node's value");
            Differs.Unless(one.Permissions.SequenceEqual(other.Permissions), "a node's permissions");
        }
        var (state, again) = (wanted.State, got.State);
        Differs.Unless(state.Listener == again.Listener && state.EventChannels == again.EventChannels, "descriptors");
        Differs.Unless(state.GlobalQuotas.SequenceEqual(again.GlobalQuotas), "quotas");
        Differs.Unless(state.DomainQuotas.SequenceEqual(again.DomainQuotas), "domains' quotas");
        Differs.From(state.Connections.Count, again.Connections.Count, "connections");
        for (int i = 0; i < state.Connections.Count; i++)
            Same(state.Connections[i], again.Connections[i], version);
    }

    static void Same(StreamConnection wanted, StreamConnection got, int version)
    {
        // Only a dump has a guest's port and frame.
        Differs.Unless(wanted.Id == got.Id && wanted.Socket == got.Socket, "a connection");
        Differs.Unless((wanted.Ring is { } ring ? ring with { RemotePort = null, Frame = null } : null) == got.Ring, "a ring");
        Differs.From(wanted.Input, got.Input, "input");
        Differs.From(wanted.Output, got.Output, "output");
        Differs.From(wanted.UnfinishedOutput, got.UnfinishedOutput, "unfinished output");
        Differs.From(wanted.Watches.Count, got.Watches.Count, "watches");
        foreach (var (watch, other) in wanted.Watches.Zip(got.Watches))
        {
            Differs.From(watch.Path, other.Path, "a watch's path");
            Differs.From(watch.Token, other.Token, "a watch's token");
            Differs.Unless(version == 1 || watch.Depth == other.Depth, "a watch's depth");
        }
    }
}

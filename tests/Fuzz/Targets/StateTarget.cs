using System.Runtime.InteropServices;
using System.Text;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Store;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.InPlace;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Fuzz.Targets;

/// <summary>
/// The bytes are changes of a store's file, between two processes. It is refused with a sentence, or opens to a store that is whole, stays
/// so while it is used, and stays within the file.
/// </summary>
sealed class StateTarget : ITarget
{
    const int Page = 4096, Step = 6;
    const long Maximum = 2 << 20;

    readonly TempFolder folder = TempFolder.InMemory();
    readonly EventLoop loop = new();
    readonly byte[] whole;
    readonly FileDescriptor file;
    readonly Mapping mapping;
    readonly List<(int Offset, int Length)> blocks = [];
    readonly HashSet<int> pages = []; // which an execution may have changed

    public StateTarget()
    {
        Begin();
        whole = File.ReadAllBytes(Path);
        file = FileDescriptor.OpenReadWrite(Path);
        mapping = new(file, whole.Length, Path);
        using (var memory = new StoreMemory(Path, Maximum, 0))
            Find(memory);
        RestoreAll();
        Differs.From("", Open(isUsed: true) ?? "", "the file as it was left"); // else a store that refuses every file would pass
        RestoreAll();
    }

    string Path => folder.File("store");

    Span<byte> Bytes => mapping.Bytes(whole.Length);

    public void Run(ReadOnlySpan<byte> changes)
    {
        bool isUsed = changes.Length % Step == 1;
        for (; changes.Length >= Step; changes = changes[Step..])
            Change(changes);
        try
        {
            Open(isUsed);
        }
        catch (InvalidDataException)
        {
            // refused
        }
        finally
        {
            if (isUsed || file.Length != whole.Length)
                RestoreAll();
            else
                Restore();
        }
    }

    public void Dispose()
    {
        mapping.Dispose();
        file.Dispose();
        loop.Dispose();
        folder.Dispose();
    }

    // A byte says where: the head, the slots, the calls, the output, or a block. Two say at which byte, and three what is written there.
    void Change(ReadOnlySpan<byte> change)
    {
        int at = change[1] | change[2] << 8;
        var (offset, length) = change[0] switch
        {
            < 16 => (0, 256),
            < 24 => (FileLayout.Slots, FileLayout.SlotsEnd - FileLayout.Slots),
            < 32 => (FileLayout.Calls, FileLayout.Outgoing - FileLayout.Calls),
            < 40 => (FileLayout.Outgoing, 2 * FileLayout.OutgoingSize),
            var number => blocks[number * blocks.Count / 256],
        };
        var place = Bytes.Slice(offset, length);
        at = change[0] < 40 && change[5] % 4 == 3 ? at % Math.Min(length, 512) : at % length;
        switch (change[5] % 8)
        {
            case 0: place[at] ^= (byte)(1 << change[3] % 8); break;
            case 1 when at + 4 <= length:
                uint other = (uint)blocks[change[3] * blocks.Count / 256].Offset / Ref.GranuleSize;
                MemoryMarshal.Write(place[at..], other + (change[4] > 250 ? 1u : 0));
                break;
            case 2 when at + 4 <= length: MemoryMarshal.Write(place[at..], (change[3] << 24) + (sbyte)change[4]); break;
            case 3 when at + 2 <= length: MemoryMarshal.Write(place[at..], (ushort)(change[3] | change[4] << 8)); break;
            case 4 when at + 8 <= length: MemoryMarshal.Write(place[at..], (long)(sbyte)change[3] << change[4] % 64); break;
            default: place[at] = change[3]; break;
        }
        for (int page = (offset + at) / Page; page <= Math.Min(offset + at + 8, whole.Length - 1) / Page; page++)
            pages.Add(page);
    }

    // Returns what the audit finds.
    string? Open(bool isUsed)
    {
        using var memory = new StoreMemory(Path, Maximum, 0);
        foreach (var call in memory.Calls.Earlier())
            Differs.Unless(call.Data.Length <= SocketCalls.MostReceived, "a call's data");
        foreach (var (_, _, _, bytes) in memory.Outgoing.Earlier())
            Differs.Unless(bytes.Length <= FileLayout.OutgoingSize, "output");
        var store = new Twin(memory, loop);
        var (reserved, live) = memory.Bytes;
        Differs.Unless(live >= 0 && live <= reserved && reserved <= Maximum, "the store's size");
        string? fault = Audit.FirstFault(store.Store);
        if (fault is null && isUsed)
            Use(store);
        return fault;
    }

    // What any client may ask.
    static void Use(Twin twin)
    {
        var client = twin.Store.Sessions.Open(twin.Store.Domains.Home, isSocket: true);
        uint number = 0;
        void Ask(MessageType type, string payload) =>
            twin.Ask(client, new(type, ++number, 0, (uint)payload.Length), Encoding.ASCII.GetBytes(payload));
        foreach (string path in new[] { "/", "/wide", "/deep", "/deep/a/b", "/long", "/local/domain/1" })
        {
            Ask(MessageType.Directory, $"{path}\0");
            Ask(MessageType.GetPerms, $"{path}\0");
            Ask(MessageType.Read, $"{path}\0");
            Ask(MessageType.Write, $"{path}/new\0value");
        }
        for (int i = 0; i < 40; i++)
            Ask(MessageType.Rm, $"/wide/n{i}\0");
        Ask(MessageType.Rm, "/deep\0");
        Ask(MessageType.Release, "1\0");
        if (Audit.FirstFault(twin.Store) is { } fault)
            throw new InvalidOperationException(fault);
    }

    // The file of a store that has each kind of block, clients, watches, an open transaction and calls.
    void Begin()
    {
        byte[] head = new byte[FileLayout.HeadSize];
        MemoryMarshal.Write(head, Superblock.Format);
        MemoryMarshal.Write(head.AsSpan(sizeof(ulong)), 0x1234567UL); // a seed that is the same in each run
        File.WriteAllBytes(Path, head);
        using var memory = new StoreMemory(Path, Maximum, 0);
        var twin = new Twin(memory, loop);
        var client = twin.Store.Sessions.Open(twin.Store.Domains.Home, isSocket: true);
        foreach (ushort domid in new ushort[] { 1, 2 })
            Differs.From(0, (int)twin.Store.DomainLife.Introduce(domid, 1), "introduce");
        void Ask(Session session, MessageType type, string payload, uint transaction = 0) =>
            twin.Ask(session, new(type, 1, transaction, (uint)payload.Length), Encoding.ASCII.GetBytes(payload));
        Ask(client, MessageType.Write, "/local/domain/1/data\0x");
        Ask(client, MessageType.SetPerms, "/local/domain/1\0n1\0r2\0");
        Ask(client, MessageType.SetPerms, "/local/domain/1/data\0n1\0b2\0");
        Ask(client, MessageType.Write, "/deep/a/b/c\0value");
        Ask(client, MessageType.Write, $"/long\0{new string('l', 1500)}");
        for (int i = 0; i < 70; i++)
            Ask(client, MessageType.Write, $"/wide/n{i}\0{i}");
        for (int i = 0; i < 20; i++)
            Ask(client, MessageType.Rm, $"/wide/n{3 * i}\0");
        var guest = twin.Store.Domains.Find(1)!.Session!;
        Ask(guest, MessageType.Watch, "data\0token\0");
        Ask(guest, MessageType.Watch, "@releaseDomain\0token\0");
        Ask(guest, MessageType.TransactionStart, "\0");
        Ask(guest, MessageType.Write, "data\0y", 1);
        int slot = memory.Slots.Take(new(0, guest.Id)) ?? -1;
        memory.Slots.Write(slot, default);
        memory.Outgoing.Add(slot, (uint)guest.Id, 0, 100).Fill(7);
        memory.Publish();
        memory.Slots.Write(slot, default);
        Differs.Unless(memory.Calls.TryNoteReceive(slot, (uint)guest.Id, 100, out _, out var data), "a call");
        data.Fill(7);
        memory.Calls.Ended(100);
    }

    void Find(StoreMemory memory)
    {
        var todo = new List<Ref> { memory.Root, memory.Records };
        for (int i = 0; i < todo.Count; i++)
        {
            blocks.Add(((int)todo[i].Offset, memory.Blocks[todo[i]].Length));
            Refs.Collect(memory.Blocks, todo[i], todo);
        }
    }

    // Opening changes the head, numbers of slots, and the slabs that have blocks.
    void Restore()
    {
        for (int at = 0; at < whole.Length; at += FileLayout.SlabSize)
        {
            bool isUsed = whole.AsSpan(at, FileLayout.SlabSize).ContainsAnyExcept((byte)0);
            for (int page = at / Page; page < (at + FileLayout.SlabSize) / Page; page++)
                if (isUsed || pages.Contains(page))
                    RestorePage(page);
        }
        pages.Clear();
    }

    void RestorePage(int page)
    {
        var present = Bytes.Slice(page * Page, Page);
        var wanted = whole.AsSpan(page * Page, Page);
        if (!present.SequenceEqual(wanted))
            wanted.CopyTo(present);
    }

    void RestoreAll()
    {
        file.Truncate(whole.Length);
        for (int page = 0; page < whole.Length / Page; page++)
            RestorePage(page);
        pages.Clear();
    }
}

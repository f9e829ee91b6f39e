using System.Buffers.Binary;

namespace XenStored.Fuzz;

/// <summary>Makes an input from the corpus: one of its files with some changes. Sometimes one of random bytes.</summary>
sealed class Mutator(List<byte[]> corpus)
{
    /// <summary>The most bytes of an input.</summary>
    internal const int Longest = 8 * 1024;

    const int MostChanges = 6;

    static readonly uint[] Edges = [0, 1, 2, 3, 7, 8, 15, 16, 17, 127, 128, 255, 256, 1023, 1024, 1025, 2047, 2048, 2049, 4080, 4095, 4096,
        4097, 0x7FEF, 0x7FF0, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFBFF, 0xFFFFFFFE, 0xFFFFFFFF];

    readonly byte[] buffer = new byte[Longest];
    int length;

    /// <summary>The input of an execution, valid until the next one is made.</summary>
    internal ReadOnlySpan<byte> Make(Dice dice)
    {
        if (corpus.Count == 0 || dice.OnceIn(16))
            Randomize(ref dice);
        else
        {
            byte[] from = corpus[dice.Below(corpus.Count)], other = corpus[dice.Below(corpus.Count)];
            if (other.Length < from.Length)
                from = other; // short ones more often, because they run faster and each change counts for more
            from.CopyTo(buffer, 0);
            length = from.Length;
            for (int changes = 1 + dice.Below(MostChanges); changes > 0; changes--)
                Change(ref dice);
        }
        return buffer.AsSpan(0, length);
    }

    void Randomize(ref Dice dice)
    {
        length = 1 + dice.Below(dice.OnceIn(8) ? 400 : 60);
        for (int i = 0; i < length; i++)
            buffer[i] = (byte)dice.Next();
    }

    void Change(ref Dice dice)
    {
        int at = dice.Below(length + 1), left = length - at;
        switch (dice.Below(10))
        {
            case 0 when left > 0: buffer[at] ^= (byte)(1 << dice.Below(8)); break;
            case 1 when left > 0: buffer[at] = (byte)dice.Next(); break;
            case 2 when left > 0: buffer[at] += (byte)(dice.Below(2) == 0 ? 1 : -1); break;
            case 3 when left > 0: buffer[at] = (byte)Edges[dice.Below(Edges.Length)]; break;
            case 4 when left >= 2: BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(at), (ushort)Edge(ref dice)); break;
            case 5 when left >= 4: BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(at), Edge(ref dice)); break;
            case 6: Remove(at, Some(left, ref dice)); break;
            case 7: Insert(dice.Below(length + 1), buffer.AsSpan(at, Some(left, ref dice)), ref dice); break;
            case 8 when corpus.Count > 0: Insert(at, corpus[dice.Below(corpus.Count)], ref dice); break;
            default:
                Span<byte> few = stackalloc byte[1 + dice.Below(8)];
                foreach (ref byte one in few)
                    one = (byte)dice.Next();
                Insert(at, few, ref dice);
                break;
        }
    }

    static uint Edge(ref Dice dice) => Edges[dice.Below(Edges.Length)] + (uint)(dice.Below(3) - 1);

    // Mostly few.
    static int Some(int most, ref Dice dice) => Math.Min(most, 1 + dice.Below(dice.OnceIn(4) ? 200 : 12));

    void Remove(int at, int count)
    {
        buffer.AsSpan(at + count, length - at - count).CopyTo(buffer.AsSpan(at));
        length -= count;
    }

    // A part of the bytes, or it takes the place of what is there.
    void Insert(int at, ReadOnlySpan<byte> bytes, ref Dice dice)
    {
        int from = dice.OnceIn(2) ? 0 : dice.Below(bytes.Length + 1);
        bytes = bytes[from..];
        bytes = bytes[..Math.Min(bytes.Length, Longest - at)];
        Span<byte> copy = stackalloc byte[bytes.Length];
        bytes.CopyTo(copy);
        if (dice.OnceIn(2) && length + copy.Length <= Longest)
        {
            buffer.AsSpan(at, length - at).CopyTo(buffer.AsSpan(at + copy.Length));
            length += copy.Length;
        }
        copy.CopyTo(buffer.AsSpan(at));
        length = Math.Max(length, at + copy.Length);
    }
}

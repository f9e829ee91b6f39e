using System.Text;

namespace Load.Scenarios;

/// <summary>Many nodes below one directory, numbered: with fan-outs 100 and 1,000 number 2,003 is TOP/n02/n003.</summary>
sealed class Forest(string top, params int[] fanOuts)
{
    readonly byte[] top = Encoding.UTF8.GetBytes(top);
    readonly int[] widths = [.. fanOuts.Select(n => (n - 1).ToString(provider: null).Length)];

    public int Count { get; } = fanOuts.Aggregate(1, (a, b) => a * b);

    /// <summary>The WRITE request (ten bytes) of node number <paramref name="index"/>.</summary>
    public int PutWrite(Span<byte> to, int index)
    {
        int length = PutPath(to[Wire.HeaderSize..], index);
        "0123456789"u8.CopyTo(to[(Wire.HeaderSize + length)..]);
        length += 10;
        Wire.PutHeader(to, Wire.Write, 0, length);
        return Wire.HeaderSize + length;
    }

    /// <summary>The READ request of node number <paramref name="index"/>.</summary>
    public int PutRead(Span<byte> to, int index)
    {
        int length = PutPath(to[Wire.HeaderSize..], index);
        Wire.PutHeader(to, Wire.Read, 0, length);
        return Wire.HeaderSize + length;
    }

    // With its NUL.
    int PutPath(Span<byte> payload, int index)
    {
        top.CopyTo(payload);
        int length = top.Length;
        for (int level = 0, rest = Count; level < fanOuts.Length; level++)
        {
            rest /= fanOuts[level];
            payload[length++] = (byte)'/';
            payload[length++] = (byte)'n';
            Digits(payload.Slice(length, widths[level]), index / rest);
            length += widths[level];
            index %= rest;
        }
        payload[length++] = 0;
        return length;
    }

    static void Digits(Span<byte> to, int value)
    {
        for (int i = to.Length - 1; i >= 0; i--, value /= 10)
            to[i] = (byte)('0' + value % 10);
    }

    /// <summary>Creates the nodes in order, as far as the time allows; returns how many there are.</summary>
    public int Plant(Client client, int most, double seconds)
    {
        var pipeline = new Pipeline(client, 64, Math.Min(most, Count), PutWrite);
        pipeline.Run(Clock.After(seconds));
        return pipeline.Done;
    }
}

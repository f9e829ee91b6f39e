namespace XenStored.Fuzz;

/// <summary>Makes an input shorter and simpler as long as it shows the same.</summary>
/// <param name="shows">Whether an input still does.</param>
sealed class Minimizer(Func<byte[], bool> shows)
{
    const int MostTries = 20_000;

    int tries;

    internal byte[] Minimize(byte[] input)
    {
        for (int before = int.MaxValue; input.Length < before && tries < MostTries;)
        {
            before = input.Length;
            for (int piece = Math.Max(input.Length / 2, 1); piece > 0; piece /= 2)
                input = WithoutPieces(input, piece);
        }
        for (int i = 0; i < input.Length; i++)
            if (input[i] != 0)
                input = Or(input, [.. input[..i], 0, .. input[(i + 1)..]]);
        return input;
    }

    byte[] WithoutPieces(byte[] input, int piece)
    {
        for (int at = 0; at < input.Length;)
        {
            int length = input.Length;
            input = Or(input, [.. input[..at], .. input[Math.Min(at + piece, length)..]]);
            if (input.Length == length)
                at += piece;
        }
        return input;
    }

    byte[] Or(byte[] input, byte[] simpler) => tries++ < MostTries && shows(simpler) ? simpler : input;
}

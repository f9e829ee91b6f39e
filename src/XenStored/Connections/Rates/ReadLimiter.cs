using XenStored.Clients;

namespace XenStored.Connections.Rates;

/// <summary>
/// Keeps readers from using the store's time up. All of them have a number of requests a second, and one user at most a quarter of it. What
/// they do not use they save for a tenth of a second. A request costs one, and one more for each 128 bytes of it, because the store's work
/// for a watch grows with its path. A reader without credit is not read, and its requests stay in its socket, until there is credit for
/// several: each time that it is read costs something as well.
/// </summary>
/// <param name="perSecond">The requests of all readers in a second.</param>
sealed class ReadLimiter(int perSecond)
{
    const int BytesOfOne = 128;
    const double SavedSeconds = 0.1, AtOnce = 16;

    readonly Dictionary<uint, Credit> users = []; // by uid. Who leaves and comes again has no new credit
    readonly Credit all = new(perSecond);

    /// <summary>Charges a request.</summary>
    /// <param name="bytes">Its length.</param>
    /// <param name="now">Monotonic milliseconds.</param>
    internal void Charge(Reader reader, uint bytes, long now)
    {
        double cost = 1 + bytes / BytesOfOne;
        Of(reader, now).Take(cost, now);
        all.Take(cost, now);
    }

    /// <summary>Whether a reader may be read.</summary>
    /// <param name="wait">If not, the milliseconds until it may be worth asking again, 1 to 1000; else 0.</param>
    internal bool Admits(Reader reader, long now, out int wait)
    {
        wait = Math.Max(Of(reader, now).Wait(now), all.Wait(now));
        return wait == 0;
    }

    // A credit that is full again is as good as a new one, so it goes when another user comes.
    Credit Of(Reader reader, long now)
    {
        if (users.TryGetValue(reader.Uid, out var credit))
            return credit;
        foreach (var (uid, earlier) in users)
            if (earlier.IsFull(now))
                users.Remove(uid);
        users.Add(reader.Uid, credit = new(Readers.ShareOf(perSecond)));
        return credit;
    }

    sealed class Credit(int perSecond)
    {
        double amount = Most(perSecond);
        long since;
        bool isUsedUp;

        internal bool IsFull(long now)
        {
            Refill(now);
            return amount >= Most(perSecond);
        }

        internal void Take(double cost, long now)
        {
            Refill(now);
            amount -= cost;
        }

        internal int Wait(long now)
        {
            Refill(now);
            isUsedUp = isUsedUp ? amount < AtOnce : amount <= 0;
            return isUsedUp ? (int)Math.Clamp(Math.Ceiling((AtOnce - amount) * 1000 / perSecond), 1, 1000) : 0;
        }

        void Refill(long now)
        {
            amount = Math.Min(amount + (now - since) * perSecond / 1000.0, Most(perSecond));
            since = now;
        }

        static double Most(int perSecond) => Math.Max(perSecond * SavedSeconds, AtOnce);
    }
}

namespace XenStored.Connections.Rates;

/// <summary>
/// Stops guests from disturbing the transactions of others by writing without end (XSA-206). While transactions of others are open, each
/// write outside of a transaction and each commit costs a guest one credit. A guest with less than zero credits is not read. The guests
/// that write share 200 new credits a second evenly. A guest saves up to 10. What it cannot save goes into a reserve of at most 1000
/// credits. The reserve lends a guest up to 50 credits at a time.
/// </summary>
sealed class WriteLimiter
{
    const double Rate = 200, Burst = 10, ReserveMost = 1000, LoanMost = 50;

    /// <summary>One guest's credit.</summary>
    internal sealed class Credit
    {
        internal double Amount = Burst, Loan;
        internal long Since;
    }

    readonly HashSet<Credit> active = [];
    double reserve = ReserveMost;

    /// <summary>Charges a guest for a write.</summary>
    internal void Charge(Credit credit, long now)
    {
        if (active.Add(credit))
            credit.Since = now;
        Refill(credit, now);
        credit.Amount--;
        if (credit.Amount >= 0 || credit.Loan >= LoanMost || reserve < 1)
            return;
        reserve--;
        credit.Loan++;
        credit.Amount++;
    }

    /// <summary>Whether a guest may be read.</summary>
    /// <param name="wait">If not, the milliseconds until it may be worth asking again, 1 to 1000; else 0.</param>
    internal bool Admits(Credit credit, long now, out int wait)
    {
        wait = 0;
        if (credit.Amount >= 0)
            return true;
        Refill(credit, now);
        if (credit.Amount >= 0)
            return true;
        double share = Rate / Math.Max(active.Count, 1) / (credit.Loan > 0 ? 2 : 1); // with a loan, half of the share repays it
        wait = (int)Math.Clamp(Math.Ceiling(-credit.Amount * 1000 / share), 1, 1000);
        return false;
    }

    /// <summary>Forgets a guest that is gone.</summary>
    internal void Forget(Credit credit) => active.Remove(credit);

    void Refill(Credit credit, long now)
    {
        double gained = (now - credit.Since) * Rate / 1000 / Math.Max(active.Count, 1);
        credit.Since = now;
        double repaid = Math.Min(credit.Loan, gained / 2); // half of the gain repays the loan
        credit.Loan -= repaid;
        credit.Amount += gained - repaid;
        reserve += repaid;
        if (credit.Amount > Burst)
        {
            reserve += credit.Amount - Burst;
            credit.Amount = Burst;
            active.Remove(credit);
        }
        reserve = Math.Min(reserve, ReserveMost);
    }
}

namespace XenStored.Connections;

/// <summary>
/// Keeps guests from disturbing others' transactions by writing without end (XSA-206). While transactions are open, each write outside of
/// one and each commit costs a guest one credit; below zero it is not read. 200 credits a second are shared evenly by the guests that
/// write; a guest saves up to 10, what it cannot save fills a reserve of 1000, and from that a guest may be lent up to 50 once.
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

    /// <summary>A guest wrote.</summary>
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

    /// <summary>Whether a guest may be read; else in how many milliseconds to ask again.</summary>
    internal bool Admits(Credit credit, long now, out int wait)
    {
        wait = 0;
        if (credit.Amount >= 0)
            return true;
        Refill(credit, now);
        if (credit.Amount >= 0)
            return true;
        double share = Rate / Math.Max(active.Count, 1) / (credit.Loan > 0 ? 2 : 1); // half repays the loan
        wait = (int)Math.Clamp(Math.Ceiling(-credit.Amount * 1000 / share), 1, 1000);
        return false;
    }

    /// <summary>A guest is gone.</summary>
    internal void Forget(Credit credit) => active.Remove(credit);

    void Refill(Credit credit, long now)
    {
        double gained = (now - credit.Since) * Rate / 1000 / Math.Max(active.Count, 1);
        credit.Since = now;
        double repaid = Math.Min(credit.Loan, gained / 2); // half of what is gained repays what was lent
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

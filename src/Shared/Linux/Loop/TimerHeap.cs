namespace Xen.Linux.Loop;

/// <summary>
/// The timers that are set, as a binary heap: the one that is due first is on top. A timer knows its place, so the heap moves and removes
/// it without a search.
/// </summary>
sealed class TimerHeap
{
    LoopTimer[] heap = new LoopTimer[16]; // from 1 on: the children of i are 2i and 2i + 1
    int count;
    long order;

    /// <summary>When the first timer is due; null when none is set.</summary>
    internal long? Next => count > 0 ? heap[1].Due : null;

    /// <summary>Sets a timer, or moves one that is set.</summary>
    internal void Set(LoopTimer timer, long due)
    {
        (timer.Due, timer.Order) = (due, ++order);
        if (timer.Place == 0)
        {
            if (++count == heap.Length)
                Array.Resize(ref heap, 2 * heap.Length);
            Put(timer, count);
        }
        Settle(timer);
    }

    /// <summary>Removes a timer. If it is not set, nothing happens.</summary>
    internal void Remove(LoopTimer timer)
    {
        if (timer.Place == 0)
            return;
        var last = heap[count];
        Array.Clear(heap, count--, 1); // or the heap would keep a timer alive that nobody uses
        if (last != timer)
        {
            Put(last, timer.Place);
            Settle(last);
        }
        timer.Place = 0;
    }

    /// <summary>
    /// Runs the timers that are due, each once. A timer that its own action sets again for now runs in the next iteration.
    /// </summary>
    /// <param name="now">No action may set a timer for a time before it: the timers behind that one would wait for the next call.</param>
    internal void RunDue(long now)
    {
        long last = order;
        while (count > 0 && heap[1] is var first && first.Due <= now && first.Order <= last)
        {
            Remove(first);
            first.Run();
        }
    }

    // Moves a timer up while it is due before its parent, else down while a child is due before it.
    void Settle(LoopTimer timer)
    {
        int place = timer.Place;
        for (; place > 1 && IsBefore(timer, heap[place / 2]); place /= 2)
            Put(heap[place / 2], place);
        for (int child; (child = FirstChild(place)) != 0 && IsBefore(heap[child], timer); place = child)
            Put(heap[child], place);
        Put(timer, place);
    }

    int FirstChild(int place)
    {
        int left = 2 * place, right = left + 1;
        return left > count ? 0 : right <= count && IsBefore(heap[right], heap[left]) ? right : left;
    }

    void Put(LoopTimer timer, int place) => (heap[place] = timer).Place = place;

    static bool IsBefore(LoopTimer one, LoopTimer other) =>
        one.Due < other.Due || one.Due == other.Due && one.Order < other.Order;
}

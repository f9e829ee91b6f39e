namespace Load.Report;

/// <summary>The rows of the console daemons' table.</summary>
static class ConsoleFigures
{
    static Aim Most(double limit, string? peer = null) => new(true, limit, peer);
    static Aim Least(double limit, string? peer = null) => new(false, limit, peer);

    public static readonly Figure[] All =
    [
        new("console-flood", "rate", "flood of one guest: to its viewer", "MB/s", Least(1, "c417")),
        new("console-flood", "cpu", "flood of one guest: daemon CPU a MB", "ms", Most(0.6, "c417")),
        new("console-flood", "viewed", "flood of one guest: seen of what it wrote", "%"),
        new("console-log", "rate", "logged flood: to its viewer", "MB/s", Least(1, "c417")),
        new("console-log", "cpu", "logged flood: daemon CPU a MB", "ms", Most(0.7, "c417")),
        new("console-log", "viewed", "logged flood: seen of what it wrote", "%"),
        new("console-log", "lost", "logged flood: lines missing from the log", "", Most(0)),
        new("console-echo", "p50", "key and its echo: p50", "µs", Most(0.8, "c417")),
        new("console-echo", "p99", "key and its echo: p99", "µs"),
        new("console-chatter", "p50", "echo beside 100 chattering guests: p50", "µs", Most(0.4, "c417")),
        new("console-chatter", "p99", "echo beside 100 chattering guests: p99", "µs"),
        new("console-chatter", "cpu", "beside 100 chattering guests: daemon CPU a second", "ms"),
        new("console-flooder", "alone", "echo before the other guest floods: p50", "µs"),
        new("console-flooder", "p50", "echo beside a flooding guest: p50", "µs"),
        new("console-flooder", "p99", "echo beside a flooding guest: p99", "µs"),
        new("console-flooder", "ratio", "echo beside a flooding guest / alone", "×", Most(2)),
        new("console-one-by-one", "each", "30 guests created one after another: daemon CPU a guest", "ms"),
        new("console-thousand", "time", "1,000 consoles: until the last tty", "s"),
        new("console-thousand", "made", "1,000 consoles: daemon CPU until it is quiet", "ms"),
        new("console-thousand", "memory", "1,000 consoles: daemon RSS", "MB", Most(14)),
        new("console-thousand", "each", "1,000 consoles: RSS a console", "kB"),
        new("console-thousand", "idle", "1,000 idle consoles: daemon CPU in 5 s", "ms"),
        new("console-thousand", "busy", "1,000 consoles, a line a second each: daemon CPU in 5 s", "ms"),
        new("console-thousand", "p50", "echo beside these: p50", "µs", Most(0.1, "c417")),
        new("console-thousand", "p99", "echo beside these: p99", "µs"),
    ];
}

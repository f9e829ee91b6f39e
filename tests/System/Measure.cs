using System.Globalization;
using System.Text;

namespace SystemTests;

/// <summary>
/// Our xenstored and xenconsoled beside Debian's C ones on a real hypervisor: `make bench-xen`. In one machine, each pair in turn takes
/// the other's place while no guest runs; the medians go into bench/RESULTS.md. Nothing here asserts a time.
/// </summary>
[Trait("Category", "Measure")]
public sealed class Measure
{
    const int Rounds = 3, Guests = 8, Small = 30;
    const string Heading = "# Measured: on a real hypervisor";

    // An aim is a multiple of C's figure.
    static readonly (string Name, string Unit, double? Aim, bool IsBetterWhenLess)[] Figures =
    [
        ("`xl create` until the guest is ready", "s", 1, true), ("`xl create` of a small guest", "s", 1, true),
        ("`xl list` with 8 guests, ten times", "s", 1, true),
        ("READ from inside a guest", "requests/s", 1.2, false), ("READ from inside a guest: median", "µs", 1, true),
        ("WRITE from inside a guest", "requests/s", 1.2, false), ("WRITE from inside a guest: median", "µs", 1, true),
        ("1 MB from a guest's console into its log", "s", 0.9, true), ("CPU time of xenconsoled for that", "ms", 1, true),
        ("30 small guests created one after another", "s", null, true),
        ("requests of xl for that", "", null, true), ("xl's time between request and reply for that", "ms", 0.6, true),
        ("CPU time of xenstored for that", "ms", 0.6, true), ("CPU time of xenconsoled for that", "ms", 0.6, true),
        ("CPU time of xenstored for all of it", "ms", null, true),
    ];

    // Each line that it prints is one of the figures, in their order.
    static readonly string Script = $$"""
        now() { echo $EPOCHREALTIME; }
        since() { awk -v from=$1 -v to=$(now) 'BEGIN { printf "%.3f\n", to - from }'; }
        cpu() { # of all its processes, with threads that have ended
            cat $(pgrep -x $1 | sed 's,.*,/proc/&/stat,') | sed 's/.*) //' | awk '{ sum += $12 + $13 } END { print sum * 10 }'
        }
        small() { # NAME
            printf 'name = "%s"\ntype = "pvh"\nkernel = "/guest/hostile"\nextra = "idle"\nmemory = 16\nshadow_memory = 4\n' $1
        }
        load() { # KIND: from inside the guest, the middle of three
            home=/local/domain/$(xl domid measured)
            for try in 1 2 3; do
                xenstore-rm $home/data/result 2>/dev/null
                xenstore-write $home/data/command "$1$try storeload 3 $1"
                until xenstore-exists $home/data/result; do sleep 0.5; done
                xenstore-read $home/data/result
            done | sed 's/^[a-z0-9]* [0-9]* \([0-9]*\) requests.s, median \([0-9]*\),.*/\1 \2/' | sort -n | sed -n '2{s/ /\n/;p}'
        }
        cat >/root/measured.cfg <<'END'
        name = "measured"
        type = "pv"
        kernel = "/guest/vmlinux"
        ramdisk = "/guest/initrd"
        extra = "console=hvc0 quiet"
        memory = 96
        END
        start=$(now)
        xl create -q /root/measured.cfg || exit
        home=/local/domain/$(xl domid measured)
        until xenstore-exists $home/data/uptime; do sleep 0.05; done
        since $start
        for i in $(seq {{Guests - 1}}); do small idle$i >/root/idle$i.cfg; done
        for i in $(seq {{Small}}); do small small$i >/root/small$i.cfg; done
        start=$(now)
        xl create -q /root/idle1.cfg || exit
        since $start
        for i in $(seq 2 {{Guests - 1}}); do xl create -q /root/idle$i.cfg && xl pause idle$i || exit; done
        xl pause idle1
        xl list >/dev/null
        start=$(now)
        for i in $(seq 10); do xl list >/dev/null; done
        since $start
        load read
        load write
        log=/var/log/xen/console/guest-measured.log
        floods=$(grep -c "GUEST: 0 FLOODED" $log) # of rounds before
        before=$(cpu xenconsoled)
        start=$(now)
        xenstore-write $home/data/command "flood yes a line of seventy-nine characters and a line feed,
        """ + $$"""
         which is what a console is wide.. | head -c 1000000 >/dev/console; echo FLOO''DED"
        until [ $(grep -c "GUEST: 0 FLOODED" $log) -gt $floods ]; do sleep 0.05; done
        since $start
        echo $(($(cpu xenconsoled) - before))
        rm -f /root/waits
        before=$(cpu xenstored) of_consoles=$(cpu xenconsoled)
        start=$(now)
        for i in $(seq {{Small}}); do
            STOREWAIT=/root/waits LD_PRELOAD=/usr/lib/storewait.so xl create -q /root/small$i.cfg || exit
            xl pause small$i 2>/dev/null # the emulation ends one now and then
        done
        since $start
        od -An -v -t u8 /root/waits | awk '{ print $1; print $2 / 1e6 }'
        echo $(($(cpu xenstored) - before))
        echo $(($(cpu xenconsoled) - of_consoles))
        cpu xenstored
        xl destroy measured
        for i in $(seq {{Guests - 1}}); do xl destroy idle$i; done
        for i in $(seq {{Small}}); do xl destroy small$i; done 2>/dev/null
        true
        """;

    /// <summary>Measures on one version of Xen.</summary>
    [Theory]
    [InlineData("4.17")]
    public void Ours_beside_C(string version)
    {
        using var machine = Machine.Boot(version, Suite.Trees, Path.Combine(Suite.Logs, "measure.console"));
        var ours = new List<double[]>();
        var c = new List<double[]>();
        for (int round = 0; round < Rounds; round++)
            foreach (var (name, results) in new[] { ("ours", ours), ("c", c) })
                results.Add(One(machine, name));
        Write(version, ours, c);
    }

    static double[] One(Machine machine, string store)
    {
        machine.Run($"stop-daemons; start-daemons {store}", 120).Ok();
        string[] numbers = machine.Run(Script, 600).Lines();
        return [.. numbers.Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
    }

    static void Write(string version, List<double[]> ours, List<double[]> c)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd}, Xen {version} under QEMU's emulation (no KVM), ");
        text.Append("dom0 with 2 virtual CPUs;\n");
        text.Append(CultureInfo.InvariantCulture, $"medians of {Rounds} rounds in one machine, each in turn, by `make bench-xen`.\n");
        text.Append("Everything is emulated, so only the comparison means something.\n\n"
            + "| figure | unit | ours | C | ours / C | aim | met? |\n|---|---|---:|---:|---:|---|---|\n");
        for (int i = 0; i < Figures.Length; i++)
        {
            double one = Median(ours, i), other = Median(c, i);
            var (name, unit, times, isBetterWhenLess) = Figures[i];
            string aim = times is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{(isBetterWhenLess ? "≤" : "≥")} {times} × C");
            string met = times is null ? "" : (isBetterWhenLess ? one <= times * other : one >= times * other) ? "yes" : "**no**";
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {unit} | {one:0.###} | {other:0.###} ");
            text.Append(CultureInfo.InvariantCulture, $"| {one / other:0.00} | {aim} | {met} |\n");
        }
        Results.Replace(Heading, text.ToString());
    }

    static double Median(List<double[]> results, int figure) =>
        results.Select(result => result[figure]).Order().ElementAt(results.Count / 2);
}

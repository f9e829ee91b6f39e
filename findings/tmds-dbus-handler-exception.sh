#!/bin/bash
# Tmds.DBus.Protocol 0.95.2 (NuGet), .NET 10, dbus-daemon 1.14.10 (Debian 12, 1.14.10-1~deb12u1).
#
# Guess: an exception that leaves HandleMethodAsync is answered with an error reply, and a DBusErrorReplyException with the error it names; the service
# goes on serving. So it is with sd-bus, GDBus and dbus-python.
# Seen: either exception ends the whole connection: the caller gets NoReply from the bus, the next call ServiceUnknown, and nothing connects again.
# Only a handler that catches everything and calls ReplyError keeps its name. A second guess that fails: calls of one object come one after the other.
# Four calls of 300 ms that await are inside the handler at the same time.
set -euo pipefail
folder=$(mktemp -d)
bus=
finish() { [ -z "$bus" ] || kill "$bus" 2>/dev/null || true; rm -rf "$folder"; }
trap finish EXIT
cd "$folder"
apt-get download -qq dbus-daemon=1.14.10-1~deb12u1 2>apt.log || { cat apt.log >&2; exit 1; }
dpkg-deb -x dbus-daemon_*.deb root
cat >bus.conf <<CONF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=$folder/socket</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/><allow own="*"/><allow user="*"/></policy></busconfig>
CONF
root/usr/bin/dbus-daemon --config-file=bus.conf --nofork --nopidfile 2>bus.log & bus=$!
for try in $(seq 100); do [ -S socket ] && break; sleep 0.1; done
cat >finding.csproj <<'CSPROJ'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
  <ItemGroup><PackageReference Include="Tmds.DBus.Protocol" Version="0.95.2" /></ItemGroup>
</Project>
CSPROJ
cat >Program.cs <<'CSHARP'
using Tmds.DBus.Protocol;

var address = args[0];
using var caller = new DBusConnection(address);
await caller.ConnectAsync();
var same = true;
foreach (var member in new[] { "Caught", "Plain", "Named" })
{
    using var service = new DBusConnection(address);
    await service.ConnectAsync();
    await service.RequestNameAsync("example.Finding", RequestNameOptions.None);
    service.AddMethodHandler(new Handler());
    var first = await Call(member);
    var second = await Call("Ping");
    Console.WriteLine($"{member}: the caller sees {first}; the next call sees {second}");
    same &= member == "Caught" ? first == "example.Own" && second == "a reply"
        : first == "org.freedesktop.DBus.Error.NoReply" && second == "org.freedesktop.DBus.Error.ServiceUnknown";
}
using (var service = new DBusConnection(address))
{
    await service.ConnectAsync();
    await service.RequestNameAsync("example.Finding", RequestNameOptions.None);
    service.AddMethodHandler(new Handler());
    await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Call("Wait")));
    Console.WriteLine($"at most {Handler.Most} of four calls were inside the handler at once");
    same &= Handler.Most == 4;
}
Console.WriteLine(same ? "as stated" : "changed");
return same ? 0 : 1;

async Task<string> Call(string member)
{
    try { await caller.CallMethodAsync(Message(member)); return "a reply"; }
    catch (DBusErrorReplyException e) { return e.ErrorName; }
}

MessageBuffer Message(string member)
{
    using var writer = caller.GetMessageWriter();
    writer.WriteMethodCallHeader("example.Finding", "/example", "example.Finding", member);
    return writer.CreateMessage();
}

sealed class Handler : IPathMethodHandler
{
    static int inside;
    internal static int Most;
    public string Path => "/example";
    public bool HandlesChildPaths => false;

    public async ValueTask HandleMethodAsync(MethodContext context)
    {
        switch (context.Request.MemberAsString)
        {
            case "Plain": throw new InvalidOperationException("a plain one");
            case "Named": throw new DBusErrorReplyException("example.Own", "one that names its error");
            case "Caught":
                try { throw new InvalidOperationException("one that is caught"); }
                catch (InvalidOperationException e) { context.ReplyError("example.Own", e.Message); }
                break;
            case "Wait":
                Most = Math.Max(Most, Interlocked.Increment(ref inside));
                await Task.Delay(300);
                Interlocked.Decrement(ref inside);
                Reply(context);
                break;
            default: Reply(context); break;
        }
    }

    static void Reply(MethodContext context)
    {
        using var writer = context.CreateReplyWriter("");
        context.Reply(writer.CreateMessage());
    }
}
CSHARP
dotnet build --nologo -v quiet -o built >build.log 2>&1 || { cat build.log; exit 1; }
dotnet built/finding.dll "unix:path=$folder/socket"

#!/bin/bash
# Tmds.DBus.Protocol 0.95.2 (NuGet), .NET 10, dbus-daemon 1.14.10 (Debian 12, 1.14.10-1~deb12u1).
#
# Guess: RequestNameAsync(name) fails when another process owns the name, as sd_bus_request_name without flags does.
# Seen: its default is AllowReplacement with ReplaceExisting. A second process that starts the same way takes the name without a word, and the first
# serves nobody any more. With RequestNameOptions.None the second one gets NameExists, but its connection remembers the name: after the first owner
# has gone it gets "already registered" (InvalidOperationException) and can never own the name. It needs a new connection for that.
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
using var first = await Connect();
using var second = await Connect();
await first.RequestNameAsync("example.Taken");
await second.RequestNameAsync("example.Taken");
var taken = await Owner("example.Taken") == second.UniqueName;
Console.WriteLine($"asked for by its default, the name belongs to the {(taken ? "second" : "first")} process");

await first.RequestNameAsync("example.Kept", RequestNameOptions.None);
var refused = await Ask(second);
first.Dispose();
for (var i = 0; i < 100 && (await second.ListServicesAsync()).Contains("example.Kept"); i++) await Task.Delay(50);
var again = await Ask(second);
using var third = await Connect();
var anew = await Ask(third);
Console.WriteLine($"with None: {refused}; on the same connection, when the name is free: {again}; on a new connection: {anew}");
var same = taken && refused == "org.freedesktop.DBus.Error.NameExists" && again == "InvalidOperationException" && anew == "owned";
Console.WriteLine(same ? "as stated" : "changed");
return same ? 0 : 1;

async Task<DBusConnection> Connect() { var made = new DBusConnection(address); await made.ConnectAsync(); return made; }

static async Task<string> Ask(DBusConnection connection)
{
    try { await connection.RequestNameAsync("example.Kept", RequestNameOptions.None); return "owned"; }
    catch (DBusErrorReplyException e) { return e.ErrorName; }
    catch (InvalidOperationException e) { return e.GetType().Name; }
}

Task<string> Owner(string name)
{
    using var writer = second.GetMessageWriter();
    writer.WriteMethodCallHeader("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner", "s");
    writer.WriteString(name);
    return second.CallMethodAsync(writer.CreateMessage(), static (Message message, object? _) => message.GetBodyReader().ReadString(), null);
}
CSHARP
dotnet build --nologo -v quiet -o built >build.log 2>&1 || { cat build.log; exit 1; }
dotnet built/finding.dll "unix:path=$folder/socket"

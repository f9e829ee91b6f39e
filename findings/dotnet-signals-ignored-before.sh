#!/bin/bash
# .NET 10.0.12 (NuGet, Microsoft.NETCore.App.Runtime.linux-x64 10.0.12). Needs the SDK of .NET 10, and x86-64.
#
# Guess: PosixSignalRegistration.Create takes a signal over whatever was done with it before, as sigaction in C and signal.signal in Python do, or it
# throws. So a daemon that is started by nohup, or with & by a script (where shells have SIGINT and SIGQUIT ignored), hears its signals.
# Seen: of a signal that was ignored when the process began the handler is never called. The registration is made without a word, the process goes
# on ignoring the signal: SIGHUP, SIGINT, SIGQUIT, SIGUSR1 and SIGCHLD alike. Only SIGTERM is heard.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >finding.csproj <<'CSPROJ'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable>
    <RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>true</SelfContained><RuntimeFrameworkVersion>10.0.12</RuntimeFrameworkVersion>
  </PropertyGroup>
</Project>
CSPROJ
cat >Program.cs <<'CSHARP'
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

(string Name, int Number)[] signals = [("SIGHUP", 1), ("SIGINT", 2), ("SIGQUIT", 3), ("SIGUSR1", 10), ("SIGTERM", 15), ("SIGCHLD", 17)];
var heard = new ConcurrentDictionary<int, bool>();
var registrations = new List<IDisposable>();
foreach (var (_, number) in signals)
    registrations.Add(PosixSignalRegistration.Create((PosixSignal)number, context => { context.Cancel = true; heard[number] = true; }));
foreach (var (_, number) in signals)
{
    _ = C.kill(Environment.ProcessId, number);
    for (var i = 0; i < 20 && !heard.ContainsKey(number); i++)
        Thread.Sleep(50);
}
Console.WriteLine(string.Join(' ', signals.Where(signal => heard.ContainsKey(signal.Number)).Select(signal => signal.Name)));

static class C
{
    [DllImport("libc")]
    internal static extern int kill(int process, int signal);
}
CSHARP
dotnet build --nologo -v quiet -o built >build.log 2>&1 || { cat build.log; exit 1; }
all=HUP,INT,QUIT,USR1,TERM,CHLD
usual=$(env --default-signal=$all built/finding)
ignored=$(env --ignore-signal=$all built/finding)
echo "begun as usual it hears $usual"
echo "begun with all of them ignored it hears $ignored"
[ "$usual" = "SIGHUP SIGINT SIGQUIT SIGUSR1 SIGTERM SIGCHLD" ] && [ "$ignored" = SIGTERM ] || { echo changed; exit 1; }
echo "as stated"

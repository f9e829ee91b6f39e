using System.Diagnostics;

namespace Load.Scenarios;

/// <summary>The CPU time of a server from its start to its first answer, and its memory when idle.</summary>
static class Start
{
    public static void Run(string socket, string[] command, Output output)
    {
        if (File.Exists(socket))
            File.Delete(socket);
        long began = Clock.Now;
        using var process = Process.Start(Describe(command)) ?? throw new IOException($"{command[0]} does not start");
        try
        {
            var server = new Server(socket, process.Id, "", 1);
            using var client = Connect(socket, process);
            client.Try(Wire.Read, 0, "/\0"u8);
            double cpu = server.CpuMicroseconds();
            long wall = Clock.Now - began;
            Thread.Sleep(300);
            output.Tell("cpu", cpu / 1e3);
            output.Tell("wall", wall / 1e6);
            output.Tell("memory", server.ResidentBytes() / 1e6);
        }
        finally
        {
            _ = Native.Kill(process.Id, 15);
            if (!process.WaitForExit(3000))
                process.Kill();
        }
    }

    /// <summary>The command; "env NAME=VALUE..." before it is done here, so that the time of env itself does not count.</summary>
    static ProcessStartInfo Describe(string[] command)
    {
        var words = new Queue<string>(command);
        var info = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true };
        if (words.Peek() == "env")
        {
            words.Dequeue();
            while (words.Peek().Split('=', 2) is [var name, var value])
            {
                info.Environment[name] = value;
                words.Dequeue();
            }
        }
        info.FileName = words.Dequeue();
        while (words.TryDequeue(out string? word))
            info.ArgumentList.Add(word);
        return info;
    }

    static Client Connect(string socket, Process process)
    {
        for (long until = Clock.After(10); Clock.Now < until && !process.HasExited; Thread.Sleep(1))
        {
            int fd = Client.TryConnect(socket);
            if (fd >= 0)
                return new Client(fd, 10);
        }
        throw new IOException("the server does not listen: " + process.StandardError.ReadToEnd());
    }
}

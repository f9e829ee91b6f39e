using XenConsoled.Core;

namespace XenConsoled.Logs;

/// <summary>
/// The files of logs, one for each path: two guests of one name share it. On the loop's thread; the files themselves are the log thread's.
/// </summary>
/// <param name="mode">With which a file is made.</param>
sealed class LogFiles(LogThread thread, uint mode, LogLimits limits)
{
    readonly LogSpace space = new();
    readonly Dictionary<string, (LogFile File, int Users)> files = [];

    /// <summary>A path's file; to be given back by <see cref="Release"/>.</summary>
    internal LogFile Take(string path)
    {
        var (file, users) = files.GetValueOrDefault(path);
        file ??= new(path, mode, limits, space);
        files[path] = (file, users + 1);
        return file;
    }

    /// <summary>Gives a file back; when nobody uses it any more, it is closed after what is still to be written.</summary>
    internal void Release(LogFile file)
    {
        int users = files[file.Path].Users - 1;
        if (users > 0)
        {
            files[file.Path] = (file, users);
            return;
        }
        files.Remove(file.Path);
        thread.Do(file.Dispose);
    }
}

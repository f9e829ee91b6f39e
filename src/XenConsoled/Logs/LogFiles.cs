using XenConsoled.Core;

namespace XenConsoled.Logs;

/// <summary>
/// The log files, one for each path. Two guests of one name share a file. Used on the loop's thread; the files themselves belong to the log
/// thread.
/// </summary>
/// <param name="mode">The mode of new files.</param>
sealed class LogFiles(LogThread thread, uint mode, LogLimits limits)
{
    readonly LogSpace space = new();
    readonly Dictionary<string, (LogFile File, int Users)> files = [];

    /// <summary>The file of a path. <see cref="Release"/> gives it back.</summary>
    internal LogFile Take(string path)
    {
        var (file, users) = files.GetValueOrDefault(path);
        file ??= new(path, mode, limits, space);
        files[path] = (file, users + 1);
        return file;
    }

    /// <summary>Gives a file back. A file without users is closed after its pending writes.</summary>
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

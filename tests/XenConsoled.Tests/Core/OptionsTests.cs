using XenConsoled.Client;
using XenConsoled.Core;

namespace XenConsoled.Tests.Core;

/// <summary>
/// Paths on the command line. A unit writes <c>--log-dir=${XENCONSOLED_LOG_DIR}</c>, and an administrator may leave the variable empty.
/// </summary>
public sealed class OptionsTests
{
    [Fact]
    public void An_empty_path_is_as_if_the_option_were_not_there_and_nothing_lies_in_the_working_folder()
    {
        var options = ConsoleOptions.Parse(["--log-dir=", "--pid-file=", "--run-dir", ""]);
        Assert.Equal(("/var/log/xen/console", "/run/xen/xenconsoled.pid", "/run/xenconsoled"),
            (options.LogFolder, options.PidFile, options.RunFolder));
        Assert.Equal("/run/xenconsoled", AttachOptions.Parse(["--run-dir=", "web"]).RunFolder);
    }

    [Fact]
    public void A_relative_path_is_one_of_the_folder_in_which_the_command_was_given()
    {
        var options = ConsoleOptions.Parse(["--log-dir=log", "--pid-file=pid", "--run-dir=."]);
        Assert.Equal((Path.GetFullPath("log"), Path.GetFullPath("pid"), Path.GetFullPath(".")),
            (options.LogFolder, options.PidFile, options.RunFolder));
    }
}

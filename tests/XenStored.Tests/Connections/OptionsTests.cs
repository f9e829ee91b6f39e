using XenStored.Options;

namespace XenStored.Tests.Connections;

/// <summary>Paths on the command line: an empty one comes from a variable that an administrator left empty.</summary>
public sealed class OptionsTests
{
    [Fact]
    public void An_empty_path_is_as_if_the_option_were_not_there()
    {
        var options = StoreOptions.Parse(["--pid-file=", "-T", "", "--log-dir="]);
        Assert.Equal(("/run/xen/xenstored.pid", null, "/var/lib/xen/xenstore"), (options.PidFile, options.TraceFile, options.LogFolder));
    }

    [Fact]
    public void A_relative_path_is_one_of_the_folder_in_which_the_command_was_given_and_a_trace_file_is_below_the_folder_of_logs()
    {
        var options = StoreOptions.Parse(["--pid-file=pid", "-T", "trace", "--log-dir=log"]);
        Assert.Equal((Path.GetFullPath("pid"), "trace", Path.GetFullPath("log")), (options.PidFile, options.TraceFile, options.LogFolder));
    }
}

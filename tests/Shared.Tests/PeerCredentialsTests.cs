using Xen.Linux.Sockets;

namespace Xen.Tests;

/// <summary>Who is at the other end of a Unix socket.</summary>
public sealed class PeerCredentialsTests
{
    // Any user who reaches a socket chooses the name, and it stands in lines of the log.
    [Theory]
    [InlineData("two\nlines", "two?lines")]
    [InlineData("a\u001b[2Jb", "a?[2Jb")]
    [InlineData("plain", "plain")]
    public void A_name_of_a_process_cannot_begin_another_line_of_a_log(string name, string shown)
    {
        const string Own = "/proc/self/comm";
        string before = File.ReadAllText(Own).TrimEnd('\n');
        try
        {
            File.WriteAllText(Own, name);
            Assert.Equal(shown, new PeerCredentials(Environment.ProcessId, 0, 0).Command);
        }
        finally
        {
            File.WriteAllText(Own, before);
        }
    }
}

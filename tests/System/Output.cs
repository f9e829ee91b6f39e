namespace SystemTests;

/// <summary>What a command in dom0 ended with.</summary>
/// <param name="Status">Its exit status; 124 when it took too long.</param>
/// <param name="Text">Standard output and error together.</param>
public sealed record Output(string Command, int Status, string Text)
{
    /// <summary>The output without the last line's end; a failure of the test if the command failed.</summary>
    public string Ok()
    {
        Assert.True(Status == 0, $"`{Command}` ended with {Status}:\n{Text}");
        return Text.TrimEnd('\n');
    }

    /// <summary>The output's lines.</summary>
    public string[] Lines() => Ok().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

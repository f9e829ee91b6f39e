namespace XenStored.Tests.Kills.Players;

/// <summary>
/// A client that uses the store without a pause, knows each byte that it has to be told, and notices nothing of kills. Only where nobody
/// holds the sockets over a death, or who does so dies itself, its connection may end, and it begins again.
/// </summary>
abstract class Player(KillStage stage, int seed)
{
    /// <summary>How often it has got what it wanted.</summary>
    internal int Count { get; private protected set; }

    private protected Random Random { get; } = new(seed);

    private protected KillStage Stage => stage;

    /// <summary>Plays until all is over.</summary>
    internal void Run()
    {
        while (!stage.IsOver)
        {
            int deaths = stage.HoldersReplaced;
            try
            {
                using var line = Open();
                Play(line);
            }
            catch (ClosedException e) when (stage.HoldersKilled > deaths)
            {
                Lost(e);
            }
        }
    }

    private protected virtual Line Open() => stage.Connect();

    /// <summary>Plays on one connection until all is over.</summary>
    private protected abstract void Play(Line line);

    /// <summary>The connection has ended. What it has asked for and was not told may be done or not.</summary>
    private protected virtual void Lost(ClosedException why)
    {
    }
}

using Xen.Protocol.Wire;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Kills.Players;

/// <summary>Sends a thousand small requests at once. Found by a review: what waited of them fitted into no record.</summary>
sealed class Flooder(KillStage stage, int seed) : Player(stage, seed)
{
    const int AtOnce = 1000;

    readonly byte[] all = [.. Enumerable.Range(0, AtOnce).SelectMany(i => SplitTests.Message(MessageType.Read, (uint)i, "/constant\0"))];

    private protected override void Play(Line line)
    {
        for (; !Stage.IsOver; Count++)
        {
            var sending = Task.Run(() => line.SendBytes(all));
            try
            {
                for (uint i = 0; i < AtOnce; i++)
                    line.Expect(MessageType.Read, i, "value");
            }
            catch (ClosedException)
            {
                line.Dispose();
                Assert.True(sending.ContinueWith(_ => { }, TaskScheduler.Default).Wait(LimitMs));
                throw;
            }
            sending.Wait();
        }
    }
}

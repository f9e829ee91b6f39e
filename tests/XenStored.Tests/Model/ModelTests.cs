using CsCheck;

namespace XenStored.Tests.Model;

public sealed class ModelTests
{
    // CsCheck takes other seeds in each run. Of a history that goes wrong it tells the seed. CsCheck_Seed=SEED in the environment plays
    // that history again.
    [Fact]
    public void Any_history_of_several_clients_goes_as_in_the_naive_store() =>
        Gen.Int[0, int.MaxValue].Array[1, 120].Sample(acts =>
        {
            using var history = new History();
            foreach (int act in acts)
                history.Act(act);
        }, iter: 3000, threads: 2);
}

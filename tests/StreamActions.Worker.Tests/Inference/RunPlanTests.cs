// The plan of runs follows the device that was opened, the cores and the operator's settings.
using CsCheck;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Tests.Inference;

public sealed class RunPlanTests
{
    [Theory]
    [InlineData(0, 0, 1, 8)]
    [InlineData(2, 0, 2, 4)]
    [InlineData(3, 0, 3, 2)]
    [InlineData(16, 0, 16, 1)]
    [InlineData(0, 2, 4, 2)]
    [InlineData(0, 1, 8, 1)]
    [InlineData(0, 16, 1, 16)]
    [InlineData(4, 4, 4, 4)]
    public void For_EightCores_GivesThreadsAndRuns(int threads, int parallel, int expectedThreads, int expectedParallel) =>
        Assert.Equal(
            new("cpu", expectedThreads, expectedParallel, MaxBatch: 1),
            RunPlan.For("cpu", new() { Threads = threads, Parallel = parallel, MaxBatch = 8 }, cores: 8));

    [Fact]
    public void For_Gpu_GivesOneRunWithBatches()
    {
        Assert.Equal(new("cuda:1", 1, 1, 16), RunPlan.For("cuda:1", new() { MaxBatch = 16 }, cores: 8));
        Assert.Equal(new("cuda:0", 2, 3, 16), RunPlan.For("cuda:0", new() { Threads = 2, Parallel = 3, MaxBatch = 16 }, cores: 8));
    }

    [Fact]
    public void For_SeveralGpus_GivesEachARun() =>
        Assert.Equal(new("cuda:0,cuda:1", 1, 2, 64), RunPlan.For("cuda:0,cuda:1", new(), cores: 8));

    [Fact]
    public void For_AnyCpu_UsesEveryCoreButNotMoreThanAllowed() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 40], Gen.Int[1, 32]).Sample((threads, parallel, cores) =>
        {
            var plan = RunPlan.For("cpu", new() { Threads = threads, Parallel = parallel }, cores);
            Assert.Equal((threads > 0 ? threads : plan.Threads, parallel > 0 ? parallel : plan.Parallel), (plan.Threads, plan.Parallel));
            if (threads == 0 && parallel == 0)
                Assert.Equal((1, cores), (plan.Threads, plan.Parallel));
            // One number alone may already exceed the cores.
            var most = threads > 0 && parallel > 0 ? int.MaxValue : Math.Max(cores, threads + parallel);
            Assert.InRange(plan.Threads * plan.Parallel, 1, most);
        });

    [Theory]
    [InlineData(200, 250, 1, 8, 1)]
    [InlineData(220, 250, 1, 8, 8)]
    [InlineData(220, 250, 2, 8, 4)]
    [InlineData(220, 250, 3, 8, 2)]
    [InlineData(220, 250, 9, 8, 1)]
    [InlineData(220, 250, 0, 8, 1)]
    [InlineData(5000, 1000, 1, 2, 2)]
    public void ThreadsFor_RunAgainstInterval_DividesCoresAmongCamerasOnlyWhenTooSlow(
        int run, int interval, int cameras, int cores, int expected) =>
        Assert.Equal(
            expected, RunPlan.ThreadsFor(TimeSpan.FromMilliseconds(run), TimeSpan.FromMilliseconds(interval), cameras, cores));

    [Fact]
    public void ToString_Plans_NameDeviceAndNumbers()
    {
        Assert.Equal("cpu: 2 runs at a time, 1 thread and 1 window each", new RunPlan("cpu", 1, 2, 1).ToString());
        Assert.Equal("cuda:0: 1 run at a time, 4 threads and up to 8 windows each", new RunPlan("cuda:0", 4, 1, 8).ToString());
    }
}

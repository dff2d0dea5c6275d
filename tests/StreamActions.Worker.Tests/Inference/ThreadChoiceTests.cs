// The threads of a run follow a measurement, unless the operator names them.
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Core.Bundles;
using StreamActions.TestKit;
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Tests.Inference;

public sealed class ThreadChoiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // The clock advances at each look, so a run seems to take that long.
    [Theory]
    [InlineData(0, 1, 0, 0)]
    [InlineData(60, 1, 0, -1)]   // all cores
    [InlineData(60, 10_000, 0, 0)]
    [InlineData(60, 1, 3, 3)]
    public void Open_DurationOfRun_ChoosesThreads(int seconds, int cameras, int asked, int expected)
    {
        var bundle = TinyBundle.Write(_folder.Path, temporal: TemporalMode.Causal);
        FakeTimeProvider time = new() { AutoAdvanceAmount = TimeSpan.FromSeconds(seconds) };
        var (model, options) = ThreadChoice.Open(
            bundle, new() { Device = "cpu", Threads = asked }, cameras, time, NullLogger.Instance);
        model.Dispose();
        var all = Environment.ProcessorCount == 1 ? 0 : Environment.ProcessorCount;
        Assert.Equal(expected == -1 ? all : expected, options.Threads);
    }
}

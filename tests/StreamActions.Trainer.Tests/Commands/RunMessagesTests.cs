// What a verb that fails says, and where.
using StreamActions.Trainer.Commands;

namespace StreamActions.Trainer.Tests.Commands;

[Collection(ConsoleOutput.Collection)]
public sealed class RunMessagesTests : IDisposable
{
    private static readonly string LongPath = "/" + string.Join('/', Enumerable.Repeat("a folder with a name", 12)) + "/[file].txt";
    private readonly ConsoleOutput _console = new();

    public void Dispose() => _console.Dispose();

    [Fact]
    public async Task GuardAsync_FailureThatCanBeMended_IsOneLineOnStandardError()
    {
        Assert.Equal(1, await RunMessages.GuardAsync(() => throw new FormatException($"{LongPath}: not a list")));
        Assert.Equal($"error: {LongPath}: not a list{Environment.NewLine}", _console.Error);
        Assert.Empty(_console.Out);
    }

    [Fact]
    public async Task GuardAsync_Stopped_SaysSoOnStandardError()
    {
        Assert.Equal(130, await RunMessages.GuardAsync(() => throw new OperationCanceledException()));
        Assert.Equal("Stopped before it was done." + Environment.NewLine, _console.Error);
        Assert.Empty(_console.Out);
    }

    [Fact]
    public async Task GuardAsync_FailureOfTheProgram_IsNotHidden() =>
        await Assert.ThrowsAsync<NotSupportedException>(() => RunMessages.GuardAsync(() => throw new NotSupportedException()));

    [Fact]
    public void Say_LongLine_IsNotBroken()
    {
        RunMessages.Say($"Wrote {LongPath}: {1.5} s.");
        Assert.Equal($"Wrote {LongPath}: 1.5 s.{Environment.NewLine}", _console.Out);
    }
}

// Error output and exit codes of the verbs.
using StreamActions.Core.Bundles;
using StreamActions.Model.Weights;
using StreamActions.Scenes;
using StreamActions.Trainer.Commands;
using StreamActions.Trainer.Data.Layouts;
using StreamActions.Video;

namespace StreamActions.Trainer.Tests.Commands;

[Collection(ConsoleOutput.Collection)]
public sealed class RunMessagesTests : IDisposable
{
    private static readonly string LongPath = "/" + string.Join('/', Enumerable.Repeat("a folder with a name", 12)) + "/[file].txt";
    private readonly ConsoleOutput _console = new();

    private static CancellationToken Running => TestContext.Current.CancellationToken;

    public void Dispose() => _console.Dispose();

    [Fact]
    public async Task GuardAsync_UserError_PrintsOneLineToStandardError()
    {
        Assert.Equal(1, await RunMessages.GuardAsync(() => throw new TrainerException($"{LongPath}: not a list"), Running));
        Assert.Equal($"error: {LongPath}: not a list{Environment.NewLine}", _console.Error);
        Assert.Empty(_console.Out);
    }

    public static TheoryData<string> UserErrors => [.. Errors.Keys];

    private static readonly Dictionary<string, Exception> Errors = new()
    {
        ["data set"] = new DataSetException("/list.txt", [new("/list.txt", 3, "no label", "write one")]),
        ["scene"] = new SceneException("/film.mp4: ffmpeg cannot be started"),
        ["bundle"] = new BundleException("model '/demo' is not a folder"),
        ["weights"] = new CheckpointException("/model.safetensors: cut short"),
        ["recording"] = new SourceException(SourceFailure.NotFound, "/clip.mp4: no such file"),
        ["file system"] = new FileNotFoundException("Could not find file '/clip.mp4'."),
        ["permission"] = new UnauthorizedAccessException("Access to the path '/root/x' is denied."),
    };

    [Theory]
    [MemberData(nameof(UserErrors))]
    public async Task GuardAsync_InputError_PrintsNoStackTrace(string kind)
    {
        Assert.Equal(RunMessages.UserError, await RunMessages.GuardAsync(() => throw Errors[kind], Running));
        Assert.StartsWith("error: ", _console.Error, StringComparison.Ordinal);
        Assert.Contains(Errors[kind].Message.TrimEnd('.'), _console.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _console.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("report", _console.Error, StringComparison.Ordinal);
    }

    public static TheoryData<Type> Bugs =>
    [
        typeof(InvalidOperationException), typeof(FormatException), typeof(ArgumentException), typeof(NullReferenceException),
        typeof(KeyNotFoundException), typeof(NotSupportedException), typeof(OperationCanceledException),
    ];

    [Theory]
    [MemberData(nameof(Bugs))]
    public async Task GuardAsync_OtherException_PrintsBugWithStackTrace(Type type)
    {
        Assert.Equal(70, await RunMessages.GuardAsync(() => throw (Exception)Activator.CreateInstance(type)!, Running));
        Assert.StartsWith($"bug: {type.FullName}", _console.Error, StringComparison.Ordinal);
        Assert.Contains($"   at {typeof(RunMessagesTests).FullName}", _console.Error, StringComparison.Ordinal);
        Assert.Contains("Please report it", _console.Error, StringComparison.Ordinal);
        Assert.Empty(_console.Out);
    }

    [Fact]
    public async Task GuardAsync_Cancelled_ReturnsCancelExitCode()
    {
        CancellationToken stopped = new(canceled: true);
        Assert.Equal(130, await RunMessages.GuardAsync(() => throw new OperationCanceledException(), stopped));
        Assert.Equal("Stopped before it was done." + Environment.NewLine, _console.Error);
        Assert.Empty(_console.Out);
    }

    [Fact]
    public void Say_LongLine_IsNotWrapped()
    {
        RunMessages.Print($"Wrote {LongPath}: {1.5} s.");
        Assert.Equal($"Wrote {LongPath}: 1.5 s.{Environment.NewLine}", _console.Out);
    }
}

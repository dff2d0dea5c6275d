// An address out of a variable is in no message and no argument, for every kind of source.
using StreamActions.TestKit;

namespace StreamActions.Video.Tests;

public sealed class HiddenValuesTests : IDisposable
{
    private const string Secret = "hunter2-hunter2";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private SourceOptions Options(string name)
    {
        Directory.CreateDirectory(_folder.File(Secret));
        var path = Path.Combine(_folder.File(Secret), name);
        return Recordings.Fast(path) with { Shown = "${CAM}", HiddenValues = [path] };
    }

    [Fact]
    public async Task ReadAsync_MissingFile_ShowsTheVariable()
    {
        foreach (var read in (Func<SourceOptions, Task>[])[o => Recordings.ByFfmpegAsync(o), o => Recordings.ByOpenCvAsync(o)])
        {
            var e = await Assert.ThrowsAsync<SourceException>(() => read(Options("a.mp4")));

            Assert.StartsWith("${CAM}: no such file", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ReadAsync_Garbage_ShowsTheVariable()
    {
        var options = Options("a.mp4");
        File.WriteAllText(options.Address, "garbage");

        var e = await Assert.ThrowsAsync<SourceException>(() => Recordings.ByFfmpegAsync(options));

        Assert.StartsWith("${CAM}: ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_GarbageInFolder_ShowsTheVariableAndTheName()
    {
        var folder = Path.GetDirectoryName(Options("a.mp4").Address)!;
        File.WriteAllText(Path.Combine(folder, "a.mp4"), "garbage");
        var options = Recordings.Fast(folder) with { Shown = "${CAM}", HiddenValues = [folder] };

        var e = await Assert.ThrowsAsync<SourceException>(() => Recordings.ByFfmpegAsync(options));

        Assert.StartsWith("${CAM}/a.mp4: ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, e.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Every user of the machine can see arguments.</summary>
    [Fact]
    public async Task ReadAsync_Recording_PathIsNotInTheArguments()
    {
        var options = Options("a.mp4");
        TestVideo.Make(options.Address, 320, 240, fps: 12, seconds: 3);
        await using var source = new FfmpegSource(options with { Pace = RecordingPace.Realtime, Loop = true }, TimeProvider.System);
        List<string> arguments = [];
        await foreach (var frame in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            frame.Dispose();
            if (source.ReaderProcessId is { } id)
                arguments.Add(File.ReadAllText($"/proc/{id}/cmdline"));
            if (frame.Sequence == 3)
                break;
        }

        Assert.Contains(arguments, line => line.Contains("/proc/", StringComparison.Ordinal));
        Assert.All(arguments, line => Assert.DoesNotContain(Secret, line, StringComparison.Ordinal));
    }

    /// <summary>Other programs print parts of an address.</summary>
    [Theory]
    [InlineData("Connection to tcp://10.0.0.5:554?timeout=5 failed", "Connection to tcp://10.0.0.5:554?*** failed")]
    [InlineData("Opening 'http://10.0.0.5/t0k3n/seg1.ts' for reading", "Opening 'http://10.0.0.5/***' for reading")]
    [InlineData("wrong password s3cr/t", "wrong password ***")]
    [InlineData("rtsp://viewer:s3cr%2Ft@10.0.0.5/t0k3n?x=1: Found", "${CAM}: Found")]
    public void Redact_AddressOutOfVariable_HidesItsParts(string text, string shown)
    {
        const string address = "rtsp://viewer:s3cr%2Ft@10.0.0.5/t0k3n?x=1";
        var options = new SourceOptions
        {
            Address = address,
            Kind = SourceKind.Stream,
            SampleFps = 4,
            Shown = "${CAM}",
            HiddenValues = [address],
        };

        Assert.Equal(shown, options.Redact(text));
    }
}

// A folder of recordings that is read as one recording.
using StreamActions.TestKit;

namespace StreamActions.Video.Tests;

public sealed class FfmpegSourceFolderTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly List<(SourceFailure Failure, string What)> _degraded = [];

    public void Dispose() => _folder.Dispose();

    private SourceOptions Options => new()
    {
        Address = _folder.Path,
        Kind = SourceKind.File,
        SampleFps = 4,
        Pace = RecordingPace.Fast,
        StartedAt = Start,
        OnDegraded = (failure, what) => _degraded.Add((failure, what)),
    };

    private static double[] Seconds(IEnumerable<SeenFrame> frames) =>
        [.. frames.Select(frame => Math.Round((frame.CapturedAt - Start).TotalSeconds, 2))];

    [Fact]
    public async Task ReadAsync_Folder_EachFileBeginsAtTheEndOfThePrevious()
    {
        // 1.25 s is a whole number of samples. 1.1 s is not: the next file begins before the next sample of this one.
        TestVideo.MakeColour(_folder.File("b.mp4"), 0x20C020, 320, 240, fps: 20, seconds: 1.1);
        TestVideo.MakeColour(_folder.File("a.mp4"), 0xC02020, 320, 240, fps: 20, seconds: 1.25);
        TestVideo.MakeColour(_folder.File("c.MKV"), 0x2020C0, 160, 120, fps: 20, seconds: 0.5);
        File.WriteAllText(_folder.File("README.txt"), "not a recording");

        var frames = await Recordings.ByFfmpegAsync(Options);

        double[] red = [0, 0.25, 0.5, 0.75, 1], green = [1.25, 1.5, 1.75, 2, 2.25], blue = [2.35, 2.6];
        Assert.Equal([.. red, .. green, .. blue], Seconds(frames));
        Assert.All(frames.Take(5), frame => Assert.True(frame.Mean.R > 150));
        Assert.All(frames.Skip(5).Take(5), frame => Assert.True(frame.Mean.G > 150));
        Assert.All(frames.Skip(10), frame => Assert.Equal((160, 120), (frame.Width, frame.Height)));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (long)i), frames.Select(frame => frame.Sequence));
        Assert.Empty(_degraded);
    }

    [Fact]
    public async Task ReadAsync_LoopedFolder_ContinuesTime()
    {
        TestVideo.MakeColour(_folder.File("a.mp4"), 0xC02020, 320, 240, fps: 20, seconds: 1.1);
        var frames = await Recordings.ByFfmpegAsync(Options with { Loop = true }, 11);

        Assert.Equal([0, 0.25, 0.5, 0.75, 1, 1.1, 1.35, 1.6, 1.85, 2.1, 2.2], Seconds(frames));
    }

    [Fact]
    public async Task ReadAsync_UnreadableFile_IsReportedAndSkipped()
    {
        TestVideo.MakeColour(_folder.File("a.mp4"), 0xC02020, 320, 240, fps: 20, seconds: 1);
        File.WriteAllText(_folder.File("b.mp4"), "this is not a recording");
        TestVideo.MakeColour(_folder.File("c.mp4"), 0xC02020, 320, 240, fps: 20, seconds: 1);

        Assert.Equal(8, (await Recordings.ByFfmpegAsync(Options)).Count);
        var (failure, what) = Assert.Single(_degraded);
        Assert.Equal(SourceFailure.Unsupported, failure);
        Assert.Contains("b.mp4", what, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_NoReadableFile_Fails()
    {
        var empty = await Assert.ThrowsAsync<SourceException>(() => Recordings.ByFfmpegAsync(Options));
        Assert.Equal(SourceFailure.NotFound, empty.Failure);

        File.WriteAllText(_folder.File("b.mp4"), "this is not a recording");
        var unreadable = await Assert.ThrowsAsync<SourceException>(() => Recordings.ByFfmpegAsync(Options with { Loop = true }));
        Assert.Equal(SourceFailure.Unsupported, unreadable.Failure);
    }

    [Fact]
    public async Task ReadAsync_PlaylistNamedAsARecording_IsRefused()
    {
        var outside = TestVideo.MakeColour(_folder.File("a.mp4"), 0xC02020, seconds: 1);
        using TemporaryFolder other = new();
        File.WriteAllText(other.File("list.ts"), $"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{outside}\n#EXT-X-ENDLIST\n");
        File.WriteAllText(other.File("script.mp4"), $"ffconcat version 1.0\nfile '{outside}'\n");

        await Assert.ThrowsAsync<SourceException>(() => Recordings.ByFfmpegAsync(Options with { Address = other.Path }));
        Assert.Equal(2, _degraded.Count);
    }
}

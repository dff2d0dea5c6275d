// MJPEG and HLS over http, from local servers.
using StreamActions.TestKit;
using StreamActions.TestKit.Http;

namespace StreamActions.Video.Tests;

public sealed class FfmpegSourceHttpTests(Recordings recordings) : IClassFixture<Recordings>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_Mjpeg_FramesArrive()
    {
        await using var camera = await HttpCamera.StartMjpegAsync();

        var frames = await Recordings.ReadAsync(Source(camera.Url), 8);

        Assert.All(frames, frame => Assert.Equal((320, 240), (frame.Width, frame.Height)));
        Assert.True(frames.Select(frame => frame.Hash).Distinct().Count() > 4, "the picture does not change");
        Assert.All(frames.Zip(frames.Skip(1)), pair => Assert.True(pair.First.CapturedAt < pair.Second.CapturedAt));
    }

    [Fact]
    public async Task ReadAsync_Hls_FramesArriveAtTheirPace()
    {
        await using var camera = await HttpCamera.StartHlsAsync(_folder.Path);

        var frames = await Recordings.ReadAsync(Source(camera.Url), 12);

        Assert.True(frames.Select(frame => frame.Hash).Distinct().Count() > 8, "the picture does not change");
        // Twelve frames, a quarter of a second apart. In a burst, most would arrive at the same time.
        Assert.All(
            frames.Zip(frames.Skip(4)),
            pair => Assert.True(pair.Second.CapturedAt - pair.First.CapturedAt > TimeSpan.FromSeconds(0.5)));
    }

    [Fact]
    public async Task ReadAsync_HlsThatNamesALocalFile_IsRefused()
    {
        var playlist = $"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{recordings.Changing}\n#EXT-X-ENDLIST\n";
        File.WriteAllText(_folder.File("live.m3u8"), playlist);
        await using var camera = await HttpCamera.StartFolderAsync(_folder.Path, "live.m3u8");

        var exception = await Assert.ThrowsAsync<SourceException>(() => Recordings.ReadAsync(Source(camera.Url), 1));

        Assert.Equal(SourceFailure.Unsupported, exception.Failure);
    }

    [Fact]
    public async Task ReadAsync_NoSuchPath_IsNotFound()
    {
        await using var camera = await HttpCamera.StartFolderAsync(_folder.Path, "nothing.mjpg");

        var exception = await Assert.ThrowsAsync<SourceException>(() => Recordings.ReadAsync(Source(camera.Url), 1));

        Assert.Equal(SourceFailure.NotFound, exception.Failure);
    }

    [Fact]
    public async Task ReadAsync_HlsBehindAnotherName_FramesArriveAtTheirPace()
    {
        await using var camera = await HttpCamera.StartHlsAsync(_folder.Path);
        File.CreateSymbolicLink(_folder.File("live"), _folder.File("live.m3u8"));
        var options = Options(camera.Url.Replace("live.m3u8", "live", StringComparison.Ordinal));

        var frames = await Recordings.ReadAsync(new FfmpegSource(options, TimeProvider.System), 12);

        Assert.True(options.Findings.Segmented);
        Assert.All(
            frames.Zip(frames.Skip(4)),
            pair => Assert.True(pair.Second.CapturedAt - pair.First.CapturedAt > TimeSpan.FromSeconds(0.5)));
    }

    [Fact]
    public async Task ReadAsync_OnePicture_IsNamed()
    {
        TestVideo.Picture(_folder.File("snap.jpg"));
        await using var camera = await HttpCamera.StartFolderAsync(_folder.Path, "snap.jpg");

        var exception = await Assert.ThrowsAsync<SourceException>(() => Recordings.ReadAsync(Source(camera.Url), 2));

        Assert.Equal(SourceFailure.NoStream, exception.Failure);
        Assert.EndsWith("snap.jpg: one picture, not a stream: write source: snapshot:URL", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mp4")]
    [InlineData("ts")]
    [InlineData("mkv")]
    public async Task ReadAsync_RecordingOverHttp_IsNamed(string container)
    {
        // The index of the mp4 is at its start, as a server that cannot seek needs it.
        TestVideo.Encode(_folder.File($"hour.{container}"), "libx264", 320, 240, fps: 12, seconds: 60);
        await using var camera = await HttpCamera.StartFolderAsync(_folder.Path, $"hour.{container}");

        var exception = await Assert.ThrowsAsync<SourceException>(() => Recordings.ReadAsync(Source(camera.Url)));

        Assert.Equal(SourceFailure.NoStream, exception.Failure);
        Assert.Contains("a recording, not a live stream", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_Snapshots_GivesAPicturePerRequest()
    {
        TestVideo.Picture(_folder.File("snap.jpg"));
        await using var camera = await HttpCamera.StartFolderAsync(_folder.Path, "snap.jpg");
        var options = Options(camera.Url) with { SnapshotEvery = TimeSpan.FromSeconds(0.5) };

        var frames = await Recordings.ReadAsync(new FfmpegSource(options, TimeProvider.System), 5);

        Assert.Equal([0, 1, 2, 3, 4], frames.Select(frame => frame.Sequence));
    }

    [Fact]
    public async Task ReadAsync_WebPage_SaysSo()
    {
        File.WriteAllText(_folder.File("index.html"), "<html><body>Login</body></html>");
        await using var camera = await HttpCamera.StartFolderAsync(_folder.Path, "index.html");

        var exception = await Assert.ThrowsAsync<SourceException>(() => Recordings.ReadAsync(Source(camera.Url), 1));

        Assert.Contains("the server answers, but not with video", exception.Message, StringComparison.Ordinal);
    }

    private static SourceOptions Options(string address) =>
        new() { Address = address, Kind = SourceKind.Stream, SampleFps = 4, Deadlines = Recordings.Patient };

    private static FfmpegSource Source(string address) => new(
        new SourceOptions { Address = address, Kind = SourceKind.Stream, SampleFps = 4, Deadlines = Recordings.Patient },
        TimeProvider.System);
}

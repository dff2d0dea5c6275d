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

    private static FfmpegSource Source(string address) => new(
        new SourceOptions { Address = address, Kind = SourceKind.Stream, SampleFps = 4, Deadlines = Recordings.Patient },
        TimeProvider.System);
}

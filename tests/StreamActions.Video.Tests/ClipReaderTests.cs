// Recordings as frames of the model's size; real clips with both readers.
using StreamActions.Core.Clips;
using StreamActions.TestKit;

namespace StreamActions.Video.Tests;

public class ClipReaderTests(Recordings recordings) : IClassFixture<Recordings>
{
    [Fact]
    public async Task ReadAllAsync_Recording_ReturnsTheWorkersFrames()
    {
        var clip = await ClipReader.ReadAllAsync(recordings.Moving, 8, 32, ResizeRule.CenterCrop, TestContext.Current.CancellationToken);

        var expected = new List<byte>();
        await using var source = new FfmpegSource(Recordings.Fast(recordings.Moving, 8), TimeProvider.System);
        await foreach (var frame in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            var square = new byte[32 * 32 * 3];
            FramePreprocessor.Resize(frame, crop: null, 32, ResizeRule.CenterCrop, square);
            expected.AddRange(square);
            frame.Dispose();
        }
        Assert.Equal(24 * 32 * 32 * 3, clip.Length);
        Assert.Equal(expected, clip);
    }

    [Fact]
    public async Task EachAsync_PartOfARecording_ReturnsItsFramesAndTimes()
    {
        List<(TimeSpan Time, byte[] Pixels)> whole = [], part = [];
        await EachAsync(new(4), whole);
        await EachAsync(new(4) { From = TimeSpan.FromSeconds(1), Length = TimeSpan.FromSeconds(1.5) }, part);

        Assert.Equal(12, whole.Count);
        // 1 s and 1.5 s are frame borders, so both starts show the same frames.
        Assert.Equal(whole[4..10].Select(f => f.Time), part.Select(f => f.Time));
        for (var k = 0; k < part.Count; k++)
            Assert.True(whole[4 + k].Pixels.AsSpan().SequenceEqual(part[k].Pixels), $"frame {k} differs");
    }

    [Fact]
    public async Task EachAsync_MostFrames_StopsAfterThem()
    {
        List<(TimeSpan, byte[])> frames = [];

        Assert.Equal(3, await EachAsync(new(12) { MostFrames = 3 }, frames));
        Assert.Equal(3, frames.Count);
    }

    private async Task<int> EachAsync(RecordingPart part, List<(TimeSpan, byte[])> frames) => await ClipReader.EachAsync(
        recordings.Moving,
        part,
        frame => frames.Add((frame.CapturedAt - Recordings.WrittenAt, frame.Pixels.ToArray())),
        TestContext.Current.CancellationToken);

    [Fact]
    public void ReadAll_MissingFile_NamesThePath()
    {
        var exception = Assert.Throws<SourceException>(() => ClipReader.ReadAll(recordings.Missing, 8, 32, ResizeRule.Squash));

        Assert.Equal(SourceFailure.NotFound, exception.Failure);
        Assert.Contains(recordings.Missing, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("arm_wrestling.mp4")]
    [InlineData("cleaning_pool.mp4")]
    [InlineData("playing_basketball.mp4")]
    public async Task ReadAsync_RealClip_BothReadersAgree(string name)
    {
        var path = Path.Combine(RepositoryPaths.Shared, "clips", name);
        if (!File.Exists(path))
            Assert.Skip($"no {name} in the clips folder beside the repository");

        var byFfmpeg = await Recordings.ByFfmpegAsync(Recordings.Fast(path));
        var byOpenCv = await Recordings.ByOpenCvAsync(Recordings.Fast(path));

        Assert.InRange(byFfmpeg.Count, 40, 41);
        Assert.Equal(
            byFfmpeg.Select(frame => (frame.CapturedAt, frame.Width, frame.Height)),
            byOpenCv.Select(frame => (frame.CapturedAt, frame.Width, frame.Height)));
        // The readers may choose neighbouring pictures and round differently: the mean colour agrees within a few levels.
        for (var k = 0; k < byFfmpeg.Count; k++)
            Assert.InRange(Math.Abs(byFfmpeg[k].Mean.G - byOpenCv[k].Mean.G), 0, 6);
    }

    [Fact]
    public void Check_OpenCv_Loads() => OpenCvRuntime.Check();
}

// Recordings read with ffmpeg: frames, times and pace.
namespace StreamActions.Video.Tests;

public class FfmpegSourceFileTests(Recordings recordings) : IClassFixture<Recordings>
{
    [Fact]
    public async Task ReadAsync_Recording_ReturnsRegularFramesFromItsWriteTime()
    {
        var frames = await Recordings.ByFfmpegAsync(Recordings.Fast(recordings.Moving));

        Assert.Equal(12, frames.Count);
        for (var k = 0; k < frames.Count; k++)
        {
            Assert.Equal((320, 240, (long)k), (frames[k].Width, frames[k].Height, frames[k].Sequence));
            Assert.Equal(Recordings.WrittenAt.AddSeconds(k * 0.25), frames[k].CapturedAt);
        }
        Assert.Equal(12, frames.Select(frame => frame.Hash).Distinct().Count());
    }

    [Fact]
    public async Task ReadAsync_TwoRuns_ReturnTheSameFramesAndTimes()
    {
        var first = await Recordings.ByFfmpegAsync(Recordings.Fast(recordings.Moving, 3));
        var second = await Recordings.ByFfmpegAsync(Recordings.Fast(recordings.Moving, 3));

        Assert.Equal(9, first.Count);
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task ReadAsync_StartedAt_IsTheTimeOfTheFirstFrame()
    {
        var startedAt = new DateTimeOffset(2025, 12, 31, 23, 59, 59, 500, TimeSpan.FromHours(1));
        var frames = await Recordings.ByFfmpegAsync(Recordings.Fast(recordings.Moving) with { StartedAt = startedAt }, 3);

        Assert.Equal(startedAt, frames[0].CapturedAt);
        Assert.Equal(startedAt.AddSeconds(0.5), frames[2].CapturedAt);
    }

    [Fact]
    public async Task ReadAsync_Loop_RepeatsPicturesAndContinuesTime()
    {
        var frames = await Recordings.ByFfmpegAsync(Recordings.Fast(recordings.Moving) with { Loop = true }, 30);

        Assert.Equal(30, frames.Count);
        for (var k = 0; k < 30; k++)
        {
            Assert.Equal((Recordings.WrittenAt.AddSeconds(k * 0.25), (long)k), (frames[k].CapturedAt, frames[k].Sequence));
            Assert.Equal(frames[k % 12].Hash, frames[k].Hash);
        }
    }

    [Theory]
    [InlineData(RecordingPace.Realtime, 0.25)]
    [InlineData(RecordingPace.Fast, 0)]
    public async Task ReadAsync_Pace_DeterminesArrival(RecordingPace pace, double secondsApart)
    {
        var time = new SteppingTime();
        await using var source = new FfmpegSource(Recordings.Fast(recordings.Moving) with { Pace = pace }, time);

        var arrived = new List<TimeSpan>();
        await foreach (var frame in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal(time.Passed.Ticks, frame.ArrivedAt);
            arrived.Add(time.Passed);
            frame.Dispose();
        }

        Assert.Equal(Enumerable.Range(0, 12).Select(k => TimeSpan.FromSeconds(k * secondsApart)), arrived);
    }

    [Fact]
    public async Task ReadAsync_SlowConsumer_DropsNoFrame()
    {
        await using var source = new FfmpegSource(Recordings.Fast(recordings.Moving, 12), TimeProvider.System);
        var sequence = new List<long>();
        await foreach (var frame in source.ReadAsync(TestContext.Current.CancellationToken))
        {
            for (var i = 0; i < 20; i++)
                await Task.Yield();
            sequence.Add(frame.Sequence);
        }

        Assert.Equal(Enumerable.Range(0, 36).Select(k => (long)k), sequence);
        Assert.Equal(0, source.DroppedFrames);
    }

    [Fact]
    public async Task ReadAsync_LargePicture_IsScaledToTheLimits()
    {
        var options = Recordings.Fast(recordings.Large) with { MaxWidth = 400, MaxHeight = 400 };
        var frames = await Recordings.ByFfmpegAsync(options);

        Assert.Equal(8, frames.Count);
        Assert.All(frames, frame =>
        {
            Assert.Equal((400, 224), (frame.Width, frame.Height));
            Assert.InRange(frame.Mean.R, 0x20 - 4, 0x20 + 4);
            Assert.InRange(frame.Mean.G, 0x60 - 4, 0x60 + 4);
            Assert.InRange(frame.Mean.B, 0xC0 - 4, 0xC0 + 4);
        });
    }

    [Fact]
    public async Task ReadAsync_ResolutionChange_EachFrameHasItsOwnSize()
    {
        var frames = await Recordings.ByFfmpegAsync(Recordings.Fast(recordings.Changing));

        Assert.Contains(frames, frame => (frame.Width, frame.Height) == (320, 240));
        var red = frames.Where(frame => (frame.Width, frame.Height) == (480, 270)).ToList();
        Assert.NotEmpty(red);
        Assert.All(red, frame => Assert.InRange(frame.Mean.R, 0xC0 - 5, 0xC0 + 5));
        Assert.All(red, frame => Assert.InRange(frame.Mean.B, 0x20 - 5, 0x20 + 5));
    }

    [Fact]
    public async Task ReadAsync_MissingFile_IsNotFound() =>
        await FailsAsync(recordings.Missing, SourceFailure.NotFound, recordings.Missing);

    [Fact]
    public async Task ReadAsync_Garbage_IsUnsupported() =>
        await FailsAsync(recordings.Garbage, SourceFailure.Unsupported, recordings.Garbage);

    [Fact]
    public async Task ReadAsync_LoopedGarbage_FailsInsteadOfLooping() =>
        await FailsAsync(recordings.Garbage, SourceFailure.Unsupported, recordings.Garbage, options => options with { Loop = true });

    [Fact]
    public async Task ReadAsync_Playlist_IsRefusedUnlessAllowed()
    {
        await FailsAsync(recordings.Playlist, SourceFailure.Unsupported, recordings.Playlist);

        var allowed = Recordings.Fast(recordings.Playlist) with { AllowPlaylists = true };
        Assert.NotEmpty(await Recordings.ByFfmpegAsync(allowed, 4));
    }

    [Fact]
    public async Task ReadAsync_TooManyPixels_IsUnsupported() =>
        await FailsAsync(
            recordings.Large, SourceFailure.Unsupported, "larger than allowed", options => options with { MaxPixels = 640 * 480 });

    [Fact]
    public async Task ReadAsync_MissingReader_NamesThePackage()
    {
        const string missing = "ffmpeg-missing";
        await FailsAsync(
            recordings.Moving, SourceFailure.ReaderMissing, "apt-get install ffmpeg", options => options with { Reader = missing });

        var exception = Assert.Throws<SourceException>(() => FfmpegSource.FindReader(missing));
        Assert.Equal(SourceFailure.ReaderMissing, exception.Failure);
        Assert.EndsWith("/ffmpeg", FfmpegSource.FindReader(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_CalledTwice_Throws()
    {
        var source = new FfmpegSource(Recordings.Fast(recordings.Moving), TimeProvider.System);
        await Recordings.ReadAsync(source, 1);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Recordings.ReadAsync(source));
    }

    [Fact]
    public async Task ReadAsync_Cancellation_StopsTheChild()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var source = new FfmpegSource(Recordings.Fast(recordings.Moving) with { Loop = true }, TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var frame in source.ReadAsync(cancel.Token))
            {
                frame.Dispose();
                await cancel.CancelAsync();
            }
        });
        Assert.Null(source.ReaderProcessId);
    }

    private static async Task FailsAsync(
        string path, SourceFailure failure, string message, Func<SourceOptions, SourceOptions>? change = null)
    {
        var options = Recordings.Fast(path);
        var exception = await Assert.ThrowsAsync<SourceException>(() =>
            Recordings.ByFfmpegAsync(change?.Invoke(options) ?? options));

        Assert.Equal(failure, exception.Failure);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }
}

// The default deadlines of a reader.
namespace StreamActions.Video.Tests;

public sealed class ReaderDeadlinesTests
{
    [Theory]
    [InlineData(SourceKind.Stream, 4, 10, 2, 5)]
    [InlineData(SourceKind.Device, 0.5, 10, 4, 6)]
    [InlineData(SourceKind.File, 4, 60, 10, 60)]
    public void For_KindAndSampleRate_GivesSlowSamplingMoreTime(SourceKind kind, double sampleFps, double start, double due, double steady)
    {
        var expected = new ReaderDeadlines(TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(due), TimeSpan.FromSeconds(steady))
        {
            Patience = kind == SourceKind.Stream ? ReaderDeadlines.DefaultPatience : TimeSpan.FromSeconds(start),
        };

        Assert.Equal(expected, ReaderDeadlines.For(kind, sampleFps));
        Assert.Equal(expected, new SourceOptions { Address = "camera", Kind = kind, SampleFps = sampleFps }.Deadlines);
    }

    [Fact]
    public void WithStart_LongTimeout_AppliesToFirstAndSecondFrame()
    {
        var deadlines = ReaderDeadlines.For(SourceKind.Stream, 4).WithStart(TimeSpan.FromSeconds(30));

        Assert.Equal((30, 30, 30), (deadlines.Start.TotalSeconds, deadlines.Patience.TotalSeconds, deadlines.Second.TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(30), new FrameRhythm(deadlines).Next.Steady);
    }

    [Theory]
    [InlineData(0.25, 2, 5)]
    [InlineData(2, 4, 6)]
    [InlineData(20, 40, 60)]
    [InlineData(1000, 600, 600)]
    public void Rhythm_SlowCamera_WaitsForMoreThanItsInterval(double interval, double due, double steady)
    {
        FrameRhythm rhythm = new(ReaderDeadlines.For(SourceKind.Stream, 4));
        for (var k = 0; k < 10; k++)
            rhythm.Frame(TimeSpan.FromSeconds(k * interval));

        Assert.Equal((due, steady), (rhythm.Next.Due.TotalSeconds, rhythm.Next.Steady.TotalSeconds));
    }

    [Fact]
    public void Rhythm_CameraIsFastAgain_ForgetsTheStall()
    {
        FrameRhythm rhythm = new(ReaderDeadlines.For(SourceKind.Stream, 4));
        var seconds = (double[])[0, 4.5, 4.75, 5, 5.25, 5.5];
        foreach (var at in seconds)
            rhythm.Frame(TimeSpan.FromSeconds(at));

        Assert.Equal(TimeSpan.FromSeconds(5), rhythm.Next.Steady);
    }
}

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
        var expected = new ReaderDeadlines(TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(due), TimeSpan.FromSeconds(steady));

        Assert.Equal(expected, ReaderDeadlines.For(kind, sampleFps));
        Assert.Equal(expected, new SourceOptions { Address = "camera", Kind = kind, SampleFps = sampleFps }.Deadlines);
    }
}

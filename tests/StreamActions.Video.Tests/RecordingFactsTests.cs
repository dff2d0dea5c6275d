// Headers of recordings, and errors for files without one.
namespace StreamActions.Video.Tests;

public class RecordingFactsTests(Recordings recordings) : IClassFixture<Recordings>
{
    [Fact]
    public void Read_Recording_ReturnsLengthAndFrameRate() =>
        Assert.Equal(new RecordingFacts(TimeSpan.FromSeconds(3), 12), RecordingFacts.Read(recordings.Moving, TimeProvider.System));

    [Fact]
    public void Read_Garbage_NamesThePathAndTheCause()
    {
        var exception = Assert.Throws<SourceException>(() => RecordingFacts.Read(recordings.Garbage, TimeProvider.System));

        Assert.Equal(SourceFailure.Unsupported, exception.Failure);
        Assert.Contains(recordings.Garbage, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Playlist_IsUnsupported() => Assert.Equal(SourceFailure.Unsupported, FailureOf(recordings.Playlist));

    [Fact]
    public void Read_MissingFile_IsNotFound() => Assert.Equal(SourceFailure.NotFound, FailureOf(recordings.Missing));

    [Theory]
    [InlineData("avg_frame_rate=30000/1001\nduration=2.5\nduration=3.5\n", 2.5, 29.97)]
    [InlineData("avg_frame_rate=25/1\nduration=N/A\nduration=3.5\n", 3.5, 25.0)]
    [InlineData("avg_frame_rate=0/0\nduration=N/A\n", null, null)]
    public void Parse_Output_PrefersTheLengthOfTheStream(string printed, double? seconds, double? fps)
    {
        var facts = RecordingFacts.Parse(printed);

        Assert.Equal(seconds, facts.Length?.TotalSeconds);
        Assert.Equal(fps, facts.Fps is { } rate ? Math.Round(rate, 2) : null);
    }

    private static SourceFailure FailureOf(string path) =>
        Assert.Throws<SourceException>(() => RecordingFacts.Read(path, TimeProvider.System)).Failure;
}

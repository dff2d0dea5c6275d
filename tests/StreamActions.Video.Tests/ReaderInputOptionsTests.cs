// The permitted input options, and how they reach the reader.
namespace StreamActions.Video.Tests;

public class ReaderInputOptionsTests(Recordings recordings) : IClassFixture<Recordings>
{
    private static readonly SourceOptions Stream = new() { Address = "rtsp://10.0.0.5/sub", Kind = SourceKind.Stream, SampleFps = 4 };

    [Theory]
    [InlineData("fflags", "nobuffer+discardcorrupt", true)]
    [InlineData("fflags", "nobuffer+", false)]
    [InlineData("probesize", "32", true)]
    [InlineData("probesize", "-1", false)]
    [InlineData("probesize", "32\n", false)]
    [InlineData("user_agent", "Mozilla/5.0 (X11)", true)]
    [InlineData("user_agent", "a' -i b", false)]
    [InlineData("live_start_index", "-3", true)]
    [InlineData("skip_frame", "nokey", true)]
    public void Problem_Value_IsNullOnlyForPermittedValues(string name, string value, bool permitted) =>
        Assert.Equal(permitted, ReaderInputOptions.Problem(name, value) is null);

    [Theory]
    [InlineData("reorder_queue_size", "rtsp://h/a", true)]
    [InlineData("reorder_queue_size", "http://h/a", false)]
    [InlineData("probesize", "/a.mp4", true)]
    public void AppliesTo_Address_DependsOnItsScheme(string name, string address, bool expected) =>
        Assert.Equal(expected, ReaderInputOptions.AppliesTo(name, address));

    [Fact]
    public void For_Stream_PutsDecoderOptionsInTheArgumentsAndOthersInTheScript()
    {
        Dictionary<string, string> options = new() { ["skip_frame"] = "nokey", ["user_agent"] = "a b" };
        var command = ReaderCommand.For(Stream with { InputOptions = options, Hardware = "vaapi" });

        var arguments = string.Join(' ', command.Arguments);
        var input = arguments.IndexOf("-i pipe:0", StringComparison.Ordinal);
        Assert.Contains("-hwaccel vaapi", arguments, StringComparison.Ordinal);
        Assert.InRange(arguments.IndexOf("-skip_frame nokey", StringComparison.Ordinal), 0, input);
        Assert.Contains("option user_agent 'a b'\n", command.Script, StringComparison.Ordinal);
    }

    // The format is what ffmpeg has found, not the end of the address.
    [Theory]
    [InlineData("http://h/live", true)]
    [InlineData("http://h/live.m3u8", false)]
    public void For_Segments_IsReadAtItsOwnPace(string address, bool segmented) =>
        Assert.Equal(segmented, ReaderCommand.For(Stream with { Address = address, Findings = new() { Segmented = segmented } })
            .Arguments.Contains("-re"));

    [Theory]
    [InlineData("protocol_whitelist", "file")]
    [InlineData("probesize", "many")]
    public void Constructor_ForbiddenOption_NamesIt(string name, string value)
    {
        var options = Stream with { InputOptions = new Dictionary<string, string> { [name] = value } };

        var exception = Assert.Throws<ArgumentException>(() => new FfmpegSource(options, TimeProvider.System));
        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
    }

    // ffmpeg ends at an option that it does not know, so this proves that it knows all of them.
    [Fact]
    public async Task ReadAsync_RecordingWithEveryOption_IsRead()
    {
        var options = new Dictionary<string, string>
        {
            ["analyzeduration"] = "1000000",
            ["fflags"] = "genpts",
            ["flags"] = "low_delay",
            ["max_delay"] = "500000",
            ["probesize"] = "500000",
            ["skip_frame"] = "noref",
            ["skip_loop_filter"] = "all",
        };
        var applicable = ReaderInputOptions.Names.Where(name => ReaderInputOptions.AppliesTo(name, recordings.Moving));
        Assert.Equal(applicable.Order(), options.Keys.Order());

        Assert.NotEmpty(await Recordings.ByFfmpegAsync(Recordings.Fast(recordings.Moving) with { InputOptions = options }));
    }

    [Fact]
    public async Task ReadAsync_HardwareNotAvailable_ReportsItAndDecodesOnTheCpu()
    {
        List<(SourceFailure, string)> degraded = [];
        var options = Recordings.Fast(recordings.Moving) with
        {
            Hardware = "drm",
            OnDegraded = (failure, what) => degraded.Add((failure, what)),
        };

        var frames = await Recordings.ByFfmpegAsync(options);

        Assert.Equal(12, frames.Count);
        Assert.SkipWhen(degraded.Count == 0, "this machine supports hardware decoding with drm");
        var (failure, what) = Assert.Single(degraded);
        Assert.Equal(SourceFailure.NoHardware, failure);
        Assert.Contains("hardware decoding is not available", what, StringComparison.Ordinal);
        Assert.EndsWith("; decoding on the CPU", what, StringComparison.Ordinal);
    }
}

// Which input options may be set, and that they reach the reader.
namespace StreamActions.Video.Tests;

public class ReaderInputOptionsTests(Recordings recordings) : IClassFixture<Recordings>
{
    private static readonly SourceOptions _stream = new() { Address = "rtsp://10.0.0.5/sub", Kind = SourceKind.Stream, SampleFps = 4 };

    private static Dictionary<string, string> Given(string name, string value) => new() { [name] = value };

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
    public void Problem_Value_OnlyItsForm(string name, string value, bool good) => Assert.Equal(good, ReaderInputOptions.Problem(name, value) is null);

    [Theory]
    [InlineData("reorder_queue_size", "rtsp://h/a", true)]
    [InlineData("reorder_queue_size", "http://h/a", false)]
    [InlineData("probesize", "/a.mp4", true)]
    public void AppliesTo_Address_ByItsScheme(string name, string address, bool expected) => Assert.Equal(expected, ReaderInputOptions.AppliesTo(name, address));

    [Fact]
    public void For_Stream_DecoderOptionsBeforeTheInputAndAllOthersInTheScript()
    {
        var command = ReaderCommand.For(_stream with { InputOptions = new Dictionary<string, string> { ["skip_frame"] = "nokey", ["user_agent"] = "a b" }, Hardware = "vaapi" });

        var arguments = string.Join(' ', command.Arguments);
        Assert.Contains("-hwaccel vaapi", arguments, StringComparison.Ordinal);
        Assert.InRange(arguments.IndexOf("-skip_frame nokey", StringComparison.Ordinal), 0, arguments.IndexOf("-i pipe:0", StringComparison.Ordinal));
        Assert.Contains("option user_agent 'a b'\n", command.Script, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://h/live.m3u8?token=x", true)]
    [InlineData("http://h/video.mjpg?list=a.m3u8", false)]
    [InlineData("rtsp://h/sub", false)]
    public void For_Hls_IsReadAtItsOwnPace(string address, bool paced) => Assert.Equal(paced, ReaderCommand.For(_stream with { Address = address }).Arguments.Contains("-re"));

    [Theory]
    [InlineData("protocol_whitelist", "file")]
    [InlineData("probesize", "many")]
    public void Source_OptionThatIsNotAllowed_IsRefused(string name, string value) => Assert.Contains(
        name, Assert.Throws<ArgumentException>(() => new FfmpegSource(_stream with { InputOptions = Given(name, value) }, TimeProvider.System)).Message, StringComparison.Ordinal);

    /// <summary>Every one is known to the ffmpeg in use: one it does not know would end it.</summary>
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
        Assert.Equal(ReaderInputOptions.Names.Where(name => ReaderInputOptions.AppliesTo(name, recordings.Moving)).Order(), options.Keys.Order());

        Assert.NotEmpty(await Recordings.ReadAsync(new FfmpegSource(Recordings.Fast(recordings.Moving) with { InputOptions = options }, TimeProvider.System)));
    }

    [Fact]
    public async Task ReadAsync_HardwareThatCannotBeHad_SaysSoAndIsReadAllTheSame()
    {
        List<(SourceFailure, string)> degraded = [];
        var options = Recordings.Fast(recordings.Moving) with { Hardware = "drm", OnDegraded = (failure, what) => degraded.Add((failure, what)) };

        var frames = await Recordings.ReadAsync(new FfmpegSource(options, TimeProvider.System));

        Assert.Equal(12, frames.Count);
        Assert.SkipWhen(degraded.Count == 0, "this machine decodes by drm");
        var (failure, what) = Assert.Single(degraded);
        Assert.Equal(SourceFailure.NoHardware, failure);
        Assert.Contains("hardware decoding cannot be had", what, StringComparison.Ordinal);
        Assert.EndsWith("; the processor decodes", what, StringComparison.Ordinal);
    }
}

// Small recordings for the tests of this assembly.
using StreamActions.TestKit;

namespace StreamActions.Video.Tests;

/// <summary>Small recordings, created for each test class that uses them.</summary>
public sealed class Recordings : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Recordings()
    {
        Moving = TestVideo.Make(_folder.File("moving.mp4"), 320, 240, fps: 12, seconds: 3);
        Large = TestVideo.MakeColour(_folder.File("large.mp4"), 0x2060C0, 1280, 720);
        Changing = TestVideo.Join(_folder.File("changing.ts"), Moving, TestVideo.MakeColour(_folder.File("red.mp4"), 0xC02020, 480, 270));
        Garbage = _folder.File("garbage.mp4");
        File.WriteAllText(Garbage, "this is not a recording");
        Playlist = _folder.File("list.m3u8");
        File.WriteAllText(Playlist, $"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{Changing}\n#EXT-X-ENDLIST\n");
        foreach (var path in (string[])[Moving, Large, Changing])
            File.SetLastWriteTimeUtc(path, new DateTime(2026, 3, 4, 5, 6, 7, 890, DateTimeKind.Utc));
    }

    /// <summary>Last write time of every recording, in whole seconds.</summary>
    public static DateTimeOffset WrittenAt { get; } = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    /// <summary>Deadlines that a busy machine does not miss. Tests of deadlines shorten one.</summary>
    public static ReaderDeadlines Patient { get; } = new(
        Start: TimeSpan.FromSeconds(60), Due: TimeSpan.FromSeconds(30), Steady: TimeSpan.FromSeconds(30));

    /// <summary>3 s of a moving test picture, 320×240, 12 frames a second.</summary>
    public string Moving { get; }

    /// <summary>2 s of one colour, 1280×720.</summary>
    public string Large { get; }

    /// <summary>3 s at 320×240, then 2 s of red at 480×270.</summary>
    public string Changing { get; }

    /// <summary>A file that is not a recording.</summary>
    public string Garbage { get; }

    /// <summary>A playlist that names <see cref="Changing"/>.</summary>
    public string Playlist { get; }

    /// <summary>A name in the same folder that does not exist.</summary>
    public string Missing => _folder.File("missing.mp4");

    public void Dispose() => _folder.Dispose();

    internal static SourceOptions Fast(string path, double sampleFps = 4) =>
        new() { Address = path, Kind = SourceKind.File, SampleFps = sampleFps, Pace = RecordingPace.Fast };

    /// <summary>Reads up to <paramref name="most"/> frames with ffmpeg.</summary>
    internal static Task<List<SeenFrame>> ByFfmpegAsync(SourceOptions options, int most = int.MaxValue) =>
        ReadAsync(new FfmpegSource(options, TimeProvider.System), most);

    /// <summary>Reads up to <paramref name="most"/> frames with OpenCV.</summary>
    internal static Task<List<SeenFrame>> ByOpenCvAsync(SourceOptions options, int most = int.MaxValue) =>
        ReadAsync(new OpenCvSource(options, TimeProvider.System), most);

    /// <summary>Reads up to <paramref name="most"/> frames: size, times, mean colour and a hash of each.</summary>
    internal static async Task<List<SeenFrame>> ReadAsync(IFrameSource source, int most = int.MaxValue)
    {
        var seen = new List<SeenFrame>();
        await using (source)
        {
            await foreach (var frame in source.ReadAsync(TestContext.Current.CancellationToken))
            {
                seen.Add(SeenFrame.Of(frame));
                frame.Dispose();
                if (seen.Count == most)
                    break;
            }
        }
        return seen;
    }
}

/// <summary>Facts about a frame, for assertions.</summary>
internal sealed record SeenFrame(
    int Width, int Height, DateTimeOffset CapturedAt, long Sequence, (double R, double G, double B) Mean, int Hash)
{
    public static SeenFrame Of(Frame frame)
    {
        double r = 0, g = 0, b = 0;
        var hash = new HashCode();
        hash.AddBytes(frame.Pixels);
        for (var i = 0; i < frame.Pixels.Length; i += 3)
            (r, g, b) = (r + frame.Pixels[i], g + frame.Pixels[i + 1], b + frame.Pixels[i + 2]);
        var pixels = frame.Width * frame.Height;
        var mean = (r / pixels, g / pixels, b / pixels);
        return new SeenFrame(frame.Width, frame.Height, frame.CapturedAt, frame.Sequence, mean, hash.ToHashCode());
    }
}

// Test fixture: small recordings of two classes, some of them broken, written by ffmpeg once.
using StreamActions.TestKit;
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Tests.Data;

/// <summary>Two classes, <c>moves</c> and <c>stays</c>; 2 s at 12 frames per second, 64×48, unless stated otherwise.</summary>
public sealed class SmallRecordings : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SmallRecordings()
    {
        Moving = TestVideo.Make(File("moving.mp4"), 64, 48, fps: 12, seconds: 2);
        Still = TestVideo.MakeColour(File("still.mp4"), 0x2060C0, 64, 48);
        Wide = TestVideo.Make(File("wide.mp4"), 160, 60, fps: 12, seconds: 4);
        ThreeFrames = TestVideo.Make(File("three.mp4"), 64, 48, fps: 12, seconds: 0.25);
        OneFrame = TestVideo.Make(File("one.mp4"), 64, 48, fps: 12, seconds: 1 / 12.0);
        Text = File("text.mp4");
        System.IO.File.WriteAllText(Text, "not a video");
        Truncated = File("truncated.mp4");
        var whole = System.IO.File.ReadAllBytes(Moving);
        System.IO.File.WriteAllBytes(Truncated, whole[..(whole.Length / 2)]);
    }

    /// <summary>A moving test picture.</summary>
    public string Moving { get; }

    /// <summary>One colour.</summary>
    public string Still { get; }

    /// <summary>A moving test picture, 4 s, 160×60.</summary>
    public string Wide { get; }

    /// <summary>A moving test picture with three frames.</summary>
    public string ThreeFrames { get; }

    /// <summary>A recording with one frame.</summary>
    public string OneFrame { get; }

    /// <summary>A text file with a video's name.</summary>
    public string Text { get; }

    /// <summary>The first half of the bytes of <see cref="Moving"/>, without the MP4 index.</summary>
    public string Truncated { get; }

    public string File(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();

    /// <summary>A data set of these recordings. A recording may occur several times, each time under another name.</summary>
    internal static DataSet Set(IReadOnlyList<(string Path, int Label)> training, params (string Path, int Label)[] heldOut) => new(
        [new("moves", ["it moves", "something moves"], 1, false), new("stays", ["it stays"], 0, false)],
        Clips("t", training), Clips("h", heldOut), []);

    private static IReadOnlyList<RecordedClip> Clips(string part, IReadOnlyList<(string Path, int Label)> clips) =>
        [.. clips.Select((clip, n) => new RecordedClip($"{part}{n:d2}", clip.Path, clip.Label, null))];
}

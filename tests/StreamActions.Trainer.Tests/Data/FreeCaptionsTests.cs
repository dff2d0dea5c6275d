// Recordings with free-text captions and no labels: each distinct caption is a class. A broken recording must not end a run.
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Tests.Data;

public sealed class FreeCaptionsTests(SmallRecordings recordings) : IClassFixture<SmallRecordings>
{
    private static readonly ClipSpec Clip = new(8, 4, 16, ResizeRule.CenterCrop);
    private static readonly RecordedClipOptions Options = new() { Seed = 5 };

    [Fact]
    public void Training_BrokenRecordings_AreReplacedDeterministically()
    {
        var data = Captions("moving.mp4,it moves,train", "text.mp4,a person writes,train", "wide.mp4,it is wide,train",
            "one.mp4,a moment,train", "still.mp4,it stays,train", "three.mp4,it stays,val");
        var source = new RecordedClipSource(data, Clip, Options);
        var clips = Enumerable.Range(0, 40).Select(n => source.Training(n)).ToList();

        Assert.Equal(["it is wide", "it moves", "it stays"], clips.Select(c => c.Caption).Distinct().Order());
        Assert.All(clips.Index(), c => Assert.Equal(source.Classes[c.Item.Label].Name, c.Item.Caption));
        Assert.All(
            clips.Index().Where(c => source.Entry(c.Index).Path != recordings.Text && source.Entry(c.Index).Path != recordings.OneFrame),
            c => Assert.Equal(source.Entry(c.Index).Label, c.Item.Label));
        Assert.Equal(new[] { recordings.OneFrame, recordings.Text }.Order(StringComparer.Ordinal), source.Skipped.Select(s => s.Path));
        var other = new RecordedClipSource(data, Clip, Options);
        Assert.All(Enumerable.Range(0, 40).Reverse(), n => Assert.Equal(clips[n].Caption, other.Training(n).Caption));
        // The replacement is not always the same recording.
        Assert.True(
            clips.Index().Where(c => source.Entry(c.Index).Path == recordings.Text).Select(c => c.Item.Caption).Distinct().Count() > 1);
    }

    [Theory]
    [InlineData("text.mp4", "one.mp4")]
    [InlineData("one.mp4")]
    public void Evaluation_SomeHeldOutBroken_UsesRemainingRecordings(params string[] broken)
    {
        var data = Captions(
            ["moving.mp4,it moves,train", "wide.mp4,it is wide,val", .. broken.Select(file => $"{file},{file} is broken,val")]);
        var source = new RecordedClipSource(data, Clip, Options);

        Assert.Equal("it is wide", source.Classes[Assert.Single(source.Evaluation(5)[0].Clips).Label].Name);
        Assert.Equal(broken.Length, source.Skipped.Count);
    }

    [Fact]
    public void Evaluation_AllHeldOutBroken_ThrowsWithAllProblems()
    {
        var source = new RecordedClipSource(
            Captions("moving.mp4,it moves,train", "text.mp4,a person writes,val", "one.mp4,a moment,val"), Clip, Options);

        var exception = Assert.Throws<DataSetException>(() => source.Evaluation(1)[0].Clips.ToList());
        Assert.StartsWith("held-out: none of the recordings can be used: 2 problem(s)", exception.Message, StringComparison.Ordinal);
        // Each line names the path once.
        Assert.All(exception.Problems, problem => Assert.Equal(2, problem.ToString().Split(problem.File).Length));
    }

    [Fact]
    public void Untrained_CaptionOnlyHeldOut_IsListed()
    {
        var source = new RecordedClipSource(
            Captions("moving.mp4,it moves,train", "still.mp4,it stays,train", "wide.mp4,it is wide,val", "three.mp4,it moves,val"),
            Clip, Options);

        Assert.Equal(["it is wide"], source.Untrained.Select(label => source.Classes[label].Name));
    }

    private DataSet Captions(params string[] rows)
    {
        var path = recordings.File("captions.csv");
        File.WriteAllLines(path, ["path,caption,split", .. rows]);
        return DataSetReader.Open(new() { Path = path });
    }
}

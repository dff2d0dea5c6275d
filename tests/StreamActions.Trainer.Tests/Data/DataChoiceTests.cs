// Opening the data of a run, for training or for evaluation only.
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Data;

public sealed class DataChoiceTests(SmallRecordings recordings) : IClassFixture<SmallRecordings>
{
    private static readonly ClipSpec Clip = new(8, 4, 16, ResizeRule.CenterCrop);

    [Fact]
    public void OpenForEvaluation_Recordings_AreAllHeldOut()
    {
        var source = Choice("evaluated.csv", "moving.mp4,it moves", "wide.mp4,it is wide", "still.mp4,it stays")
            .OpenForEvaluation(Clip, 5, "kinetics");

        Assert.Equal(
            ["it is wide", "it moves", "it stays"], source.Evaluation(9)[0].Clips.Select(clip => source.Classes[clip.Label].Name));
        Assert.Contains(
            "for evaluation only", Assert.Throws<InvalidOperationException>(() => source.Training(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenForEvaluation_OtherRecipe_SamplesOtherFrames()
    {
        // Of 4 s, segments cover all, and strided frames the middle 2 s.
        var choice = Choice("recipe.csv", "wide.mp4,it is wide");
        byte[] View(string recipe) => Assert.Single(Assert.Single(choice.OpenForEvaluation(Clip, 5, recipe).Evaluation(1)[0].Clips).Views);

        Assert.Equal(View("kinetics"), View("none"));
        Assert.NotEqual(View("kinetics"), View("something-something"));
    }

    [Fact]
    public void Open_BrokenRecording_IsReportedToCaller()
    {
        List<SkippedRecording> skipped = [];
        var source = Choice("skipped.csv", "moving.mp4,it moves,train", "wide.mp4,it is wide,train", "text.mp4,a person writes,train",
            "still.mp4,it stays,val").Open(Clip, 5, fresh: false, skipped.Add);
        _ = Enumerable.Range(0, 3).Select(n => source.Training(n)).ToList();
        Assert.Equal(recordings.Text, Assert.Single(skipped).Path);

        _ = Choice("also skipped.csv", "moving.mp4,it moves", "one.mp4,a moment").OpenForEvaluation(Clip, 5, "none", skipped.Add)
            .Evaluation(1)[0].Clips.ToList();
        Assert.Equal([recordings.Text, recordings.OneFrame], skipped.Select(s => s.Path));
    }

    [Fact]
    public void Open_ColourJitter_ChangesTrainingClips()
    {
        var plain = Choice("colour.csv", "moving.mp4,it moves,train", "still.mp4,it stays,val") with { Recipe = "none" };
        byte[] Pixels(DataChoice choice) => choice.Open(Clip, 5, fresh: false).Training(0).Pixels;

        Assert.Equal(Pixels(plain), Pixels(plain with { ColourJitter = 0 }));
        Assert.NotEqual(Pixels(plain), Pixels(plain with { ColourJitter = 0.4 }));
        Assert.StartsWith("--colour-jitter 1:", Assert.Throws<TrainerException>(() => Pixels(plain with { ColourJitter = 1 })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Open_InvalidChoice_NamesOption()
    {
        var good = Choice("good.csv", "moving.mp4,it moves,train", "still.mp4,it stays,val");
        string Message(DataChoice choice, ResizeRule resize = ResizeRule.CenterCrop) =>
            Assert.Throws<TrainerException>(() => choice.Open(Clip with { Resize = resize }, 5, fresh: false)).Message;

        Assert.StartsWith("--data /nowhere:", Message(good with { Source = "/nowhere" }), StringComparison.Ordinal);
        Assert.StartsWith("--replay /nowhere:", Message(good with { Replay = "/nowhere" }), StringComparison.Ordinal);
        Assert.StartsWith("--augment foo:", Message(good with { Recipe = "foo" }), StringComparison.Ordinal);
        Assert.StartsWith(
            "--views 4x3:", Message(good with { TemporalViews = 4, SpatialViews = 3 }, ResizeRule.Squash), StringComparison.Ordinal);
        Assert.StartsWith("--views 0x1:", Message(good with { TemporalViews = 0 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_SavedChoice_RoundTripsAndAcceptsEarlierVersion()
    {
        var options = new TrainingOptions
        {
            Steps = 1,
            Batch = 2,
            Rate = 1,
            Seed = 1,
            Data = new() { Source = "/clips", ColourJitter = 0.3, Replay = "generated" },
        };

        Assert.Equal(options.Data, TrainingOptions.Parse(options.ToJson())!.Data);
        Assert.DoesNotContain("has_recordings", options.ToJson(), StringComparison.Ordinal);
        Assert.Equal(0, TrainingOptions.Parse("""{"steps":1,"batch":2,"rate":1,"seed":1,"data":{"source":"/clips"}}""")!.Data.ColourJitter);
    }

    private DataChoice Choice(string name, params string[] rows)
    {
        File.WriteAllLines(recordings.File(name), ["path,caption" + (rows[0].Split(',').Length > 2 ? ",split" : ""), .. rows]);
        return new() { Source = recordings.File(name) };
    }
}

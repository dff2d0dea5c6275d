// Clips under a model's classes: known classes by name, unknown classes through their captions alone.
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Tests.Training;

namespace StreamActions.Trainer.Tests.Data;

public sealed class RelabelledClipSourceTests
{
    // The model knows "left" and two classes that the data does not have.
    private static readonly ClipClass[] Model =
        [new("sits", "sits", null), new("left", "it moves left", null), new("jumps", "jumps", null)];
    private static readonly RelabelledClipSource Source = new(new MovingBarSource(4, 16), Model);

    [Fact]
    public void Training_KnownClass_HasModelsIndex()
    {
        var clip = Source.Training(1);
        Assert.Equal((1, 1, "a bar moves left"), (clip.Label, clip.CaptionLabel, clip.Caption));
        Assert.True(clip.Fits(Source.Training(3)));
        Assert.False(clip.Fits(Source.Training(0)));
    }

    [Fact]
    public void Training_UnknownClass_TrainsThroughCaptionAlone()
    {
        var (clip, same) = (Source.Training(0), Source.Training(2));
        Assert.Equal((TrainingClip.NoClass, "a bar moves right"), (clip.Label, clip.Caption));
        Assert.True(clip.Fits(same) && clip.Fits(clip));
        Assert.False(clip.Fits(Source.Training(1)));
        Assert.NotEqual(TrainingClip.NoClass, clip.CaptionLabel);
    }

    [Fact]
    public void Untrained_ClassesWithoutClips_AreExcluded() => Assert.Equal([0, 2], Source.Untrained.Order());

    [Fact]
    public void Evaluation_OwnClasses_IsByTextAlone()
    {
        var set = Assert.Single(Source.Evaluation(2, earlier: 3));
        Assert.Equal(["right", "left"], set.Classes.Select(c => c.Name));
        Assert.False(set.Supervised);
        Assert.Equal(7 * 16 * 16 * 3, set.Clips.First().Views[0].Length);
    }
}

// Generated pictures as training data: captions match all pictures they are true of, and held-out pictures are never trained on.
using StreamActions.Core.Clips;
using StreamActions.Scenes;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Tests.Data;

public sealed class GeneratedImageSourceTests
{
    private static readonly ClipSpec Spec = new(1, 4, 16, ResizeRule.Squash);

    [Fact]
    public void Training_CaptionOfPartnerAction_FitsAllPicturesOfPair()
    {
        var clips = Enumerable.Range(0, 400).Select(i => new GeneratedImageSource(Spec, warmUpImages: 0).Training(i)).ToList();
        var sitting = clips.Where(c => c.Label == (int)ActionKind.SitsDown).ToList();
        var captions = sitting.Where(c => c.CaptionLabel == c.Label && c.CaptionAttribute is null).ToList();
        Assert.Contains(captions, c => c.Caption.Contains("stand", StringComparison.Ordinal)
            || c.Caption.Contains("rises", StringComparison.Ordinal) || c.Caption.Contains("gets off", StringComparison.Ordinal));
        Assert.All(sitting, image => Assert.All(captions, caption => Assert.True(image.Fits(caption))));
        Assert.All(clips, c => Assert.True(c.Fits(c)));
    }

    [Fact]
    public void Evaluation_HeldOutPictures_AreNeverTrainedOn()
    {
        var source = new GeneratedImageSource(Spec, warmUpImages: 0);
        var training = Enumerable.Range(0, 100).Select(i => source.Training(i).Pixels).ToList();
        Assert.DoesNotContain(source.Evaluation(2).SelectMany(s => s.Clips), h => training.Any(t => t.AsSpan().SequenceEqual(h.Views[0])));
    }
}

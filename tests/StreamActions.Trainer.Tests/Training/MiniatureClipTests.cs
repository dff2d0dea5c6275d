// The pretrained miniature CLIP in this repository: its shape and its accuracy.
using StreamActions.Scenes;
using StreamActions.TestKit;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Training;

public sealed class MiniatureClipTests
{
    private static readonly string Shipped = Path.Combine(RepositoryPaths.Root, "models", "miniature-clip");

    [Fact]
    public void Open_ShippedModel_IsPlainClipOfOneFrame()
    {
        var start = StartingPoint.Open(Shipped);
        Assert.Equal(
            (1, 0, 0, 0), (start.Clip.Frames, start.Config.VisionAdapterLayers, start.Config.TextAdapterLayers, start.Config.NumClasses));
        Assert.False(start.OpenVocabulary);
    }

    [Fact]
    public void LoadBest_ShippedModel_RecognisesStatesAndShirts()
    {
        var run = RunFolder.Open(Shipped);
        var (network, _) = run.LoadBest();
        using var _ = network;
        var sets = new GeneratedImageSource(run.Clip).Evaluation(12).ToDictionary(s => s.Name);
        Assert.InRange(Evaluator.Run(network, sets["states"]).ByText.Top1.Value, 0.5, 1);   // chance 0.06
        Assert.InRange(Evaluator.Run(network, sets["shirts"]).ByText.Top1.Value, 0.5, 1);   // chance 0.13
    }

    [Fact]
    public void LoadBest_ShippedModel_RecognisesHeldPoses()
    {
        var (network, _) = RunFolder.Open(Shipped).LoadBest();
        using var _ = network;
        var clip = GeneratedClipSource.DemoClip;
        var poses = new EvaluationSet(
            "poses", [.. Interlude.Poses.Select(p => new ClipClass(p.ToString(), Captions.Canonical(p), null))], Supervised: false,
            Interlude.Poses.SelectMany((pose, label) => Enumerable.Range(0, 12)
                .Select(n => new HeldOutClip([Interlude.Hold((ulong)n, clip, 1, pose).Pixels[..clip.FrameBytes]], label))));
        // Each pose, so that no two poses are confused; chance 0.14.
        Assert.All(Evaluator.Run(network, poses).Classes, c => Assert.True(c.ByText!.Value > 0.4, $"{c.Name}: {c.ByText}"));
    }
}

// Test helper: a very small pretrained network of one frame, and runs that start from it.
using StreamActions.Core.Clips;
using StreamActions.Model;
using StreamActions.TestKit;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Training;

internal static class SmallRuns
{
    public static ClipSpec Clip { get; } = new(4, 4, 16, ResizeRule.Squash);

    /// <summary>Plain CLIP with one frame.</summary>
    public static M2ClipConfig Plain { get; } = new()
    {
        ImageSize = 16,
        PatchSize = 8,
        VisionWidth = 64,
        VisionLayers = 2,
        EmbedDim = 32,
        VisionAdapterWidth = 0,
        VisionAdapterLayers = 0,
        Frames = 1,
        TextWidth = 32,
        TextHeads = 2,
        TextLayers = 2,
        TextAdapterWidth = 0,
        TextAdapterLayers = 0,
        ContextLength = 12,
        VocabSize = 1,
    };

    public static TrainingOptions Options(long steps) =>
        new()
        {
            Steps = steps,
            Batch = 16,
            Rate = 2e-3,
            WarmUp = 10,
            Seed = 1,
            CheckpointEvery = 5,
            EvaluateEvery = 1000,
            Train = TrainablePart.Adapters,
        };

    /// <summary>A run that stands for a pretrained one: its weights are random.</summary>
    public static RunFolder Pretrained(string folder, IClipSource source)
    {
        var losses = new LossWeights { CrossModal = 0, Visual = 0, Masked = 0 };
        var options = Options(0) with { Train = TrainablePart.Backbone, Losses = losses };
        var run = RunFolder.Create(folder, Plain, Clip with { Frames = 1 }, options, source);
        using var network = run.LoadNetwork();
        run.Checkpoints.Save(0, network.Parameters, null);
        return run;
    }

    /// <summary>A run that starts from another run, with adapters and all heads.</summary>
    public static RunFolder Adapted(
        string folder, string from, IClipSource source, TrainingOptions options, AdapterPlaces adapters = AdapterPlaces.Both) =>
        RunFolder.From(folder, StartingPoint.Open(from), Clip, options with { Adapters = adapters }, source);

    /// <summary>Replaces all weights of the run by random values, because a zero weight would hide a gradient.</summary>
    public static RunFolder Shaken(RunFolder run)
    {
        using var random = Trainer.Network.TorchParameters.Load(run.Config, RandomWeights.Of(run.Config), "random");
        using (TorchSharp.torch.no_grad())
            _ = new M2ClipNetwork<TorchSharp.torch.Tensor>(new Trainer.Network.TorchOps(), random, run.Config);
        run.Checkpoints.Save(run.LatestStep(), random, null);
        return run;
    }
}

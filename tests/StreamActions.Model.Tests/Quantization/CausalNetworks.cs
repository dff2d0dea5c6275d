// Causal networks for the tests of int8 graphs.
using StreamActions.Core.Bundles;
using StreamActions.Model.Weights;
using StreamActions.TestKit;
using StreamActions.Trainer.Training;

namespace StreamActions.Model.Tests.Quantization;

/// <summary>A network with clips to calibrate it and other clips to measure it, uint8 RGB [T, S, S, 3] each.</summary>
internal sealed record CausalNetwork(
    M2ClipConfig Config, IReadOnlyDictionary<string, TensorData> Weights, IReadOnlyList<byte[]> Calibration, IReadOnlyList<byte[]> Measured)
{
    private const int Clips = 4;

    public static TheoryData<string> Names => ["outliers", "demo", "both placements", "one frame", "no classes", "per-frame"];

    public static CausalNetwork Of(string name) => name == "demo" ? Demo() : Random(ConfigOf(name));

    /// <summary>Small networks with the outliers of a trained one.</summary>
    public static CausalNetwork Random(M2ClipConfig config)
    {
        var frames = Math.Max(config.Frames, 6);
        byte[][] clips = [.. Enumerable.Range(1, 2 * Clips).Select(seed => MovingPictures.Clip(config.ImageSize, frames, seed))];
        return new(config, ClipShapedWeights.Of(config), clips[..Clips], clips[Clips..]);
    }

    private static M2ClipConfig ConfigOf(string name)
    {
        var outliers = ClipShapedWeights.VitB16(TemporalMode.Causal, adapters: true) with
        {
            ImageSize = 64,
            VisionWidth = 192,
            VisionLayers = 3,
            VisionAdapterLayers = 3,
            VisionAdapterWidth = 48,
            TextLayers = 1,
        };
        return name switch
        {
            "outliers" => outliers,
            "per-frame" => outliers with { Temporal = TemporalMode.PerFrame, VisionAdapterLayers = 0 },
            "one frame" => TinyNetwork.Config with { Temporal = TemporalMode.Causal, Frames = 1 },
            "no classes" => TinyNetwork.Config with { Temporal = TemporalMode.Causal, NumClasses = 0, MlmVocabSize = 0 },
            _ => TinyNetwork.Config with { Temporal = TemporalMode.Causal },
        };
    }

    // The demo model's trained weights, with convolutions that look back.
    private static CausalNetwork Demo()
    {
        var folder = Path.Combine(RepositoryPaths.Root, "models", "demo");
        var start = StartingPoint.Open(folder);
        var golden = GoldenClips.Read(ModelBundle.Open(folder)).Clips;
        var config = start.Config with { Temporal = TemporalMode.Causal };
        byte[][] clips = [.. golden.Chunk(config.Frames * config.ImageSize * config.ImageSize * 3)];
        return new(config, start.Weights, clips[..(clips.Length / 2)], clips[(clips.Length / 2)..]);
    }
}

// Adapters before attention and before the MLP: identity at the start, gradients in all, added beside existing adapters.
using StreamActions.Model;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Training;

public sealed class ModelAdaptationTests : IDisposable
{
    // In the last block this adapter changes only patch tokens, which do not reach the output.
    private const string WithoutEffect = "visual.transformer.resblocks.1.adapter_pre_mlp.offset_adapter.";
    private readonly string _folder = Directory.CreateTempSubdirectory("heads-").FullName;
    private readonly MovingBarSource _source = new(4, 16);
    private readonly StartingPoint _clip;

    public ModelAdaptationTests()
    {
        SmallRuns.Pretrained(_folder, _source);
        _clip = StartingPoint.Open(_folder);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ModelAdaptation WithPreAttention(AdapterPlaces places = AdapterPlaces.Both) =>
        new(4, places, _source.Classes, [], BeforeAttention: true);

    private static TorchNetwork Extended(ModelAdaptation adaptation, StartingPoint start)
    {
        var (config, weights) = adaptation.Apply(start);
        return new(config, TorchParameters.Extend(config, weights, "test", seed: 1),
            Core.Text.ClipTokenizer.Load(start.Tokenizer.Vocabulary, start.Tokenizer.Merges), new(start.PromptTemplate));
    }

    [Fact]
    public void Apply_PreAttention_StartsAsMeanOfFrameEmbeddings()
    {
        using var adapted = Extended(WithPreAttention(), _clip);
        using var plain = RunFolder.Open(_folder).LoadNetwork();
        Assert.True(adapted.Config is { VisionAdapterPreAttn: true, VisionAdapterLayers: 2, TextAdapterPreAttn: false });
        Assert.Equal(4, adapted.Parameters.Tensors.Keys.Count(n => n.StartsWith("visual.transformer.", StringComparison.Ordinal)
            && n.EndsWith("offset_adapter.conv.weight", StringComparison.Ordinal)));
        using var mode = no_grad();
        var pixels = randint(0, 256, [2, 4, 16, 16, 3], dtype: ScalarType.Byte, generator: new Generator(5, CPU));
        var video = adapted.Network.Vision.Forward(adapted.Network.Vision.Normalize(pixels)).VideoEmbedding;
        var frames = plain.Network.Vision.Forward(plain.Network.Vision.Normalize(pixels.reshape(8, 1, 16, 16, 3))).VideoEmbedding;
        Assert.Equal(0, (video - frames.reshape(2, 4, -1).mean([1L])).abs().max().item<float>(), 1e-6);
    }

    [Fact]
    public void Apply_PreAttention_GradientsReachAllAdapters()
    {
        using var network = Extended(WithPreAttention(), _clip);
        // Random weights, because a zero weight would hide a gradient.
        using (no_grad())
        {
            var random = new Generator(7, CPU);
            foreach (var (_, parameter) in network.Parameters.Tensors)
                parameter.add_(randn(parameter.shape, generator: random) * 0.02);
        }
        var clips = Enumerable.Range(0, 8).Select(i => _source.Training(i)).ToArray();
        new MultiTaskLoss(network, new LossWeights { Masked = 0 }, _source.Classes, words: null).Of(clips, 1).Total.backward();
        var adapters = network.Parameters.Tensors.Where(p => p.Key.StartsWith("visual.transformer.", StringComparison.Ordinal)
            && p.Key.Contains("adapter_pre_", StringComparison.Ordinal)).ToList();
        // 2 blocks × 2 places × 12 tensors: three layers in each of two parts, a weight and a bias each.
        Assert.Equal(2 * 2 * 12, adapters.Count);
        Assert.Equal(adapters.Select(p => p.Key).Where(n => n.StartsWith(WithoutEffect, StringComparison.Ordinal)),
            adapters.Where(p => p.Value.grad is not { } g || g.abs().max().item<float>() == 0).Select(p => p.Key));
    }

    [Fact]
    public void Apply_ExistingAdapters_AddsFreshPreAttentionAdapters()
    {
        var (config, weights) = new ModelAdaptation(4, AdapterPlaces.Both, _source.Classes, []).Apply(_clip);
        using var parameters = TorchParameters.Extend(config, weights, "test", seed: 1);
        _ = new M2ClipNetwork<Tensor>(new TorchOps(), parameters, config);
        var adapted = _clip with { Network = new(config, _source.Classes, []), Weights = parameters.Export() };
        using var network = Extended(WithPreAttention(), adapted);
        Assert.Equal(config with { VisionAdapterPreAttn = true }, network.Config);
        Assert.All(adapted.Weights, w => Assert.Equal(w.Value.Values, TorchParameters.ToData(network.Parameters.Tensors[w.Key]).Values));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Apply_NoVisionAdapters_AddsNoPreAttentionAdapters(bool text)
    {
        var (config, _) = WithPreAttention(text ? AdapterPlaces.Text : AdapterPlaces.None).Apply(_clip);
        Assert.True(config is { VisionAdapterPreAttn: false, VisionAdapterLayers: 0 });
    }

    [Fact]
    public void Apply_PreAttentionNotRequested_KeepsExistingPlaces()
    {
        var before = WithPreAttention().Apply(_clip).Config;
        Assert.False(new ModelAdaptation(4, AdapterPlaces.Both, _source.Classes, []).Apply(_clip).Config.VisionAdapterPreAttn);
        Assert.True(new ModelAdaptation(4, AdapterPlaces.Both, _source.Classes, [])
            .Apply(_clip with { Network = _clip.Network with { Config = before } }).Config.VisionAdapterPreAttn);
    }
}

// Properties of the network for all weights: new adapters are the identity, frame order matters, gradients reach every parameter.
using StreamActions.TestKit;
using StreamActions.Trainer.Network;
using static TorchSharp.torch;

namespace StreamActions.Model.Tests;

public sealed class NetworkInvariantTests
{
    [Fact]
    public void Forward_NewAdapters_MatchesPlainClipAveragedOverFrames()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var adapted = TinyNetwork.Config;
        var plain = adapted with { VisionAdapterLayers = 0, TextAdapterLayers = 0 };
        using var fresh = TorchParameters.Start(5);
        var with = new M2ClipNetwork<Tensor>(new TorchOps(), fresh, adapted);
        using var same = TorchParameters.Load(plain, fresh.Export(), "fresh");
        var without = new M2ClipNetwork<Tensor>(new TorchOps(), same, plain);
        var frames = tensor(TinyNetwork.Frames(adapted, 2)).reshape(2, adapted.Frames, adapted.ImageSize, adapted.ImageSize, 3);
        var ids = tensor(TinyNetwork.Tokens(adapted, 4)).reshape(4, adapted.ContextLength);

        var video = with.Vision.Forward(with.Vision.Normalize(frames));
        var expected = without.Vision.Forward(without.Vision.Normalize(frames));
        Assert.InRange(Worst(video.FrameEmbeddings, expected.FrameEmbeddings), 0, 1e-6);
        Assert.InRange(Worst(video.VideoEmbedding, expected.FrameEmbeddings.mean([1])), 0, 1e-6);
        Assert.InRange(Worst(with.Text.Forward(ids).Embedding, without.Text.Forward(ids).Embedding), 0, 1e-6);
    }

    [Fact]
    public void Forward_TrainedAdapters_DependsOnFrameOrder()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var config = TinyNetwork.Config;
        using var parameters = TorchParameters.Load(config, RandomWeights.Of(config), "tiny");
        var network = new M2ClipNetwork<Tensor>(new TorchOps(), parameters, config);
        var frames = tensor(TinyNetwork.Frames(config, 1)).reshape(1, config.Frames, config.ImageSize, config.ImageSize, 3);
        var forwards = network.Vision.Forward(network.Vision.Normalize(frames)).VideoEmbedding;
        var backwards = network.Vision.Forward(network.Vision.Normalize(frames.flip(1))).VideoEmbedding;
        Assert.True(Worst(forwards, backwards) > 1e-3);
    }

    // Only the class token leaves the last block, and the difference before that block's MLP changes only patch tokens. The published
    // network has these parameters, but no output depends on them.
    private const string WithoutEffect = "visual.transformer.resblocks.1.adapter_pre_mlp.offset_adapter.";

    [Fact]
    public void Backward_AllOutputs_ReachesEveryParameterWithAnEffect()
    {
        using var scope = NewDisposeScope();
        var config = TinyNetwork.Config with { EmbedDim = TinyNetwork.Config.TextWidth };
        using var parameters = TorchParameters.Load(config, RandomWeights.Of(config), "tiny");
        var network = new M2ClipNetwork<Tensor>(new TorchOps(), parameters, config);
        var frames = tensor(TinyNetwork.Frames(config, 2)).reshape(2, config.Frames, config.ImageSize, config.ImageSize, 3);
        var vision = network.Vision.Forward(network.Vision.Normalize(frames));
        var text = network.Text.Forward(tensor(TinyNetwork.Tokens(config, 2)).reshape(2, config.ContextLength));
        var words = network.Masked!.Forward(text.Hidden, vision.FrameEmbeddings);
        var similarity = (network.LogitScale.exp() * vision.VideoEmbedding * text.Embedding).sum();
        var loss = similarity + vision.ClassLogits!.pow(2).sum() + words.pow(2).sum();
        loss.backward();
        var withoutGradient =
            parameters.Tensors.Where(p => p.Value.grad is null || p.Value.grad.abs().max().item<float>() == 0).Select(p => p.Key);
        Assert.Equal(parameters.Tensors.Keys.Where(n => n.StartsWith(WithoutEffect, StringComparison.Ordinal)), withoutGradient);
    }

    [Fact]
    public void List_ReferenceConfiguration_NamesThePublishedTensors() =>
        Assert.Equal(
            GoldenReference.Weights.Keys.Order(StringComparer.Ordinal),
            M2ClipParameters.List(GoldenReference.Config).Select(p => p.Name).Order(StringComparer.Ordinal));

    private static float Worst(Tensor a, Tensor b) => (a - b).abs().max().item<float>();
}

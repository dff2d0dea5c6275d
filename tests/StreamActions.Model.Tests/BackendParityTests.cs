// libtorch and the exported graphs give the same outputs, also for shapes that the published reference values do not cover.
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using StreamActions.Onnx;
using StreamActions.TestKit;
using StreamActions.Trainer.Network;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace StreamActions.Model.Tests;

public sealed class BackendParityTests
{
    public static TheoryData<string> Shapes => ["both placements", "before the MLP", "one frame", "plain CLIP", "no classes"];

    private static M2ClipConfig ConfigOf(string shape) => shape switch
    {
        "before the MLP" => TinyNetwork.Config with { VisionAdapterPreAttn = false, TextAdapterPreAttn = false, VisionAdapterLayers = 1 },
        "one frame" => TinyNetwork.Config with { Frames = 1 },
        "plain CLIP" => TinyNetwork.Config with { VisionAdapterLayers = 0, TextAdapterLayers = 0 },
        "no classes" => TinyNetwork.Config with { NumClasses = 0, MlmVocabSize = 0 },
        _ => TinyNetwork.Config,
    };

    [Theory, MemberData(nameof(Shapes))]
    public void VideoGraph_RandomWeights_MatchesTorch(string shape)
    {
        var config = ConfigOf(shape);
        var weights = RandomWeights.Of(config);
        const int clips = 3;
        var frames = TinyNetwork.Frames(config, clips);

        using var session = new InferenceSession(M2ClipGraphs.Video(config, weights));
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("frames",
            new DenseTensor<byte>(frames, [clips, config.Frames, config.ImageSize, config.ImageSize, 3]))]);

        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var parameters = TorchParameters.Load(config, weights, "tiny");
        var network = new M2ClipNetwork<Tensor>(new TorchOps(), parameters, config);
        var pixels = tensor(frames).reshape(clips, config.Frames, config.ImageSize, config.ImageSize, 3);
        var output = network.Vision.Forward(network.Vision.Normalize(pixels));

        AssertClose(TorchParameters.ToData(new TorchOps().L2Normalize(output.VideoEmbedding)).Values, results, "embedding");
        Assert.Equal(config.NumClasses > 0, results.Any(r => r.Name == "class_logits"));
        if (config.NumClasses > 0)
            AssertClose(TorchParameters.ToData(output.ClassLogits!).Values, results, "class_logits");
    }

    [Theory, MemberData(nameof(Shapes))]
    public void TextGraph_RandomWeights_MatchesTorch(string shape)
    {
        var config = ConfigOf(shape);
        var weights = RandomWeights.Of(config);
        const int texts = 9;
        var ids = TinyNetwork.Tokens(config, texts);

        using var session = new InferenceSession(M2ClipGraphs.Text(config, weights));
        using var results = session.Run(
            [NamedOnnxValue.CreateFromTensor("tokens", new DenseTensor<long>(ids, [texts, config.ContextLength]))]);

        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var parameters = TorchParameters.Load(config, weights, "tiny");
        var network = new M2ClipNetwork<Tensor>(new TorchOps(), parameters, config);
        var embedding = network.Text.Forward(tensor(ids).reshape(texts, config.ContextLength)).Embedding;
        AssertClose(TorchParameters.ToData(new TorchOps().L2Normalize(embedding)).Values, results, "embedding");
    }

    private static void AssertClose(float[] expected, IEnumerable<DisposableNamedOnnxValue> results, string name)
    {
        float[] actual = [.. results.First(r => r.Name == name).AsEnumerable<float>()];
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-4f);
    }
}

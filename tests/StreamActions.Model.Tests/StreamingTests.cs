// A stream encodes each frame once and equals the network on the whole sequence, in libtorch and in ONNX Runtime.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Model.Weights;
using StreamActions.Onnx;
using StreamActions.TestKit;
using StreamActions.Trainer.Network;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace StreamActions.Model.Tests;

public sealed class StreamingTests
{
    private const int Length = 64;

    public static TheoryData<string> Networks => ["both placements", "before the MLP", "one frame", "no classes"];

    private static M2ClipConfig CausalConfig(string name) => (name switch
    {
        "before the MLP" => TinyNetwork.Config with { VisionAdapterPreAttn = false, VisionAdapterLayers = 1 },
        "one frame" => TinyNetwork.Config with { Frames = 1 },
        "no classes" => TinyNetwork.Config with { NumClasses = 0, MlmVocabSize = 0 },
        _ => TinyNetwork.Config,
    }) with
    { Temporal = TemporalMode.Causal };

    [Theory, MemberData(nameof(Networks))]
    public void Step_CausalNetwork_EqualsWholeSequenceAtEveryFrame(string name)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var config = CausalConfig(name);
        using var parameters = TorchParameters.Load(config, RandomWeights.Of(config), name);
        M2ClipNetwork<Tensor> network = new(new TorchOps(), parameters, config);
        var frames = network.Vision.Normalize(Sequence(config, 3));
        TorchStreamStates states = new(1, CPU);
        for (var t = 0; t < Length; t++)
        {
            var step = network.Vision.Step(frames.narrow(1, t, 1).squeeze(1), states);
            states.Advance();
            if (t < config.Frames - 1)
                continue;
            var whole = network.Vision.Forward(frames.narrow(1, 0, t + 1), t + 1);
            Assert.InRange(Worst(step.VideoEmbedding, whole.VideoEmbedding), 0, 1e-4);
            if (config.NumClasses > 0)
                Assert.InRange(Worst(step.ClassLogits!, whole.ClassLogits!), 0, 1e-4);
        }
    }

    [Fact]
    public void Forward_CausalNetwork_SeesEarlierFramesOnly()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var config = CausalConfig("both placements");
        using var parameters = TorchParameters.Load(config, RandomWeights.Of(config), "tiny");
        M2ClipNetwork<Tensor> network = new(new TorchOps(), parameters, config);
        var frames = network.Vision.Normalize(Sequence(config, 3)).narrow(1, 0, config.Frames);
        var changed = frames.clone();
        changed.narrow(1, config.Frames - 1, 1).neg_();
        var before = network.Vision.Forward(frames).FrameEmbeddings;
        var after = network.Vision.Forward(changed).FrameEmbeddings;
        Assert.Equal(0, Worst(before.narrow(1, 0, config.Frames - 1), after.narrow(1, 0, config.Frames - 1)));
        Assert.True(Worst(before, after) > 1e-3);
    }

    [Theory, MemberData(nameof(Networks))]
    public void StreamGraph_InterleavedStreams_EqualWholeSequences(string name)
    {
        const int streams = 5;
        var config = CausalConfig(name);
        var weights = RandomWeights.Of(config);
        using InferenceSession session = new(M2ClipGraphs.Stream(config, weights));
        var held = Enumerable.Range(0, streams).Select(_ => new GraphStream(session, M2ClipGraphs.States(config))).ToArray();
        var places = new int[streams];
        Random random = new(1);
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var parameters = TorchParameters.Load(config, weights, name);
        M2ClipNetwork<Tensor> network = new(new TorchOps(), parameters, config);
        var sequences = Enumerable.Range(0, streams).Select(s => Sequence(config, 10 + s)).ToArray();
        for (var step = 0; step < 100; step++)
        {
            var s = random.Next(streams);
            var t = places[s]++;
            var actual = held[s].Step(sequences[s].narrow(1, t, 1).bytes.ToArray());
            if (t < config.Frames - 1)
                continue;
            var whole = network.Vision.Forward(network.Vision.Normalize(sequences[s].narrow(1, 0, t + 1)), t + 1);
            var embedding = TorchParameters.ToData(new TorchOps().L2Normalize(whole.VideoEmbedding)).Values;
            AssertClose(embedding, actual[GraphTensors.Embedding], 1e-4f);
            if (config.NumClasses > 0)
                AssertClose(TorchParameters.ToData(whole.ClassLogits!).Values, actual[GraphTensors.ClassLogits], 1e-4f);
        }
    }

    [Fact]
    public void StreamGraph_PerFrameNetwork_EqualsWindowGraph()
    {
        var windowed = TinyNetwork.Config with { VisionAdapterLayers = 2 };
        var weights = Identity(windowed, RandomWeights.Of(windowed));
        var config = PerFrameNetwork.Find(windowed, weights)!;
        Assert.Equal(TemporalMode.PerFrame, config.Temporal);
        using InferenceSession stream = new(M2ClipGraphs.Stream(config, weights)), window = new(M2ClipGraphs.Video(windowed, weights));
        GraphStream held = new(stream, M2ClipGraphs.States(config));
        using var scope = NewDisposeScope();
        var sequence = Sequence(config, 4);
        for (var t = 0; t < 20; t++)
        {
            var actual = held.Step(sequence.narrow(1, t, 1).bytes.ToArray());
            if (t < config.Frames - 1)
                continue;
            var clip = sequence.narrow(1, t - config.Frames + 1, config.Frames).contiguous().bytes.ToArray();
            using var frames = OrtValue.CreateTensorValueFromMemory(clip, [1, config.Frames, config.ImageSize, config.ImageSize, 3]);
            using RunOptions run = new();
            using var expected = window.Run(run, [GraphTensors.Frames], [frames], [GraphTensors.Embedding, GraphTensors.ClassLogits]);
            AssertClose(expected[0].GetTensorDataAsSpan<float>().ToArray(), actual[GraphTensors.Embedding], 1e-5f);
            AssertClose(expected[1].GetTensorDataAsSpan<float>().ToArray(), actual[GraphTensors.ClassLogits], 1e-5f);
        }
    }

    [Theory]
    [InlineData("visual.transformer.resblocks.1.adapter_pre_mlp.fc2.bias")]
    [InlineData("visual.transformer.resblocks.0.adapter_pre_attn.offset_adapter.conv.bias")]
    [InlineData("visual.t_adapter.conv.weight")]
    public void Find_OneAdapterHasAnEffect_IsNull(string name)
    {
        var config = TinyNetwork.Config;
        var weights = Identity(config, RandomWeights.Of(config));
        Assert.NotNull(PerFrameNetwork.Find(config, weights));
        weights[name].Values[0] = 0.1f;
        Assert.Null(PerFrameNetwork.Find(config, weights));
    }

    [Fact]
    public void Step_BidirectionalNetwork_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => M2ClipGraphs.Stream(TinyNetwork.Config, RandomWeights.Of(TinyNetwork.Config)));

    [Theory, MemberData(nameof(Networks))]
    public void States_CausalNetwork_ListsWhatTheGraphHas(string name)
    {
        var config = CausalConfig(name);
        using InferenceSession session = new(M2ClipGraphs.Stream(config, RandomWeights.Of(config)));
        var states = M2ClipGraphs.States(config);
        var past = states.SelectMany(s => Enumerable.Range(1, s.Lags).Select(lag => GraphTensors.Past(s.Name, lag)));
        // Only a difference asks whether there is a frame before.
        string[] first = states.Any(s => s.Name.EndsWith(".difference", StringComparison.Ordinal)) ? [GraphTensors.First] : [];
        Assert.Equal(
            [.. past.Concat(first).Append(GraphTensors.Frames).Order(StringComparer.Ordinal)],
            session.InputMetadata.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(session.OutputNames.Except([GraphTensors.Embedding, GraphTensors.ClassLogits]), states.Select(s => s.Name));
        Assert.All(states, s =>
            Assert.Equal(s.Shape, session.OutputMetadata[s.Name].Dimensions[1..].Select(n => (long)n)));
    }

    // As fresh adapters are: the convolutions and the last biases are zero, the other parts are not.
    private static Dictionary<string, TensorData> Identity(M2ClipConfig config, Dictionary<string, TensorData> weights) =>
        M2ClipParameters.List(config).ToDictionary(spec => spec.Name, spec => spec switch
        {
            { Role: ParameterRole.Enhancement or ParameterRole.Difference or ParameterRole.TemporalAdapter } when
                spec.Name.Contains(".conv.", StringComparison.Ordinal) || spec.Name.EndsWith("fc2.bias", StringComparison.Ordinal) =>
                new TensorData(spec.Shape, new float[weights[spec.Name].Values.Length]),
            _ => weights[spec.Name],
        }, StringComparer.Ordinal);

    // uint8 [1, Length, S, S, 3].
    private static Tensor Sequence(M2ClipConfig config, int seed) =>
        tensor(TinyNetwork.Frames(config with { Frames = Length }, 1, seed))
            .reshape(1, Length, config.ImageSize, config.ImageSize, 3);

    private static float Worst(Tensor a, Tensor b) => (a - b).abs().max().item<float>();

    private static void AssertClose(float[] expected, float[] actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }
}

// A frame of which only some tokens are encoded: with all rows it equals the plain step, and with some rows both backends agree.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Onnx;
using StreamActions.TestKit;
using StreamActions.Trainer.Network;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace StreamActions.Model.Tests;

public sealed class ReuseTests
{
    private const int Length = 40;

    public static TheoryData<string> Networks => ["both placements", "before the MLP", "one frame", "no classes", "per-frame"];

    private static M2ClipConfig ConfigOf(string name) => name switch
    {
        "before the MLP" => TinyNetwork.Config with
        {
            Temporal = TemporalMode.Causal,
            VisionAdapterPreAttn = false,
            VisionAdapterLayers = 1,
            VisionLayers = 3,
        },
        "one frame" => TinyNetwork.Config with { Temporal = TemporalMode.Causal, Frames = 1 },
        "no classes" => TinyNetwork.Config with { Temporal = TemporalMode.Causal, NumClasses = 0, MlmVocabSize = 0 },
        "per-frame" => TinyNetwork.Config with { Temporal = TemporalMode.PerFrame, VisionAdapterLayers = 0 },
        _ => TinyNetwork.Config with { Temporal = TemporalMode.Causal },
    };

    [Theory, MemberData(nameof(Networks))]
    public void StepRows_AllRows_EqualsPlainStepAtEveryFrame(string name)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var config = ConfigOf(name);
        using var parameters = TorchParameters.Load(config, RandomWeights.Of(config), name);
        M2ClipNetwork<Tensor> network = new(new TorchOps(), parameters, config);
        TorchStreamStates plain = new(1, CPU), some = new(1, CPU);
        foreach (var frame in Sequence(config))
        {
            var pixels = network.Vision.Normalize(Pixels(config, frame));
            some.Rows = Rows([.. Enumerable.Range(0, config.Tokens).Select(row => (long)row)]);
            var (expected, actual) = (network.Vision.Step(pixels, plain), network.Vision.StepRows(pixels, some));
            plain.Advance();
            some.Advance();
            Assert.InRange(Worst(expected.VideoEmbedding, actual.VideoEmbedding), 0, 1e-5);
            if (config.NumClasses > 0)
                Assert.InRange(Worst(expected.ClassLogits!, actual.ClassLogits!), 0, 1e-5);
        }
    }

    [Theory, MemberData(nameof(Networks))]
    public void ReuseGraph_AllRows_EqualsStreamGraphAtEveryFrame(string name)
    {
        var config = ConfigOf(name);
        var weights = RandomWeights.Of(config);
        using InferenceSession stream = new(M2ClipGraphs.Stream(config, weights)), reuse = new(M2ClipGraphs.Reuse(config, weights));
        var states = M2ClipGraphs.States(config);
        GraphStream plain = new(stream, states), some = new(reuse, states, M2ClipGraphs.Caches(config));
        foreach (var frame in Sequence(config))
        {
            var (expected, actual) = (plain.Step(frame), some.Step(frame));
            Assert.All(expected, output => AssertClose(output.Value, actual[output.Key], 1e-5f));
        }
    }

    [Theory, MemberData(nameof(Networks))]
    public void ReuseGraph_SomeRows_EqualsTorch(string name)
    {
        var config = ConfigOf(name);
        var weights = RandomWeights.Of(config);
        using InferenceSession session = new(M2ClipGraphs.Reuse(config, weights));
        GraphStream held = new(session, M2ClipGraphs.States(config), M2ClipGraphs.Caches(config));
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var parameters = TorchParameters.Load(config, weights, name);
        M2ClipNetwork<Tensor> network = new(new TorchOps(), parameters, config);
        TorchStreamStates states = new(1, CPU);
        Random random = new(4);
        var first = true;
        foreach (var frame in Sequence(config))
        {
            long[] rows =
                [0, .. Enumerable.Range(1, config.Tokens - 1).Where(_ => first || random.Next(3) == 0).Select(row => (long)row)];
            states.Rows = Rows(rows);
            var expected = network.Vision.StepRows(network.Vision.Normalize(Pixels(config, frame)), states);
            states.Advance();
            var actual = held.Step(frame, rows);
            var embedding = TorchParameters.ToData(new TorchOps().L2Normalize(expected.VideoEmbedding)).Values;
            AssertClose(embedding, actual[GraphTensors.Embedding], 1e-5f);
            first = false;
        }
    }

    [Theory, MemberData(nameof(Networks))]
    public void ReuseGraph_StillPicture_SomeRowsEqualPlainStep(string name)
    {
        // Once the network has seen a still picture for as long as it remembers, every token is what it was: nothing is lost.
        var config = ConfigOf(name);
        var weights = RandomWeights.Of(config);
        using InferenceSession stream = new(M2ClipGraphs.Stream(config, weights)), reuse = new(M2ClipGraphs.Reuse(config, weights));
        var states = M2ClipGraphs.States(config);
        GraphStream plain = new(stream, states), some = new(reuse, states, M2ClipGraphs.Caches(config));
        var memory = states.Where(s => !s.Window && s.Lags > 1).Sum(s => s.Lags);
        var frame = TinyNetwork.Frames(config with { Frames = 1 }, 1);
        for (var t = 0; t < memory + 20; t++)
        {
            var expected = plain.Step(frame);
            var actual = some.Step(frame, t <= memory ? null : [0, 1 + t % (config.Tokens - 1)]);
            Assert.All(expected, output => AssertClose(output.Value, actual[output.Key], 1e-5f));
        }
    }

    [Theory, MemberData(nameof(Networks))]
    public void Caches_Network_ListsWhatTheGraphHas(string name)
    {
        var config = ConfigOf(name);
        using InferenceSession session = new(M2ClipGraphs.Reuse(config, RandomWeights.Of(config)));
        var (states, caches) = (M2ClipGraphs.States(config), M2ClipGraphs.Caches(config));
        var past = states.Concat(caches).SelectMany(s => Enumerable.Range(1, s.Lags).Select(lag => GraphTensors.Past(s.Name, lag)));
        Assert.Empty(past.Append(GraphTensors.Frames).Append(GraphTensors.TokenRows).Except(session.InputNames));
        Assert.All(states, s => Assert.Equal([1, .. s.Shape], session.OutputMetadata[s.Name].Dimensions.Select(n => (long)n)));
        Assert.All(caches, s => Assert.Equal(s.Shape, session.OutputMetadata[s.Name].Dimensions.Select(n => (long)n)));
        Assert.Equal(2 * config.VisionLayers, caches.Count);
    }

    [Fact]
    public void StepRows_BidirectionalNetwork_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => M2ClipGraphs.Reuse(TinyNetwork.Config, RandomWeights.Of(TinyNetwork.Config)));

    private static TokenRows<Tensor> Rows(long[] rows) => new(tensor(rows), tensor([.. rows.Skip(1).Select(row => row - 1)]));

    private static IEnumerable<byte[]> Sequence(M2ClipConfig config) =>
        TinyNetwork.Frames(config with { Frames = Length }, 1, seed: 3).Chunk(config.ImageSize * config.ImageSize * 3);

    private static Tensor Pixels(M2ClipConfig config, byte[] frame) => tensor(frame).reshape(1, config.ImageSize, config.ImageSize, 3);

    private static float Worst(Tensor a, Tensor b) => (a - b).abs().max().item<float>();

    private static void AssertClose(float[] expected, float[] actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }
}

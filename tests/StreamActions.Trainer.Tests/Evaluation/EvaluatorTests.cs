// The evaluator on small networks: reading of clips, averaging of views, and chance level without temporal information.
using StreamActions.Core.Bundles;
using StreamActions.Core.Text;
using StreamActions.Model;
using StreamActions.TestKit;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Tests.Training;
using StreamActions.Trainer.Text;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Evaluation;

public sealed class EvaluatorTests : IDisposable
{
    private static readonly M2ClipConfig NoAdapters = new()
    {
        ImageSize = 16,
        PatchSize = 8,
        VisionWidth = 64,
        VisionLayers = 2,
        EmbedDim = 32,
        VisionAdapterWidth = 0,
        VisionAdapterLayers = 0,
        Frames = 4,
        TextWidth = 32,
        TextHeads = 2,
        TextLayers = 1,
        TextAdapterWidth = 0,
        TextAdapterLayers = 0,
        ContextLength = 12,
        VocabSize = 1,
        NumClasses = 2,
    };

    private static readonly string[] Phrases = ["a bar", "right", "left", "moves left", "bar right", "a bar moves"];

    private readonly MovingBarSource _source = new(4, 16);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_MeanOfFrames_IsAtChanceOnTimeOrder()
    {
        using var network = Network();
        // Every clip and its reversed copy: a mean over frames gives both the same scores.
        HeldOutClip[] clipsAndReversed =
            [.. _source.Evaluation(perClass: 30)[0].Clips
                .SelectMany(c => new[] { c, new HeldOutClip([Reversed(c.Views[0])], 1 - c.Label) })];
        var report = Evaluator.Run(network, new EvaluationSet("bars", _source.Classes, Supervised: true, clipsAndReversed));
        Assert.Equal(new TimeOrder(new(60, 120), new(60, 120)), report.TimeOrder);
        Assert.Equal(new Share(60, 120), report.ByText.Top1);
        Assert.Equal(new Share(60, 120), report.ByClassifier!.Top1);
    }

    [Fact]
    public void Run_SeveralViews_AveragesAfterSoftmax()
    {
        using var network = Network();
        using (no_grad())
            network.Network.LogitScale.copy_(tensor((float)Math.Log(2000)));   // so sharp that averaging before and after softmax differ
        ClipClass[] classes = [.. Phrases.Select(p => new ClipClass(p, p, null))];
        var views = Enumerable.Range(0, 40).Select(n => Enumerable.Range(0, 3).Select(v => OneColour(new Random(3 * n + v))).ToArray())
            .ToList();
        var after = views.Select(v => Best(network, v, afterSoftmax: true)).ToList();
        var report = Evaluator.Run(
            network, new EvaluationSet("colours", classes, Supervised: false, views.Zip(after, (v, label) => new HeldOutClip(v, label))));
        Assert.Equal(new Share(40, 40), report.ByText.Top1);
        Assert.NotEqual(after, views.Select(v => Best(network, v, afterSoftmax: false)));
        Assert.Null(report.ByClassifier);
    }

    [Fact]
    public void Run_SeveralSets_ReadsEachClipOncePerSet()
    {
        using var network = Network();
        var read = 0;
        IEnumerable<HeldOutClip> Clips()
        {
            foreach (var clip in _source.Evaluation(perClass: 40)[0].Clips)
            {
                read++;
                yield return clip;
            }
        }
        EvaluationSet[] sets = [new("base-bars", _source.Classes, true, Clips()), new("novel-bars", _source.Classes, false, Clips())];
        var reports = Evaluator.Run(network, sets, TestContext.Current.CancellationToken);
        Assert.Equal(160, read);
        Assert.Equal(reports[0].ByText, reports[1].ByText);
        Assert.NotNull(reports[0].ByClassifier);
        Assert.Null(reports[1].ByClassifier);
    }

    [Fact]
    public void Run_ClipsWithEarlierFrames_ScoresFreshStreamAndWarmStream()
    {
        using var network = Network(NoAdapters with { Temporal = TemporalMode.Causal, VisionAdapterLayers = 2, VisionAdapterWidth = 16 });
        using (no_grad())
        {
            // Fresh adapters are the identity: a frame would not see earlier ones.
            foreach (var (name, parameter) in network.Parameters.Tensors)
            {
                if (name.Contains("conv.weight", StringComparison.Ordinal))
                    parameter.fill_(1);
                else if (network.Parameters.Specs[name].IsAdapterOutput)
                    parameter.mul_(30);
            }
        }
        var clips = Enumerable.Range(0, 60).Select(n => OneColour(new Random(n))).ToList();
        var longer = clips.Select((clip, n) => (byte[])[.. OneColour(new Random(100 + n)), .. clip]).ToList();
        float[] Margins(IReadOnlyList<byte[]> views)
        {
            using var mode = no_grad();
            network.Training = false;
            var logits = network.EncodeVideo(network.Pixels(views)).ClassLogits!;
            return (logits.select(1, 1) - logits.select(1, 0)).data<float>().ToArray();
        }
        // The head's bias puts half of all views into each class.
        float[] all = [.. Margins(clips).Concat(Margins(longer)).Order()];
        using (no_grad())
            network.Parameters.Tensors["visual.adapter_fc.bias"][1].sub_((all[59] + all[60]) / 2);
        int[] fresh = [.. Margins(clips).Select(m => m > 0 ? 1 : 0)], warm = [.. Margins(longer).Select(m => m > 0 ? 1 : 0)];
        SetReport Run(IEnumerable<byte[]> views, int[] labels) => Evaluator.Run(network, new EvaluationSet(
            "colours", _source.Classes, Supervised: true, views.Zip(labels, (view, label) => new HeldOutClip([view], label))));

        Assert.Null(Run(clips, fresh).WarmedUp);
        // Each figure is that of the frames that it names.
        var same = fresh.Zip(warm).Count(pair => pair.First == pair.Second);
        Assert.InRange(same, 1, 59);
        var (asFresh, asWarm) = (Run(longer, fresh), Run(longer, warm));
        Share whole = new(60, 60), part = new(same, 60);
        Assert.Equal((whole, part), (asFresh.ByClassifier!.Top1, asFresh.WarmedUp!.ByClassifier!.Top1));
        Assert.Equal((part, whole), (asWarm.ByClassifier!.Top1, asWarm.WarmedUp!.ByClassifier!.Top1));
        Assert.Equal(4, asWarm.WarmedUp.Frames);
    }

    [Fact]
    public void Run_SupervisedSetWithOtherClasses_IsRefused()
    {
        using var network = Network();
        var set = new EvaluationSet("own", [.. _source.Classes, new("third", "a third thing", null)], Supervised: true, []);
        var message = Assert.Throws<InvalidOperationException>(() => Evaluator.Run(network, set)).Message;
        Assert.Contains("own has 3 classes and the classification head 2", message, StringComparison.Ordinal);
    }

    // The best class, computed with libtorch's softmax and mean.
    private static int Best(TorchNetwork network, byte[][] views, bool afterSoftmax)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var logits = network.Network.LogitScale.exp() * matmul(
            network.EncodeVideo(network.Pixels(views)).Embedding, network.EncodeText(network.Tokens(Phrases)).t());
        return (int)(afterSoftmax ? nn.functional.softmax(logits, -1) : logits).mean([0L]).argmax().item<long>();
    }

    // A clip of one colour with noise.
    private static byte[] OneColour(Random random)
    {
        byte[] colour = [(byte)random.Next(200), (byte)random.Next(200), (byte)random.Next(200)];
        return [.. Enumerable.Range(0, 4 * 16 * 16 * 3).Select(i => (byte)(colour[i % 3] + random.Next(56)))];
    }

    private static byte[] Reversed(byte[] clip) => [.. clip.Chunk(16 * 16 * 3).Reverse().SelectMany(f => f)];

    private TorchNetwork Network(M2ClipConfig? config = null)
    {
        VocabularyBuilder.Write(_source.Texts, _folder.File("vocab.json"), _folder.File("merges.txt"));
        var tokenizer = ClipTokenizer.Load(_folder.File("vocab.json"), _folder.File("merges.txt"));
        return new((config ?? NoAdapters) with { VocabSize = tokenizer.Count }, TorchParameters.Start(5), tokenizer, new("{}"));
    }
}

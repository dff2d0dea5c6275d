// The forms in which a network runs, with random weights, as things that encode one new window.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Core.Text;
using StreamActions.Model;
using StreamActions.Model.Quantization;
using StreamActions.Model.Weights;
using StreamActions.Onnx;
using StreamActions.Onnx.Quantization;
using StreamActions.TestKit;
using StreamActions.Trainer.Network;
using TorchSharp;

namespace StreamActions.Benchmarks;

/// <summary>One form of a network.</summary>
/// <param name="Name">Its name in <see cref="InferenceReport"/>.</param>
/// <param name="Open">Opens it with a number of threads for each run, and a number of runs at the same time.</param>
internal sealed record InferenceForm(string Name, Func<int, int, IOpenForm> Open);

/// <summary>A form with its buffers.</summary>
internal interface IOpenForm : IDisposable
{
    /// <summary>Encodes a new window. Different runs may do so at the same time.</summary>
    /// <param name="run">Number of the run, from 0.</param>
    void Encode(int run);
}

/// <summary>Makes the forms.</summary>
internal static class InferenceForms
{
    /// <summary>
    /// Forms of a network of these sizes. Windows and streams have TED-Adapters in every block when the sizes name none; single frames
    /// have none.
    /// </summary>
    /// <param name="sizes">Sizes of the vision branch.</param>
    /// <param name="peers">Whether libtorch runs the window too.</param>
    /// <param name="folder">Receives the graphs: together they are too large to stay in memory.</param>
    public static IEnumerable<InferenceForm> Of(M2ClipConfig sizes, bool peers, TemporaryFolder folder)
    {
        InferenceForm Onnx(string name, M2ClipConfig config, byte[] graph)
        {
            var file = Written(name, graph);
            return new(name, (threads, runs) => new OnnxForm(config, file, threads, runs));
        }
        string Written(string name, byte[] graph)
        {
            var file = folder.File($"{name}.onnx");
            File.WriteAllBytes(file, graph);
            return file;
        }

        // The text branch is not measured.
        var plain = sizes with { TextLayers = 1, TextAdapterLayers = 0, MlmVocabSize = 0, NumClasses = 0, VocabSize = 64 };
        var causal = plain with { Temporal = TemporalMode.Causal };
        if (plain.VisionAdapterLayers == 0)
            causal = causal with { VisionAdapterLayers = plain.VisionLayers, VisionAdapterWidth = plain.VisionWidth / 2 };
        var window = causal with { Temporal = TemporalMode.Bidirectional };
        var weights = ClipShapedWeights.Of(causal);
        yield return Onnx("windowFp32", window, M2ClipGraphs.Video(window, weights));
        yield return Onnx("streamFp32", causal, M2ClipGraphs.Stream(causal, weights));
        var plan = Plan(causal, weights);
        yield return Onnx("streamInt8", causal, M2ClipGraphs.Quantized(causal, plan));
        SharedSession reuse = new(Written("reuse", M2ClipGraphs.QuantizedReuse(causal, plan)));
        foreach (var percent in new[] { 10, 25, 50, 100 })
            yield return new($"reuse{percent}", (threads, runs) => new ReuseForm(causal, reuse, percent, threads, runs));
        var frame = plain with { Temporal = TemporalMode.PerFrame, VisionAdapterLayers = 0 };
        var frameWeights = ClipShapedWeights.Of(frame);
        yield return Onnx("frameFp32", frame, M2ClipGraphs.Stream(frame, frameWeights));
        yield return Onnx("frameInt8", frame, M2ClipGraphs.Quantized(frame, Plan(frame, frameWeights)));
        if (peers)
            yield return new("libtorchEager", (threads, _) => new TorchForm(window, weights, threads));
    }

    private static QuantizationPlan Plan(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights)
    {
        // Few frames: the scales do not change the speed.
        var ranges = Calibration.Measure(config, weights, [MovingPictures.Clip(config.ImageSize, 3, seed: 1)]);
        return new(SmoothQuant.Fold(config, weights, ranges.ByWeight));
    }

    private static InferenceSession Open(string graph, int threads)
    {
        using SessionOptions options = new() { IntraOpNumThreads = threads };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return new(graph, options);
    }

    private sealed class OnnxForm : IOpenForm
    {
        private readonly InferenceSession _session;
        private readonly RotatingStream[] _streams;
        private readonly byte[] _frames;

        public OnnxForm(M2ClipConfig config, string graph, int threads, int runs)
        {
            _session = Open(graph, threads);
            var streams = config.Temporal != TemporalMode.Bidirectional;
            var states = streams ? M2ClipGraphs.States(config) : [];
            _streams = [.. Enumerable.Range(0, runs).Select(_ => new RotatingStream(_session, states))];
            _frames = MovingPictures.Clip(config.ImageSize, streams ? 1 : config.Frames, seed: 2);
        }

        public void Encode(int run) => _streams[run].Step(_frames);

        public void Dispose()
        {
            foreach (var stream in _streams)
                stream.Dispose();
            _session.Dispose();
        }
    }

    // A session of several forms. All of them open it with the same number of threads.
    private sealed class SharedSession(string graph)
    {
        private InferenceSession? _session;
        private int _users;

        public InferenceSession Open(int threads)
        {
            _users++;
            return _session ??= InferenceForms.Open(graph, threads);
        }

        public void Close()
        {
            if (--_users > 0)
                return;
            _session?.Dispose();
            _session = null;
        }
    }

    // Frames in which the same share of the patches changes, spread over the picture.
    private sealed class ReuseForm : IOpenForm
    {
        private readonly SharedSession _session;
        private readonly RotatingStream[] _streams;
        private readonly byte[] _frame;
        private readonly long[] _rows;

        public ReuseForm(M2ClipConfig config, SharedSession session, int percent, int threads, int runs)
        {
            _session = session;
            var opened = session.Open(threads);
            var (states, caches) = (M2ClipGraphs.States(config), M2ClipGraphs.Caches(config));
            _streams = [.. Enumerable.Range(0, runs).Select(_ => new RotatingStream(opened, states, caches))];
            _frame = MovingPictures.Clip(config.ImageSize, 1, seed: 2);
            var changed = (config.Tokens - 1) * percent / 100;
            _rows = [0, .. Enumerable.Range(0, changed).Select(i => 1L + i * (config.Tokens - 1) / changed)];
            long[] all = [.. Enumerable.Range(0, config.Tokens).Select(row => (long)row)];
            foreach (var stream in _streams)
                stream.Step(_frame, all);
        }

        public void Encode(int run) => _streams[run].Step(_frame, _rows);

        public void Dispose()
        {
            foreach (var stream in _streams)
                stream.Dispose();
            _session.Close();
        }
    }

    // libtorch runs the operators one by one, as PyTorch does without a compiler.
    private sealed class TorchForm : IOpenForm
    {
        private readonly TorchNetwork _network;
        private readonly byte[] _frames;

        public TorchForm(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, int threads)
        {
            torch.set_num_threads(threads);
            using TemporaryFolder folder = new();
            var (vocabulary, merges) = (folder.File("vocab.json"), folder.File("merges.txt"));
            PublishedClip.WriteLetters(vocabulary, merges);
            _network = new(
                config,
                TorchParameters.Load(config, weights, "random weights"),
                ClipTokenizer.Load(vocabulary, merges),
                new PromptTemplate("{}"));
            _frames = MovingPictures.Clip(config.ImageSize, config.Frames, seed: 2);
        }

        public void Encode(int run)
        {
            using var scope = torch.NewDisposeScope();
            using var mode = torch.inference_mode();
            var (embedding, _) = _network.EncodeVideo(_network.Pixels([_frames]));
            embedding.data<float>()[0].ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        public void Dispose() => _network.Dispose();
    }
}

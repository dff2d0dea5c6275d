// Runs a bundle in ONNX Runtime, in buffers that are allocated once. Opening checks shapes and replays the golden clips.
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>Runs a bundle's graphs.</summary>
internal sealed class OnnxActionModel : IActionModel
{
    private readonly InferenceSession _video;
    private readonly OnnxTextEncoder _text;
    private readonly RunOptions _run = new();
    private readonly byte[] _frames;
    private readonly float[] _embeddings, _logits;
    private readonly Dictionary<int, Binding> _bindings = [];
    private readonly int _maxBatch;
    private readonly Lock _running = new();
    private bool _disposed;

    // The buffers of one batch size, bound once.
    private sealed record Binding(OrtIoBinding Io, OrtValue[] Values) : IDisposable
    {
        public void Dispose()
        {
            Io.Dispose();
            foreach (var value in Values)
                value.Dispose();
        }
    }

    private OnnxActionModel(ModelBundle bundle, InferenceSession video, OnnxTextEncoder text, int maxBatch)
    {
        (Manifest, Sha256, _video, _text, _maxBatch) = (bundle.Manifest, bundle.Sha256, video, text, maxBatch);
        _frames = GC.AllocateUninitializedArray<byte>(maxBatch * Manifest.Clip.ClipBytes, pinned: true);
        _embeddings = GC.AllocateUninitializedArray<float>(maxBatch * Manifest.EmbeddingWidth, pinned: true);
        _logits = GC.AllocateUninitializedArray<float>(maxBatch * Manifest.Labels.Count, pinned: true);
    }

    public ModelManifest Manifest { get; }

    public string Sha256 { get; }

    /// <summary>Opens a bundle and checks that its graphs give the recorded outputs for its golden clips.</summary>
    /// <param name="bundle">The bundle, its hashes checked.</param>
    /// <param name="device">auto, cpu or cuda:N.</param>
    /// <param name="threads">Threads of one run; 0 lets the runtime choose.</param>
    /// <param name="maxBatch">Most windows in one run.</param>
    /// <param name="logger">Logs the device.</param>
    /// <exception cref="BundleException">The graphs cannot be loaded, have other inputs or outputs, or deviate from the golden
    /// clips.</exception>
    public static OnnxActionModel Open(ModelBundle bundle, string device, int threads, int maxBatch, ILogger logger)
    {
        // One thread for phrases leaves the other cores to the video graph.
        const int textThreads = 1;
        InferenceSession? video = null, text = null;
        OnnxActionModel? model = null;
        try
        {
            var graph = bundle.Video.First();
            video = DeviceChoice.Open(bundle.PathOf(graph.File), device, threads, logger);
            text = DeviceChoice.Open(bundle.PathOf(bundle.Text.File), DeviceChoice.Cpu, textThreads, logger);
            CheckShapes(bundle, video, text);
            model = new OnnxActionModel(bundle, video, new(bundle, text), maxBatch);
            model.MeasureGolden(bundle).ThrowIfAboveBound(bundle, graph);
            return model;
        }
        catch (Exception e)
        {
            model?.Dispose();
            video?.Dispose();
            text?.Dispose();
            if (e is OnnxRuntimeException or FormatException)
                throw new BundleException($"model '{bundle.Folder}' cannot be loaded ({e.Message.Split('\n', 2)[0]}); export it again", e);
            throw;
        }
    }

    /// <summary>Replays the bundle's golden clips and phrases.</summary>
    public GoldenDeviation MeasureGolden(ModelBundle bundle) => GoldenReplay.Measure(bundle, RunClips, EmbedTexts);

    public BatchOutput Run(IReadOnlyList<FrameWindow> windows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(windows.Count, _maxBatch);
        var frameBytes = Manifest.Clip.FrameBytes;
        var place = _frames.AsSpan();
        foreach (var window in windows)
        {
            foreach (var frame in window.Frames)
            {
                frame.Pixels.CopyTo(place);
                place = place[frameBytes..];
            }
        }
        return Run(windows.Count);
    }

    public IReadOnlyList<float[]> EmbedTexts(IReadOnlyList<string> phrases) => _text.Embed(phrases);

    public IReadOnlyList<string> UnknownWords(string phrase) => _text.UnknownWords(phrase);

    public bool IsCut(string phrase) => _text.IsCut(phrase);

    private BatchOutput Run(int count)
    {
        using var running = _running.EnterScope();
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_bindings.TryGetValue(count, out var binding))
            _bindings.Add(count, binding = Bind(count));
        _video.RunWithBinding(_run, binding.Io);
        binding.Io.SynchronizeBoundOutputs();   // on a GPU the copy of the outputs may still be under way
        return new(_embeddings, _logits, Manifest.EmbeddingWidth, Manifest.Labels.Count);
    }

    private Binding Bind(int count)
    {
        var (clip, width, classes) = (Manifest.Clip, Manifest.EmbeddingWidth, Manifest.Labels.Count);
        var io = _video.CreateIoBinding();
        List<OrtValue> values = [Tensor(_frames, count * clip.ClipBytes, [count, clip.Frames, clip.Size, clip.Size, 3])];
        io.BindInput(GraphTensors.Frames, values[0]);
        values.Add(Tensor(_embeddings, count * width, [count, width]));
        io.BindOutput(GraphTensors.Embedding, values[1]);
        if (classes > 0)
        {
            values.Add(Tensor(_logits, count * classes, [count, classes]));
            io.BindOutput(GraphTensors.ClassLogits, values[2]);
        }
        return new(io, [.. values]);
    }

    private static OrtValue Tensor<T>(T[] buffer, int length, long[] shape)
        where T : unmanaged => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffer.AsMemory(0, length), shape);

    private static void CheckShapes(ModelBundle bundle, InferenceSession video, InferenceSession text)
    {
        var manifest = bundle.Manifest;
        List<string> wrong = [];
        void Check<T>(IReadOnlyDictionary<string, NodeMetadata> nodes, string name, int[] shape)
        {
            if (!nodes.TryGetValue(name, out var node) || !node.IsTensor)
                wrong.Add($"'{name}' is missing");
            else if (node.ElementType != typeof(T) || !node.Dimensions.Skip(1).SequenceEqual(shape))
                wrong.Add($"'{name}' is {node.ElementType.Name} [{string.Join(", ", node.Dimensions)}], "
                    + $"the manifest says {typeof(T).Name} [-1, {string.Join(", ", shape)}]");
        }
        Check<byte>(video.InputMetadata, GraphTensors.Frames, [manifest.Clip.Frames, manifest.Clip.Size, manifest.Clip.Size, 3]);
        Check<float>(video.OutputMetadata, GraphTensors.Embedding, [manifest.EmbeddingWidth]);
        if (manifest.Labels.Count > 0)
            Check<float>(video.OutputMetadata, GraphTensors.ClassLogits, [manifest.Labels.Count]);
        Check<long>(text.InputMetadata, GraphTensors.Tokens, [manifest.ContextLength]);
        Check<float>(text.OutputMetadata, GraphTensors.Embedding, [manifest.EmbeddingWidth]);
        if (wrong.Count > 0)
            throw new BundleException(
                $"model '{bundle.Folder}': its graphs and its manifest do not agree: {string.Join("; ", wrong)}; export it again");
    }

    private ClipOutputs RunClips(byte[] clips)
    {
        var clipBytes = Manifest.Clip.ClipBytes;
        List<float[]> embeddings = [], logits = [];
        foreach (var batch in clips.Chunk(_maxBatch * clipBytes))
        {
            batch.CopyTo(_frames, 0);
            var output = Run(batch.Length / clipBytes);
            for (var i = 0; i < batch.Length / clipBytes; i++)
            {
                embeddings.Add(output.Embedding(i).ToArray());
                logits.Add(output.ClassLogits(i).ToArray());
            }
        }
        return new(embeddings, logits);
    }

    /// <summary>Ends a run that is under way, waits for it, and frees everything.</summary>
    public void Dispose()
    {
        if (!_disposed)
            _run.Terminate = true;
        using var running = _running.EnterScope();
        if (_disposed)
            return;
        _disposed = true;
        foreach (var binding in _bindings.Values)
            binding.Dispose();
        _run.Dispose();
        _video.Dispose();
        _text.Dispose();
    }
}

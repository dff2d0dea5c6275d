// Runs a bundle in ONNX Runtime. Opening checks shapes and replays the golden clips. Each lane has buffers of its own.
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Inference;

/// <summary>Runs a bundle's graphs.</summary>
internal sealed class OnnxActionModel : IActionModel
{
    private readonly InferenceSession _video;
    private readonly OnnxTextEncoder _text;
    private readonly List<OnnxLane> _lanes = [];
    private readonly RunPlan _plan;
    private bool _disposed;

    private OnnxActionModel(ModelBundle bundle, (InferenceSession Session, string Device) video, OnnxTextEncoder text, RunPlan plan) =>
        (Manifest, Sha256, _video, Device, _text, _plan) = (bundle.Manifest, bundle.Sha256, video.Session, video.Device, text, plan);

    /// <inheritdoc/>
    public ModelManifest Manifest { get; }

    /// <inheritdoc/>
    public string Sha256 { get; }

    /// <inheritdoc/>
    public string Device { get; }

    /// <summary>Opens a bundle and checks that its graphs give the recorded outputs for its golden clips.</summary>
    /// <param name="bundle">The bundle, its hashes checked.</param>
    /// <param name="options">The device, and how runs are spread over it.</param>
    /// <param name="logger">Logs the fall back to the CPU.</param>
    /// <exception cref="BundleException">The graphs cannot be loaded, have other inputs or outputs, or deviate from the golden
    /// clips.</exception>
    public static OnnxActionModel Open(ModelBundle bundle, InferenceOptions options, ILogger logger)
    {
        // One thread for phrases leaves the other cores to the video graph.
        const int textThreads = 1;
        var threads = RunPlan.For(DeviceChoice.Cpu, options, Environment.ProcessorCount).Threads;
        InferenceSession? video = null, text = null;
        OnnxActionModel? model = null;
        try
        {
            (video, var device) = DeviceChoice.Open(bundle.PathOf(ModelBundle.VideoGraph), options.Device, threads, logger);
            (text, _) = DeviceChoice.Open(bundle.PathOf(ModelBundle.TextGraph), DeviceChoice.Cpu, textThreads, logger);
            CheckShapes(bundle, video, text);
            model = new(bundle, (video, device), new(bundle, text), RunPlan.For(device, options, Environment.ProcessorCount));
            model.MeasureGolden(bundle).ThrowIfAboveBound(bundle);
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

    /// <inheritdoc/>
    public IModelLane OpenLane(int maxBatch) => Open(maxBatch);

    /// <inheritdoc/>
    public IReadOnlyList<float[]> EmbedTexts(IReadOnlyList<string> phrases) => _text.Embed(phrases);

    /// <inheritdoc/>
    public IReadOnlyList<string> UnknownWords(string phrase) => _text.UnknownWords(phrase);

    /// <inheritdoc/>
    public bool IsCut(string phrase) => _text.IsCut(phrase);

    private OnnxLane Open(int maxBatch)
    {
        lock (_lanes)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            OnnxLane lane = new(_video, Manifest, maxBatch, Forget);
            _lanes.Add(lane);
            return lane;
        }
    }

    private void Forget(OnnxLane lane)
    {
        lock (_lanes)
            _lanes.Remove(lane);
    }

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
        using var lane = Open(_plan.MaxBatch);
        foreach (var batch in clips.Chunk(lane.MaxBatch * clipBytes))
        {
            var output = lane.Run(batch);
            for (var i = 0; i < batch.Length / clipBytes; i++)
            {
                embeddings.Add(output.Embedding(i).ToArray());
                logits.Add(output.ClassLogits(i).ToArray());
            }
        }
        return new(embeddings, logits);
    }

    /// <summary>Ends the runs of all lanes that are under way, waits for them, and frees everything.</summary>
    public void Dispose()
    {
        OnnxLane[] lanes;
        lock (_lanes)
        {
            if (_disposed)
                return;
            _disposed = true;
            lanes = [.. _lanes];
        }
        foreach (var lane in lanes)
            lane.Terminate();
        foreach (var lane in lanes)
            lane.Dispose();
        _video.Dispose();
        _text.Dispose();
    }
}

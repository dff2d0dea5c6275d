// Opens a bundle in ONNX Runtime: chooses its video graph, checks shapes and replays the golden clips.
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Inference;

/// <summary>An opened bundle.</summary>
internal sealed class OnnxActionModel : IActionModel
{
    private readonly OnnxTextEncoder _text;
    private bool _disposed;

    private OnnxActionModel(ModelBundle bundle, BundleGraph graph, string device, IOnnxVideo video, OnnxTextEncoder text) =>
        (Manifest, Sha256, Graph, Device, Video, _text) = (bundle.Manifest, bundle.Sha256, graph, device, video, text);

    /// <inheritdoc/>
    public ModelManifest Manifest { get; }

    /// <inheritdoc/>
    public string Sha256 { get; }

    /// <summary>The video graph that was opened.</summary>
    public BundleGraph Graph { get; }

    /// <inheritdoc/>
    public string Device { get; }

    /// <summary>The part that runs video, for checks and measurements.</summary>
    public IOnnxVideo Video { get; }

    /// <summary>Opens a bundle and checks that its graphs give the recorded outputs for its golden clips.</summary>
    /// <param name="bundle">The bundle, its hashes checked.</param>
    /// <param name="options">The device, the precision, and how runs are spread over the device.</param>
    /// <param name="logger">Logs the fall back to the CPU.</param>
    /// <exception cref="BundleException">The graphs cannot be loaded, have other inputs or outputs, or deviate from the golden
    /// clips.</exception>
    public static OnnxActionModel Open(ModelBundle bundle, InferenceOptions options, ILogger logger)
    {
        // One thread for phrases leaves the other cores to the video graph.
        const int textThreads = 1;
        var threads = RunPlan.For(DeviceChoice.Cpu, options, Environment.ProcessorCount).Threads;
        var reuse = ReuseRule.For(options.Reuse);
        BundleGraph Choose(bool onGpu) => reuse is null
            ? GraphChoice.Choose(bundle, onGpu, options.Precision)
            : GraphChoice.ChooseReuse(bundle, onGpu, options.Precision);
        InferenceSession? video = null, text = null;
        OnnxActionModel? model = null;
        try
        {
            (video, var device) = DeviceChoice.Open(
                onGpu => bundle.PathOf(Choose(onGpu).File), options.Device, threads, logger);
            (text, _) = DeviceChoice.Open(_ => bundle.PathOf(bundle.Text.File), DeviceChoice.Cpu, textThreads, logger);
            var gpu = device != DeviceChoice.Cpu;
            var graph = Choose(gpu);
            CheckShapes(bundle, graph, video, text);
            IOnnxVideo runs = graph.Form == GraphForm.Window
                ? new OnnxWindowModel(video, bundle.Manifest, gpu)
                : new OnnxStreamModel(video, bundle.Manifest, gpu, reuse);
            model = new(bundle, graph, device, runs, new(bundle, text));
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
    public GoldenDeviation MeasureGolden(ModelBundle bundle) => GoldenReplay.Measure(bundle, Video.RunClips, EmbedTexts);

    /// <inheritdoc/>
    public IVideoEncoder Encoder(EncoderSettings settings) => Video.Encoder(settings);

    /// <inheritdoc/>
    public IReadOnlyList<float[]> EmbedTexts(IReadOnlyList<string> phrases) => _text.Embed(phrases);

    /// <inheritdoc/>
    public IReadOnlyList<string> UnknownWords(string phrase) => _text.UnknownWords(phrase);

    /// <inheritdoc/>
    public bool IsCut(string phrase) => _text.IsCut(phrase);

    /// <summary>Ends all runs that are under way, waits for them, and frees everything.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Video.Dispose();
        _text.Dispose();
    }

    private static void CheckShapes(ModelBundle bundle, BundleGraph graph, InferenceSession video, InferenceSession text)
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
        int[] frame = [manifest.Clip.Size, manifest.Clip.Size, 3];
        Check<byte>(video.InputMetadata, GraphTensors.Frames, graph.Form == GraphForm.Window ? [manifest.Clip.Frames, .. frame] : frame);
        if (graph.Form is GraphForm.Stream or GraphForm.Reuse)
        {
            foreach (var state in manifest.States)
            {
                int[] shape = [.. state.Shape.Select(n => (int)n)];
                Check<float>(video.OutputMetadata, state.Name, shape);
                for (var lag = 1; lag <= state.Lags; lag++)
                    Check<float>(video.InputMetadata, GraphTensors.Past(state.Name, lag), shape);
            }
        }
        if (graph.Form == GraphForm.Reuse)
        {
            Check<long>(video.InputMetadata, GraphTensors.TokenRows, []);
            foreach (var cache in manifest.Caches!)
            {
                // Their first axis has the tokens, and is checked too.
                int[] shape = [.. cache.Shape.Skip(1).Select(n => (int)n)];
                Check<float>(video.OutputMetadata, cache.Name, shape);
                Check<float>(video.InputMetadata, GraphTensors.Past(cache.Name, 1), shape);
                if (video.OutputMetadata.TryGetValue(cache.Name, out var node) && node.Dimensions[0] != cache.Shape[0])
                    wrong.Add($"'{cache.Name}' has {node.Dimensions[0]} tokens, the manifest says {cache.Shape[0]}");
            }
        }
        Check<float>(video.OutputMetadata, GraphTensors.Embedding, [manifest.EmbeddingWidth]);
        if (manifest.Labels.Count > 0)
            Check<float>(video.OutputMetadata, GraphTensors.ClassLogits, [manifest.Labels.Count]);
        Check<long>(text.InputMetadata, GraphTensors.Tokens, [manifest.ContextLength]);
        Check<float>(text.OutputMetadata, GraphTensors.Embedding, [manifest.EmbeddingWidth]);
        if (wrong.Count > 0)
            throw new BundleException(
                $"model '{bundle.Folder}': its graphs and its manifest do not agree: {string.Join("; ", wrong)}; export it again");
    }
}

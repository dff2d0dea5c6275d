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
        InferenceSession? text = null;
        List<(IOnnxVideo Video, string Device)> opened = [];
        OnnxActionModel? model = null;
        try
        {
            (text, _) = DeviceChoice.Open(_ => bundle.PathOf(bundle.Text.File), DeviceChoice.Cpu, textThreads, logger);
            CheckTextShapes(bundle, text);
            foreach (var asked in options.Device.Split(','))
                opened.Add(OpenVideo(bundle, options, asked, logger));
            var device = string.Join(',', opened.Select(o => o.Device));
            var graph = GraphFor(bundle, device != DeviceChoice.Cpu, options);
            var video = opened.Count == 1 ? opened[0].Video : new SpreadVideo([.. opened.Select(o => o.Video)], bundle.Manifest);
            model = new(bundle, graph, device, video, new(bundle, text));
            foreach (var (each, _) in opened)
                GoldenReplay.Measure(bundle, each.RunClips, model.EmbedTexts).ThrowIfAboveBound(bundle, graph);
            return model;
        }
        catch (Exception e)
        {
            model?.Dispose();
            foreach (var (video, _) in opened)
                video.Dispose();
            text?.Dispose();
            if (e is OnnxRuntimeException or FormatException)
                throw new BundleException($"model '{bundle.Folder}' cannot be loaded ({e.Message.Split('\n', 2)[0]}); export it again", e);
            throw;
        }
    }

    private static (IOnnxVideo Video, string Device) OpenVideo(
        ModelBundle bundle, InferenceOptions options, string asked, ILogger logger)
    {
        BundleGraph Graph(bool onGpu) => GraphFor(bundle, onGpu, options);
        var threads = RunPlan.For(DeviceChoice.Cpu, options, Environment.ProcessorCount).Threads;
        var cudaGraphs = options is { CudaGraphs: true, Reuse: ReuseLevel.Off } && Graph(onGpu: true).Form == GraphForm.Pool;
        var (session, device) = DeviceChoice.Open(onGpu => bundle.PathOf(Graph(onGpu).File), asked, threads, logger, cudaGraphs);
        try
        {
            var gpu = device != DeviceChoice.Cpu;
            var graph = Graph(gpu);
            CheckVideoShapes(bundle, graph, session);
            IOnnxVideo video = graph.Form switch
            {
                GraphForm.Window => new OnnxWindowModel(session, bundle.Manifest, gpu),
                GraphForm.Pool => new OnnxPoolModel(new(
                    session, bundle.Manifest, gpu ? new CudaMemory(DeviceChoice.IndexOf(device)) : new HostMemory(), cudaGraphs && gpu)),
                _ => new OnnxStreamModel(session, bundle.Manifest, gpu, ReuseRule.For(options.Reuse)),
            };
            return (video, device);
        }
        catch
        {
            session.Dispose();
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

    private static BundleGraph GraphFor(ModelBundle bundle, bool gpu, InferenceOptions options) => options.Reuse == ReuseLevel.Off
        ? GraphChoice.Choose(bundle, gpu, options.Precision)
        : GraphChoice.ChooseReuse(bundle, gpu, options.Precision);

    private static void CheckVideoShapes(ModelBundle bundle, BundleGraph graph, InferenceSession video)
    {
        var manifest = bundle.Manifest;
        ShapeCheck check = new();
        int[] frame = [manifest.Clip.Size, manifest.Clip.Size, 3];
        check.Input<byte>(video, GraphTensors.Frames, graph.Form == GraphForm.Window ? [manifest.Clip.Frames, .. frame] : frame);
        foreach (var state in graph.Form == GraphForm.Window ? [] : manifest.States)
        {
            int[] shape = [.. state.Shape.Select(n => (int)n)];
            if (graph.Form == GraphForm.Pool)
            {
                var numbers = graph.Precision == GraphPrecision.Fp16 ? typeof(Float16) : typeof(float);
                check.Tensor(video.InputMetadata, GraphTensors.Pool(state.Name), numbers, shape);
                check.Tensor(video.OutputMetadata, state.Name, numbers, shape);
                continue;
            }
            check.Output<float>(video, state.Name, shape);
            for (var lag = 1; lag <= state.Lags; lag++)
                check.Input<float>(video, GraphTensors.Past(state.Name, lag), shape);
        }
        if (graph.Form == GraphForm.Pool && manifest.States.Count > 0)
            check.Input<long>(video, GraphTensors.Rows, [new PoolLayout(manifest.States).Columns]);
        if (graph.Form == GraphForm.Reuse)
        {
            check.Input<long>(video, GraphTensors.TokenRows, []);
            foreach (var cache in manifest.Caches!)
                check.Cache(video, cache);
        }
        check.Output<float>(video, GraphTensors.Embedding, [manifest.EmbeddingWidth]);
        if (manifest.Labels.Count > 0)
            check.Output<float>(video, GraphTensors.ClassLogits, [manifest.Labels.Count]);
        check.ThrowIfWrong(bundle);
    }

    private static void CheckTextShapes(ModelBundle bundle, InferenceSession text)
    {
        ShapeCheck check = new();
        check.Input<long>(text, GraphTensors.Tokens, [bundle.Manifest.ContextLength]);
        check.Output<float>(text, GraphTensors.Embedding, [bundle.Manifest.EmbeddingWidth]);
        check.ThrowIfWrong(bundle);
    }

    // Compares inputs and outputs with the manifest and lists what differs.
    private sealed class ShapeCheck
    {
        private readonly List<string> _wrong = [];

        public void Input<T>(InferenceSession session, string name, int[] shape) =>
            Tensor(session.InputMetadata, name, typeof(T), shape);

        public void Output<T>(InferenceSession session, string name, int[] shape) =>
            Tensor(session.OutputMetadata, name, typeof(T), shape);

        public void Tensor(IReadOnlyDictionary<string, NodeMetadata> nodes, string name, Type type, int[] shape)
        {
            if (!nodes.TryGetValue(name, out var node) || !node.IsTensor)
                _wrong.Add($"'{name}' is missing");
            else if (node.ElementType != type || !node.Dimensions.Skip(1).SequenceEqual(shape))
                _wrong.Add($"'{name}' is {node.ElementType.Name} [{string.Join(", ", node.Dimensions)}], "
                    + $"the manifest says {type.Name} [-1, {string.Join(", ", shape)}]");
        }

        // Its first axis has the tokens, and is checked too.
        public void Cache(InferenceSession session, StreamState cache)
        {
            int[] shape = [.. cache.Shape.Skip(1).Select(n => (int)n)];
            Output<float>(session, cache.Name, shape);
            Input<float>(session, GraphTensors.Past(cache.Name, 1), shape);
            if (session.OutputMetadata.TryGetValue(cache.Name, out var node) && node.Dimensions[0] != cache.Shape[0])
                _wrong.Add($"'{cache.Name}' has {node.Dimensions[0]} tokens, the manifest says {cache.Shape[0]}");
        }

        public void ThrowIfWrong(ModelBundle bundle)
        {
            if (_wrong.Count > 0)
                throw new BundleException(
                    $"model '{bundle.Folder}': its graphs and its manifest do not agree: {string.Join("; ", _wrong)}; export it again");
        }
    }
}

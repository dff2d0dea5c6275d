// Runs clips through a video graph of either form.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Model;

namespace StreamActions.Onnx.Quantization;

/// <summary>A video graph on the CPU. Each clip is a window, or a stream of its own.</summary>
internal sealed class ClipRunner : IDisposable
{
    private readonly InferenceSession _session;
    private readonly M2ClipConfig _config;
    private readonly GraphForm _form;
    private readonly IReadOnlyList<StreamState> _states;

    /// <param name="graph">The graph.</param>
    /// <param name="config">Sizes of the network.</param>
    /// <param name="form">The graph's form; null: window for a bidirectional network, else stream.</param>
    /// <param name="threads">Threads of one run; 0 lets the runtime choose.</param>
    public ClipRunner(OnnxGraph graph, M2ClipConfig config, GraphForm? form = null, int threads = 0)
    {
        _config = config;
        _form = form ?? GraphComparison.ExactFormOf(config);
        _states = _form != GraphForm.Window ? M2ClipGraphs.States(config) : [];
        using SessionOptions options = new() { IntraOpNumThreads = threads };
        // The worker runs without spinning too.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _session = graph.Open(options);
    }

    /// <summary>The outputs for a clip, uint8 RGB [frames, S, S, 3]: those of each frame of a stream, or of the window.</summary>
    public IEnumerable<IReadOnlyDictionary<string, float[]>> Outputs(byte[] clip) =>
        _form == GraphForm.Window ? [Window(clip)] : GraphStream.PlayOn(_session, _form, _states, caches: null, clip);

    /// <summary>The outputs after the last frame.</summary>
    public IReadOnlyDictionary<string, float[]> Last(byte[] clip) => Outputs(clip).Last();

    private Dictionary<string, float[]> Window(byte[] clip)
    {
        using RunOptions run = new();
        using var frames = OrtValue.CreateTensorValueFromMemory(clip, [1, _config.Frames, _config.ImageSize, _config.ImageSize, 3]);
        using var outputs = _session.Run(run, [GraphTensors.Frames], [frames], _session.OutputNames);
        return _session.OutputNames.Zip(outputs)
            .ToDictionary(o => o.First, o => o.Second.GetTensorDataAsSpan<float>().ToArray(), StringComparer.Ordinal);
    }

    public void Dispose() => _session.Dispose();
}

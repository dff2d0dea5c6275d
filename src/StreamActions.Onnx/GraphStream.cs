// One stream on a stream graph, for checks and measurements: clear rather than fast.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;

namespace StreamActions.Onnx;

/// <summary>Keeps the states of one stream. The worker has a faster one that copies nothing. Not thread safe.</summary>
/// <param name="session">A session of a stream or reuse graph; several streams can share it.</param>
/// <param name="states">The graph's states.</param>
/// <param name="caches">The further states of a reuse graph; null for a stream graph.</param>
public sealed class GraphStream(
    InferenceSession session, IReadOnlyList<StreamState> states, IReadOnlyList<StreamState>? caches = null)
{
    private readonly long[] _allRows = caches is { Count: > 0 } ? [.. Enumerable.Range(0, (int)caches[0].Shape[0])] : [];
    private readonly Dictionary<string, float[]> _cached =
        (caches ?? []).ToDictionary(c => c.Name, c => new float[c.Length], StringComparer.Ordinal);

    private readonly Dictionary<string, List<float[]>> _newestFirst = states.ToDictionary(
        s => s.Name, s => Enumerable.Range(0, s.Lags).Select(_ => new float[s.Length]).ToList(), StringComparer.Ordinal);

    private bool _started;

    /// <summary>Encodes the frames of a clip, uint8 RGB [frames, S, S, 3], as a stream of its own. Returns the outputs of each.</summary>
    /// <param name="session">A session of a stream, reuse or pool graph.</param>
    /// <param name="form">Its form.</param>
    /// <param name="states">Its states.</param>
    /// <param name="caches">The further states of a reuse graph, which encodes all tokens here; other graphs do not use them.</param>
    /// <param name="clip">The frames.</param>
    public static IEnumerable<IReadOnlyDictionary<string, float[]>> PlayOn(
        InferenceSession session, GraphForm form, IReadOnlyList<StreamState> states, IReadOnlyList<StreamState>? caches, byte[] clip)
    {
        if (form is GraphForm.Stream or GraphForm.Reuse)
            return new GraphStream(session, states, form == GraphForm.Reuse ? caches : null).Play(clip);
        using GraphPool pool = new(session, states, streams: 1);
        return [.. pool.Play(clip)];
    }

    /// <summary>Encodes the frames of a clip, uint8 RGB [frames, S, S, 3]. Returns the outputs of each.</summary>
    public IEnumerable<IReadOnlyDictionary<string, float[]>> Play(byte[] clip)
    {
        // Not a Select: its Last() would encode the last frame alone.
        var size = session.InputMetadata[GraphTensors.Frames].Dimensions[1];
        foreach (var frame in clip.Chunk(size * size * 3))
            yield return Step(frame);
    }

    /// <summary>Encodes a frame, uint8 RGB [S, S, 3].</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="rows">The tokens that a reuse graph encodes; null: all. The first frame of a stream needs all.</param>
    /// <returns>All outputs of the graph, by name.</returns>
    public IReadOnlyDictionary<string, float[]> Step(byte[] frame, long[]? rows = null)
    {
        var size = session.InputMetadata[GraphTensors.Frames].Dimensions[1];
        Dictionary<string, OrtValue> inputs = new(StringComparer.Ordinal)
        {
            [GraphTensors.Frames] = OrtValue.CreateTensorValueFromMemory(frame, [1, size, size, 3]),
        };
        if (session.InputMetadata.ContainsKey(GraphTensors.First))
            inputs[GraphTensors.First] = OrtValue.CreateTensorValueFromMemory([_started ? 0f : 1f], [1]);
        foreach (var state in states)
        {
            for (var lag = 1; lag <= state.Lags; lag++)
            {
                inputs[GraphTensors.Past(state.Name, lag)] =
                    OrtValue.CreateTensorValueFromMemory(_newestFirst[state.Name][lag - 1], [1, .. state.Shape]);
            }
        }
        if (caches is not null)
            inputs[GraphTensors.TokenRows] = OrtValue.CreateTensorValueFromMemory(rows ?? _allRows, [(rows ?? _allRows).Length]);
        foreach (var cache in caches ?? [])
            inputs[GraphTensors.Past(cache.Name, 1)] = OrtValue.CreateTensorValueFromMemory(_cached[cache.Name], [.. cache.Shape]);
        try
        {
            using RunOptions run = new();
            using var outputs = session.Run(run, inputs, session.OutputNames);
            var values = session.OutputNames.Zip(outputs)
                .ToDictionary(o => o.First, o => o.Second.GetTensorDataAsSpan<float>().ToArray(), StringComparer.Ordinal);
            foreach (var (name, past) in _newestFirst)
            {
                past.RemoveAt(past.Count - 1);
                past.Insert(0, values[name]);
            }
            foreach (var cache in caches ?? [])
                _cached[cache.Name] = values[cache.Name];
            _started = true;
            return values;
        }
        finally
        {
            foreach (var input in inputs.Values)
                input.Dispose();
        }
    }
}

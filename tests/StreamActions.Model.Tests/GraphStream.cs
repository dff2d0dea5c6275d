// One stream on a stream graph, written plainly for tests: states are kept in queues and copied.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Onnx;

namespace StreamActions.Model.Tests;

internal sealed class GraphStream(InferenceSession session, M2ClipConfig config)
{
    private readonly Dictionary<string, List<float[]>> _newestFirst = M2ClipGraphs.States(config).ToDictionary(
        s => s.Name, s => Enumerable.Range(0, s.Lags).Select(_ => new float[s.Shape.Aggregate(1L, (a, b) => a * b)]).ToList(),
        StringComparer.Ordinal);

    private bool _started;

    /// <summary>Encodes a frame, uint8 [S, S, 3]. Returns all outputs by name.</summary>
    public Dictionary<string, float[]> Step(byte[] frame)
    {
        using RunOptions run = new();
        Dictionary<string, OrtValue> inputs = new(StringComparer.Ordinal)
        {
            [GraphTensors.Frames] = OrtValue.CreateTensorValueFromMemory(frame, [1, config.ImageSize, config.ImageSize, 3]),
        };
        if (session.InputMetadata.ContainsKey(GraphTensors.First))
            inputs[GraphTensors.First] = OrtValue.CreateTensorValueFromMemory(new[] { _started ? 0f : 1f }, [1]);
        foreach (var state in M2ClipGraphs.States(config))
            for (var lag = 1; lag <= state.Lags; lag++)
                inputs[GraphTensors.Past(state.Name, lag)] =
                    OrtValue.CreateTensorValueFromMemory(_newestFirst[state.Name][lag - 1], [1, .. state.Shape]);
        using var outputs = session.Run(run, inputs, session.OutputNames);
        var values = session.OutputNames.Zip(outputs, (name, value) => (name, value.GetTensorDataAsSpan<float>().ToArray()))
            .ToDictionary(o => o.name, o => o.Item2, StringComparer.Ordinal);
        foreach (var input in inputs.Values)
            input.Dispose();
        foreach (var (name, past) in _newestFirst)
        {
            past.Insert(0, values[name]);
            past.RemoveAt(past.Count - 1);
        }
        _started = true;
        return values;
    }
}

// Streams on a pool graph in the CPU's memory, for checks and measurements: clear rather than fast.
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;

namespace StreamActions.Onnx;

/// <summary>One frame for <see cref="GraphPool.Step"/>.</summary>
/// <param name="Stream">The stream's number.</param>
/// <param name="Pixels">uint8 RGB [S, S, 3].</param>
/// <param name="Starts">True forgets all earlier frames.</param>
/// <param name="Skipped">Frames before this one that were not encoded (<see cref="StreamRows.Next"/>).</param>
public readonly record struct PoolFrame(int Stream, byte[] Pixels, bool Starts, int Skipped = 0);

/// <summary>
/// Pools for a fixed number of streams. Input and output of a state are one buffer. The worker has a faster one, also for GPUs. Not thread
/// safe.
/// </summary>
public sealed class GraphPool : IDisposable
{
    private readonly InferenceSession _session;
    private readonly PoolLayout _layout;
    private readonly StreamRows[] _streams;
    private readonly Dictionary<string, OrtValue> _pools;

    /// <summary>Allocates the pools.</summary>
    /// <param name="session">A session of a pool graph on the CPU; it must outlive the pools.</param>
    /// <param name="states">The graph's states.</param>
    /// <param name="streams">Number of streams.</param>
    public GraphPool(InferenceSession session, IReadOnlyList<StreamState> states, int streams)
    {
        (_session, _layout) = (session, new(states));
        _streams = [.. Enumerable.Range(0, streams).Select(slot => new StreamRows(_layout, slot))];
        _pools = states.ToDictionary(s => s.Name, s =>
        {
            var pool = OrtValue.CreateAllocatedTensorValue(
                OrtAllocator.DefaultInstance,
                session.OutputMetadata[s.Name].ElementDataType,
                [_layout.GroupOf(s).Rows(streams), .. s.Shape]);
            pool.GetTensorMutableRawData().Clear();
            return pool;
        }, StringComparer.Ordinal);
    }

    /// <summary>Encodes the frames of a clip, uint8 RGB [frames, S, S, 3], as stream 0. Returns the outputs of each.</summary>
    public IEnumerable<IReadOnlyDictionary<string, float[]>> Play(byte[] clip)
    {
        var size = _session.InputMetadata[GraphTensors.Frames].Dimensions[1];
        foreach (var (n, frame) in clip.Chunk(size * size * 3).Index())
            yield return Step([new(0, frame, Starts: n == 0)])[0];
    }

    /// <summary>Encodes a frame of each of several streams in one run. Returns the outputs of each, without the states.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, float[]>> Step(IReadOnlyList<PoolFrame> frames)
    {
        var size = _session.InputMetadata[GraphTensors.Frames].Dimensions[1];
        var rows = new long[frames.Count * _layout.Columns];
        for (var i = 0; i < frames.Count; i++)
        {
            _streams[frames[i].Stream].Next(
                rows.AsSpan(i * _layout.Columns, _layout.Columns), frames[i].Starts, frames[i].Skipped);
        }
        using var pixels = OrtValue.CreateTensorValueFromMemory(frames.SelectMany(f => f.Pixels).ToArray(), [frames.Count, size, size, 3]);
        using var places = OrtValue.CreateTensorValueFromMemory(rows, [frames.Count, _layout.Columns]);
        using RunOptions run = new();
        using var binding = _session.CreateIoBinding();
        binding.BindInput(GraphTensors.Frames, pixels);
        if (_pools.Count > 0)
            binding.BindInput(GraphTensors.Rows, places);
        foreach (var (state, pool) in _pools)
        {
            binding.BindInput(GraphTensors.Pool(state), pool);
            binding.BindOutput(state, pool);
        }
        string[] names = [.. _session.OutputNames.Where(name => !_pools.ContainsKey(name))];
        foreach (var name in names)
            binding.BindOutputToDevice(name, OrtMemoryInfo.DefaultInstance);
        _session.RunWithBinding(run, binding);
        foreach (var frame in frames)
            _streams[frame.Stream].Written();
        using var outputs = binding.GetOutputValues();
        var bound = binding.GetOutputNames();
        return
        [
            .. Enumerable.Range(0, frames.Count).Select(row => names.ToDictionary(name => name, name =>
            {
                var values = outputs[Array.IndexOf(bound, name)].GetTensorDataAsSpan<float>();
                var width = values.Length / frames.Count;
                return values.Slice(row * width, width).ToArray();
            }, StringComparer.Ordinal)),
        ];
    }

    /// <summary>Frees the pools.</summary>
    public void Dispose()
    {
        foreach (var pool in _pools.Values)
            pool.Dispose();
    }
}

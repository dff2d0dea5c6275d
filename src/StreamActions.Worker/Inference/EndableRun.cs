// A run of a session that another thread can end.
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace StreamActions.Worker.Inference;

/// <summary>Runs sessions for one lane. Thread safe.</summary>
internal sealed class EndableRun : IDisposable
{
    private readonly RunOptions _options = new();
    private readonly Dictionary<int, RunOptions> _graphs = [];
    private readonly Lock _running = new(), _ending = new();
    private bool _terminated, _disposed;

    /// <summary>Runs a session on bound inputs and outputs, and waits until the outputs are written.</summary>
    /// <param name="session">The session.</param>
    /// <param name="binding">What it reads and writes.</param>
    /// <param name="graph">Number of the recorded CUDA graph that this run replays, or records; null: none.</param>
    /// <exception cref="ObjectDisposedException">This is disposed.</exception>
    public void Run(InferenceSession session, OrtIoBinding binding, int? graph = null)
    {
        using var running = _running.EnterScope();
        ObjectDisposedException.ThrowIf(_disposed, this);
        session.RunWithBinding(graph is { } number ? OptionsOf(number) : _options, binding);
        binding.SynchronizeBoundOutputs();   // on a GPU the copy of the outputs may still be under way
    }

    /// <summary>Ends a run that is under way, without waiting for it. No further run starts.</summary>
    public void Terminate()
    {
        // A lock of its own: the other one is held while a run is under way.
        lock (_ending)
        {
            if (_disposed)
                return;
            _terminated = true;
            _options.Terminate = true;
            foreach (var options in _graphs.Values)
                options.Terminate = true;
        }
    }

    /// <summary>Ends a run that is under way and waits for it. No further run starts.</summary>
    /// <returns>False when it had ended before.</returns>
    public bool End()
    {
        Terminate();
        using var running = _running.EnterScope();
        lock (_ending)
        {
            if (_disposed)
                return false;
            _disposed = true;
            _options.Dispose();
            foreach (var options in _graphs.Values)
                options.Dispose();
            return true;
        }
    }

    /// <inheritdoc cref="End"/>
    public void Dispose() => End();

    private RunOptions OptionsOf(int graph)
    {
        lock (_ending)
        {
            if (_graphs.TryGetValue(graph, out var options))
                return options;
            options = new() { Terminate = _terminated };
            options.AddRunConfigEntry("gpu_graph_id", graph.ToString(CultureInfo.InvariantCulture));
            _graphs.Add(graph, options);
            return options;
        }
    }
}

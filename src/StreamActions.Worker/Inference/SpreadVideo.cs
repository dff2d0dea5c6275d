// One model on several devices: views are spread evenly, and a view's stream stays on its device.
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Inference;

/// <summary>Runs a bundle's video graph on several sessions, one for each device. Takes them over. Thread safe.</summary>
/// <param name="devices">The sessions of each device; all have the same graph.</param>
/// <param name="manifest">Shapes of frames and outputs.</param>
internal sealed class SpreadVideo(IReadOnlyList<IOnnxVideo> devices, ModelManifest manifest) : IOnnxVideo, IWindowModel, IStreamModel
{
    private readonly Lock _lock = new();
    private readonly int[] _streams = new int[devices.Count];
    private int _lanes;

    /// <summary>Number of open streams by device.</summary>
    public IReadOnlyList<int> Streams
    {
        get
        {
            lock (_lock)
                return [.. _streams];
        }
    }

    /// <inheritdoc/>
    public IVideoEncoder Encoder(EncoderSettings settings) => devices[0] is IStreamModel
        ? new StreamingEncoder(this, manifest, settings)
        : new WindowedEncoder(this, manifest.Clip, settings);

    /// <summary>Runs the clips on the first device. The opening of the model checks each device before.</summary>
    public ClipOutputs RunClips(byte[] clips) => devices[0].RunClips(clips);

    /// <summary>Opens a stream on the device with the fewest.</summary>
    public IModelStream OpenStream()
    {
        int device;
        lock (_lock)
        {
            device = Array.IndexOf(_streams, _streams.Min());
            _streams[device]++;
        }
        try
        {
            return new SpreadStream(((IStreamModel)devices[device]).OpenStream(), device, () => Closed(device));
        }
        catch
        {
            Closed(device);
            throw;
        }
    }

    /// <summary>Opens a lane of windows. Lanes take turns on the devices.</summary>
    IModelLane IWindowModel.OpenLane(int maxBatch) => ((IWindowModel)devices[NextDevice()]).OpenLane(maxBatch);

    /// <summary>Opens a lane of streams, which has a lane on each device.</summary>
    IStreamLane IStreamModel.OpenLane(int maxBatch) =>
        new SpreadLane([.. devices.Select(d => ((IStreamModel)d).OpenLane(maxBatch))], maxBatch, NextDevice(), manifest);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var device in devices)
            device.Dispose();
    }

    private int NextDevice()
    {
        lock (_lock)
            return _lanes++ % devices.Count;
    }

    private void Closed(int device)
    {
        lock (_lock)
            _streams[device]--;
    }
}

/// <summary>A stream of a device.</summary>
/// <param name="stream">The device's own.</param>
/// <param name="device">The device's place in the list.</param>
/// <param name="closed">Called when it is disposed.</param>
internal sealed class SpreadStream(IModelStream stream, int device, Action closed) : IModelStream
{
    private int _disposed;

    /// <summary>The device's place in the list.</summary>
    public int Device => device;

    /// <summary>The device's own stream.</summary>
    public IModelStream Stream => stream;

    /// <inheritdoc/>
    public void Interrupt() => stream.Interrupt();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        stream.Dispose();
        closed();
    }
}

/// <summary>
/// Runs the part of a batch that belongs to each device, one device after the other. Each lane begins with another device, and there are as
/// many lanes as devices, so all devices are busy.
/// </summary>
/// <param name="lanes">A lane of each device.</param>
/// <param name="maxBatch">Most streams in one call.</param>
/// <param name="first">The device with which it begins.</param>
/// <param name="manifest">Widths of the outputs.</param>
internal sealed class SpreadLane(IReadOnlyList<IStreamLane> lanes, int maxBatch, int first, ModelManifest manifest) : IStreamLane
{
    private readonly List<StreamInput> _part = [];
    private readonly List<int> _places = [];
    private readonly float[] _embeddings = new float[maxBatch * manifest.EmbeddingWidth];
    private readonly float[] _logits = new float[maxBatch * manifest.Labels.Count];

    /// <inheritdoc/>
    public BatchOutput Run(IReadOnlyList<StreamInput> inputs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(inputs.Count, maxBatch);
        var (width, classes) = (manifest.EmbeddingWidth, manifest.Labels.Count);
        for (var n = 0; n < lanes.Count; n++)
        {
            var device = (first + n) % lanes.Count;
            _part.Clear();
            _places.Clear();
            for (var i = 0; i < inputs.Count; i++)
            {
                var stream = (SpreadStream)inputs[i].Stream;
                if (stream.Device != device)
                    continue;
                _part.Add(inputs[i] with { Stream = stream.Stream });
                _places.Add(i);
            }
            if (_part.Count == 0)
                continue;
            var output = lanes[device].Run(_part);
            for (var i = 0; i < _places.Count; i++)
            {
                output.Embedding(i).Span.CopyTo(_embeddings.AsSpan(_places[i] * width));
                output.ClassLogits(i).Span.CopyTo(_logits.AsSpan(_places[i] * classes));
            }
        }
        return new(_embeddings, _logits, width, classes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var lane in lanes)
            lane.Dispose();
    }
}

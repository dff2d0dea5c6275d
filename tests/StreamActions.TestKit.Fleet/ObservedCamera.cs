// Observations of one camera of a fleet.
using System.Runtime.CompilerServices;
using StreamActions.Video;
using StreamActions.Worker.Cameras;

namespace StreamActions.TestKit.Fleet;

/// <summary>Counts the frames of a camera and records its states.</summary>
internal sealed class ObservedCamera
{
    private readonly Lock _lock = new();
    private readonly HashSet<(int Width, int Height)> _sizes = [];
    private readonly List<CameraStatus> _course = [];
    private volatile FfmpegSource? _reader;
    private long _frames;

    /// <summary>Frames so far, over all openings.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    /// <summary>The reader's process id while it runs.</summary>
    public int? ReaderProcessId => _reader?.ReaderProcessId;

    /// <summary>The sizes of the frames.</summary>
    public IReadOnlyCollection<(int Width, int Height)> Sizes
    {
        get
        {
            lock (_lock)
                return [.. _sizes];
        }
    }

    /// <summary>Its states in order, without repetitions.</summary>
    public IReadOnlyList<CameraStatus> Course
    {
        get
        {
            lock (_lock)
                return [.. _course];
        }
    }

    /// <summary>Records its present state.</summary>
    public void Look(CameraStatus status)
    {
        lock (_lock)
        {
            if (_course.Count == 0 || _course[^1] != status)
                _course.Add(status);
        }
    }

    /// <summary>Wraps a source for the worker.</summary>
    public IFrameSource Observe(IFrameSource source)
    {
        _reader = source as FfmpegSource;
        return new Observed(this, source);
    }

    private void Note(Frame frame)
    {
        Interlocked.Increment(ref _frames);
        lock (_lock)
            _sizes.Add((frame.Width, frame.Height));
    }

    private sealed class Observed(ObservedCamera camera, IFrameSource source) : IFrameSource
    {
        public async IAsyncEnumerable<Frame> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (var frame in source.ReadAsync(cancellation))
            {
                camera.Note(frame);
                yield return frame;
            }
        }

        public long DroppedFrames => source.DroppedFrames;

        public long DecodeErrors => source.DecodeErrors;

        public ValueTask DisposeAsync() => source.DisposeAsync();
    }
}

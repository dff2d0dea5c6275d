// Reads capture devices, and recordings without ffmpeg, with OpenCV in this process.
using System.Globalization;
using System.Runtime.CompilerServices;
using OpenCvSharp;

namespace StreamActions.Video;

/// <summary>
/// Reads a device (index or <c>/dev/videoN</c>), a recording or a stream with OpenCV, on its own thread, with the time rules of
/// <see cref="FfmpegSource"/>. Streams need an OpenCV runtime with network support; the default runtime has none.
/// </summary>
/// <remarks>
/// A read that hangs in a driver cannot be stopped. After the deadline the source fails, and its thread ends when the driver returns.
/// Disposing waits for that. A caller that cannot wait must not open the device again before the task has ended.
/// </remarks>
public sealed class OpenCvSource : IFrameSource
{
    private readonly SourceOptions _options;
    private readonly TimeProvider _time;
    private readonly FrameDelivery _delivery;
    private volatile bool _stopped;

    /// <summary>Creates a source. <see cref="ReadAsync"/> opens it.</summary>
    /// <exception cref="ArgumentException">An option is out of bounds.</exception>
    public OpenCvSource(SourceOptions options, TimeProvider time)
    {
        options.Check();
        OpenCvRuntime.Restrict();
        (_options, _time) = (options, time);
        _delivery = new FrameDelivery(options, time);
    }

    /// <summary>Frames of a live source that were dropped because the consumer was too slow.</summary>
    public long DroppedFrames => _delivery.Queue.Dropped;

    /// <inheritdoc/>
    public async IAsyncEnumerable<Frame> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        if (_options.Kind == SourceKind.Stream)
            OpenCvRuntime.CheckNetwork();
        else if (!File.Exists(_options.Kind == SourceKind.Device ? DevicePath : _options.Address))
        {
            var what = _options.Kind == SourceKind.File ? "file (only reader: ffmpeg reads a folder)" : "device";
            throw new SourceException(SourceFailure.NotFound, $"{_options.Shown}: no such {what}");
        }
        if (_options.Kind == SourceKind.File)
            RecordingFiles.Check(_options.Address, _options.Shown);
        _delivery.Start("reader " + _options.Shown, ReadAll);
        try
        {
            await foreach (var frame in _delivery.DeliverAsync(cancellation).ConfigureAwait(false))
                yield return frame;
        }
        finally
        {
            _stopped = true;
        }
    }

    /// <summary>Stops reading and waits for the end of the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopped = true;
        await _delivery.StopAsync().ConfigureAwait(false);
    }

    private string DevicePath =>
        int.TryParse(_options.Address, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? $"/dev/video{index}"
            : _options.Address;

    private void ReadAll()
    {
        long index = 0;
        while (true)
        {
            var before = index;
            ReadOnce(ref index);
            if (_stopped || !_options.Loop || index == before)
                return;
        }
    }

    private void ReadOnce(ref long index)
    {
        var first = index;
        using var silence = new SilenceDeadline(_time, () => _delivery.Queue.Complete(TimedOut()));
        silence.Arm(_options.Deadlines.Start);
        using var capture = Open();
        if (!capture.IsOpened())
        {
            throw _options.Kind == SourceKind.File
                ? new SourceException(SourceFailure.Unsupported,
                    $"{_options.Shown}: OpenCV cannot open this file; it must be a recording, not a playlist or a picture")
                : new SourceException(SourceFailure.Refused, $"{_options.Shown}: OpenCV cannot open this source");
        }
        using Mat picture = new(), small = new();
        var began = _time.GetTimestamp();
        var shownFor = capture.Fps is > 0 and < 1000 and var fps ? 1 / fps : 1 / 25.0;
        long next = 0;
        while (!_stopped && !silence.Expired && capture.Grab())
        {
            // Recording: the picture on display at each sample time, repeated if necessary. Live: the first picture at or after it.
            var due = _options.Kind == SourceKind.File
                ? (long)Math.Ceiling((capture.Get(VideoCaptureProperties.PosMsec) / 1000 + shownFor) * _options.SampleFps - 1e-3)
                : (long)Math.Floor(_time.GetElapsedTime(began).TotalSeconds * _options.SampleFps) + 1;
            if (due <= next)
                continue;
            if (!capture.Retrieve(picture) || picture.Empty())
                break;
            silence.Disarm();
            var repeats = _options.Kind == SourceKind.File ? due - next : 1;
            for (; repeats > 0; repeats--)
            {
                if (!_delivery.Queue.Post(Convert(picture, small, index++)))
                    return;
            }
            next = due;
            silence.Arm(_options.Deadlines.Steady);
        }
        if (_stopped || silence.Expired)
            return;
        if (index == first)
            throw new SourceException(SourceFailure.Unsupported, $"{_options.Shown}: none of its pictures can be decoded");
        if (_options.Kind != SourceKind.File)
            throw new SourceException(SourceFailure.Ended, $"{_options.Shown}: the source sends no more pictures");
    }

    private VideoCapture Open()
    {
        // The path may be a stable one (/dev/v4l/by-id/…).
        if (_options.Kind == SourceKind.Device)
            return new VideoCapture(DevicePath, VideoCaptureAPIs.V4L2);
        // OpenCvSharp has no names for these: time-out to open (ms), time-out of a read (ms), decoder threads.
        if (_options.Kind == SourceKind.Stream)
        {
            return new VideoCapture(_options.Address, VideoCaptureAPIs.FFMPEG,
                [53, (int)_options.Deadlines.Start.TotalMilliseconds, 54, (int)_options.Deadlines.Steady.TotalMilliseconds, 70, 1]);
        }
        return new VideoCapture(_options.Address, VideoCaptureAPIs.FFMPEG);
    }

    private unsafe Frame Convert(Mat picture, Mat small, long index)
    {
        if ((long)picture.Width * picture.Height > _options.MaxPixels)
        {
            throw new SourceException(SourceFailure.Unsupported,
                $"{_options.Shown}: its pictures of {picture.Width}x{picture.Height} are larger than allowed");
        }
        var (width, height) = Fit(picture.Width, picture.Height);
        var fitted = picture;
        if (width != picture.Width || height != picture.Height)
        {
            Cv2.Resize(picture, small, new Size(width, height), 0, 0, InterpolationFlags.Area);
            fitted = small;
        }
        var frame = _delivery.Rent(width, height, index);
        fixed (byte* pixels = frame.Pixels)
        {
            using var rgb = Mat.FromPixelData(height, width, MatType.CV_8UC3, (nint)pixels, width * 3L);
            Cv2.CvtColor(fitted, rgb, ColorConversionCodes.BGR2RGB);
        }
        return frame;
    }

    /// <summary>The same rule as in <see cref="ReaderCommand"/>: inside the limits, even, never enlarged.</summary>
    private (int Width, int Height) Fit(int width, int height)
    {
        var ratio = Math.Min(1, Math.Min((double)_options.MaxWidth / width, (double)_options.MaxHeight / height));
        static int Even(double side) => Math.Max(2, (int)(side / 2 + 0.25) * 2);
        return (Even(width * ratio), Even(height * ratio));
    }

    private SourceException TimedOut() => new(SourceFailure.TimedOut, $"{_options.Shown}: no picture before the deadline");
}

// Streams and recordings, read by one ffmpeg child that decodes, samples and scales.
using System.Runtime.CompilerServices;

namespace StreamActions.Video;

/// <summary>
/// Reads a stream or a recording with an <c>ffmpeg</c> child process: killable, isolated, patched by the distribution.
/// </summary>
/// <remarks>
/// Stream: the child is always drained; when frames are not taken in time the oldest is dropped and counted. A frame's time is its arrival.
/// Recording: no frame is dropped; frame k has the time (start of the recording + k / SampleFps), going on over loops, the same on every run. In a
/// folder of recordings this holds from each file's beginning, which is the end of the one before.
/// </remarks>
public sealed class FfmpegSource : IFrameSource
{
    private readonly SourceOptions _options;
    private readonly TimeProvider _time;
    private readonly FrameDelivery _delivery;
    private readonly AddressRedactor _redactor;
    private readonly Lock _lock = new();
    private ReaderProcess? _child;
    private long _decodeErrors;
    private bool _stopped;

    // Of the reading thread: the next frame's number; of a folder's file being read, its first frame and when it began; whether hardware is to decode.
    private long _index, _firstOfFile;
    private TimeSpan _fileBegan;
    private bool _withHardware = true;

    /// <summary>Prepares; nothing is started before <see cref="ReadAsync"/>.</summary>
    /// <exception cref="ArgumentException">An option is out of its bounds, or the kind is a device.</exception>
    public FfmpegSource(SourceOptions options, TimeProvider time)
    {
        options.Check();
        if (options.Kind == SourceKind.Device)
            throw new ArgumentException("a device is read by OpenCvSource");
        (_options, _time) = (options, time);
        _redactor = new AddressRedactor(options.Address, options.Kind);
        _delivery = new FrameDelivery(options, time);
        _ = ReaderCommand.For(options);
    }

    /// <summary>Frames of a live stream that were dropped because nobody took them in time.</summary>
    public long DroppedFrames => _delivery.Queue.Dropped;

    /// <inheritdoc/>
    public long DecodeErrors => Interlocked.Read(ref _decodeErrors);

    /// <summary>The child's process id while it runs.</summary>
    public int? ReaderProcessId
    {
        get
        {
            lock (_lock)
                return _child?.Id;
        }
    }

    /// <summary>The full path of the reader program.</summary>
    /// <exception cref="SourceException">It is not installed; the message says how to install it.</exception>
    public static string FindReader(string reader = "ffmpeg") => ReaderProcess.FindReader(reader);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Frame> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        if (_options.Kind == SourceKind.File && !Path.Exists(_options.Address))
            throw new SourceException(SourceFailure.NotFound, $"{_options.Shown}: no such file or folder");
        _delivery.Start("reader " + _options.Shown, ReadAll);
        try
        {
            await foreach (var frame in _delivery.DeliverAsync(cancellation).ConfigureAwait(false))
                yield return frame;
        }
        finally
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Kills the child and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _stopped = true;
            _child?.Kill();
        }
        await _delivery.StopAsync().ConfigureAwait(false);
    }

    /// <summary>The reading thread: one child after the other, until the source ends.</summary>
    private void ReadAll()
    {
        // Rented: a camera that is opened again and again would leave a megabyte behind each time, for a collection that seldom comes.
        var bytes = _options.MaxWidth * _options.MaxHeight * 4;
        var rented = PictureBuffers.Pool.Rent(bytes);
        try
        {
            ReadAll(rented.AsMemory(0, bytes));
        }
        finally
        {
            PictureBuffers.Pool.Return(rented);
        }
    }

    private void ReadAll(Memory<byte> buffer)
    {
        var folder = _options.Kind == SourceKind.File && RecordingFiles.IsFolder(_options.Address);
        while (true)
        {
            var before = _index;
            if (folder)
                ReadFolder(buffer);
            else
                ReadOnce(buffer, null);
            if (_stopped || !_options.Loop || _index == before)
                return;
        }
    }

    /// <summary>Each file begins when the one before it is over; one that cannot be read is told, and left out.</summary>
    private void ReadFolder(Memory<byte> buffer)
    {
        SourceException? failure = null;
        var before = _index;
        foreach (var path in RecordingFiles.Of(_options.Address))
        {
            _firstOfFile = _index;
            TimeSpan? duration = null;
            try
            {
                duration = ReadOnce(buffer, path);
            }
            catch (SourceException e) when (e.Failure is not SourceFailure.ReaderMissing)
            {
                failure = e;
                _options.OnDegraded?.Invoke(e.Failure, $"{e.Message}; the next file is read");
            }
            if (_stopped)
                return;
            // Never before what was seen of it: some recordings say too little.
            var seen = _options.TimeOf(_index - _firstOfFile);
            _fileBegan += duration is { } said && said > seen - _options.TimeOf(1) ? said : seen;
        }
        if (_index == before)
            throw failure ?? new SourceException(SourceFailure.NotFound, $"{_options.Shown}: there is no recording in this folder");
    }

    /// <summary>Reads with one child to its end, and once more without hardware that cannot be had.</summary>
    /// <returns>How long a file of a folder says it is.</returns>
    private TimeSpan? ReadOnce(Memory<byte> buffer, string? path)
    {
        try
        {
            return ReadChild(buffer, path);
        }
        catch (SourceException e) when (e.Failure == SourceFailure.NoHardware && _withHardware)
        {
            _withHardware = false;
            _options.OnDegraded?.Invoke(e.Failure, $"{e.Message}; the processor decodes");
            return ReadChild(buffer, path);
        }
    }

    private TimeSpan? ReadChild(Memory<byte> buffer, string? path)
    {
        ReaderProcess child;
        lock (_lock)
        {
            if (_stopped)
                return null;
            var options = _withHardware ? _options : _options with { Hardware = "none" };
            child = _child = ReaderProcess.Start(_options.Reader, ReaderCommand.For(options, path), _redactor, Heard);
        }
        try
        {
            using var silence = new SilenceDeadline(_time, child.Kill);
            var first = _index;
            while (Fill(child.Output, buffer, silence, _index == first ? _options.Deadlines.Start : _options.Deadlines.Steady))
            {
                if (!_delivery.Queue.Post(Unpack(buffer.Span, path is not null)))
                    return null;
            }
            if (_stopped)
                return null;
            var framesSeen = _index > first;
            if (silence.Expired)
                throw TimedOut(framesSeen);
            var (exitCode, printed) = child.WaitForEnd();
            // The end of a recording is its end; a stream has none.
            if (_options.Kind == SourceKind.File && exitCode == 0 && framesSeen)
                return child.Duration;
            throw ReaderFailure.Describe(path ?? _options.Shown, _options.Kind, framesSeen, exitCode, printed);
        }
        finally
        {
            lock (_lock)
                _child = null;
            child.Dispose();
        }
    }

    private void Heard(string line)
    {
        if (Video.DecodeErrors.IsOne(line))
            Interlocked.Increment(ref _decodeErrors);
    }

    /// <summary>Reads one whole picture; false at the end of the child's output.</summary>
    private static bool Fill(Stream output, Memory<byte> buffer, SilenceDeadline silence, TimeSpan wait)
    {
        silence.Arm(wait);
        try
        {
            return output.ReadAtLeast(buffer.Span, buffer.Length, throwOnEndOfStream: false) == buffer.Length;
        }
        catch (IOException)
        {
            return false;
        }
        finally
        {
            silence.Disarm();
        }
    }

    private Frame Unpack(ReadOnlySpan<byte> buffer, bool ofFolder)
    {
        var (width, height) = RgbaPicture.SizeOf(buffer, _options.MaxWidth, _options.MaxHeight);
        if (width == 0 || height == 0)
            throw new SourceException(SourceFailure.Other, $"{_options.Shown}: the reader sent a picture without a size");
        var frame = _delivery.Rent(width, height, _index, ofFolder ? _fileBegan + _options.TimeOf(_index - _firstOfFile) : null);
        _index++;
        RgbaPicture.CopyRgb(buffer, _options.MaxWidth, frame.Pixels, width, height);
        return frame;
    }

    private SourceException TimedOut(bool framesSeen) => new(
        SourceFailure.TimedOut,
        framesSeen
            ? $"{_options.Shown}: no frame for {_options.Deadlines.Steady.TotalSeconds:0.#} s"
            : $"{_options.Shown}: no first frame within {_options.Deadlines.Start.TotalSeconds:0.#} s");
}

// Reads streams and recordings with an ffmpeg child that decodes, samples and scales.
using System.Runtime.CompilerServices;

namespace StreamActions.Video;

/// <summary>
/// Reads a stream or a recording with an <c>ffmpeg</c> child process. A hanging child can be killed, a crash stays in the child, and the
/// distribution provides its security updates.
/// </summary>
/// <remarks>
/// Stream: the source always drains the child. If the consumer is slow, the source drops the oldest frame and counts it. A frame's
/// time is the stream's own clock, anchored to arrival (<see cref="LiveTimes"/>). Recording: no frame is dropped. Frame k has the time
/// start + k / SampleFps. Loops continue this time, and every run gives the same times. In a folder, each file begins at the end of the
/// previous one.
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

    // Used only by the reading thread: number of the next frame; first frame and start time of the current file in a folder.
    private long _index, _firstOfFile;
    private TimeSpan _fileBegan;

    // What is left of the patience for the first frame. Set by the reading thread, taken once by the deadline.
    private TimeSpan _patience;

    // Why the reading thread, or the thread of the child's messages, stopped the child to start it with other options.
    private volatile string? _restart;

    /// <summary>Creates a source. <see cref="ReadAsync"/> starts the child.</summary>
    /// <exception cref="ArgumentException">An option is out of bounds, or the kind is a device.</exception>
    public FfmpegSource(SourceOptions options, TimeProvider time)
    {
        options.Check();
        if (options.Kind == SourceKind.Device)
            throw new ArgumentException("ffmpeg cannot read a device; use OpenCvSource");
        (_options, _time) = (options, time);
        _redactor = options.Redactor();
        _delivery = new FrameDelivery(options, time);
        _ = ReaderCommand.For(options);
    }

    /// <summary>Frames of a live stream that were dropped because the consumer was too slow.</summary>
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
    /// <exception cref="SourceException">The reader is not installed. The message names the package.</exception>
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

    /// <summary>Kills the child and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _stopped = true;
            _child?.Kill();
        }
        await _delivery.StopAsync().ConfigureAwait(false);
    }

    /// <summary>The reading thread: starts one child after another until the source ends.</summary>
    private void ReadAll()
    {
        // From the pool: a camera that reopens often would otherwise leave a megabyte of garbage each time.
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

    /// <summary>Each file begins at the end of the previous one. A file that cannot be read is reported and skipped.</summary>
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
                _options.OnDegraded?.Invoke(e.Failure, $"{e.Message}; reading the next file");
            }
            if (_stopped)
                return;
            // The header's duration, unless it is shorter than the frames read by a sample interval or more: some headers are wrong.
            var seen = _options.TimeOf(_index - _firstOfFile);
            _fileBegan += duration is { } stated && stated > seen - _options.TimeOf(1) ? stated : seen;
        }
        if (_index == before)
            throw failure ?? new SourceException(SourceFailure.NotFound, $"{_options.Shown}: this folder contains no recordings");
    }

    /// <summary>Reads with one child to its end. When the child finds out that the source needs other options, it starts again with them.
    /// </summary>
    /// <returns>The recording's duration from its header; null if unknown.</returns>
    private TimeSpan? ReadOnce(Memory<byte> buffer, string? path)
    {
        while (true)
        {
            _restart = null;
            try
            {
                var duration = ReadChild(buffer, path);
                if (_restart is null || _stopped)
                    return duration;
            }
            catch (SourceException e) when (e.Failure == SourceFailure.NoHardware && !_options.Findings.WithoutHardware)
            {
                _options.Findings.WithoutHardware = true;
                _options.OnDegraded?.Invoke(e.Failure, $"{e.Message}; decoding on the CPU");
            }
        }
    }

    private TimeSpan? ReadChild(Memory<byte> buffer, string? path)
    {
        var shown = path is null ? _options.Shown : _redactor.Redact(path);
        if (_options.Kind == SourceKind.File)
            RecordingFiles.Check(path ?? _options.Address, shown);
        // The arguments of a child are public. A path with a hidden value is given as the number of an open file.
        using var hidden = _options.Kind == SourceKind.File && _options.HiddenValues.Count > 0
            ? RecordingFiles.Open(path ?? _options.Address, shown)
            : null;
        ReaderProcess child;
        lock (_lock)
        {
            if (_stopped)
                return null;
            var command = ReaderCommand.For(_options, RecordingFiles.NameOf(hidden) ?? path);
            child = _child = ReaderProcess.Start(_options.Reader, command, OnReaderLine);
        }
        try
        {
            _patience = _options.Deadlines.Patience - _options.Deadlines.Start;
            using var silence = new SilenceDeadline(_time, child.Kill, () => MoreTime(child));
            var (first, began) = (_index, _time.GetTimestamp());
            FrameRhythm rhythm = new(_options.Deadlines);
            LiveTimes? times = _options.Kind == SourceKind.Stream ? new(_options, _time) : null;
            while (Fill(child.Output, buffer, silence, _index == first ? _options.Deadlines.Start : rhythm.Next.Steady))
            {
                _patience = TimeSpan.Zero;
                rhythm.Frame(_time.GetElapsedTime(began));
                var delay = times?.Take(child) ?? TimeSpan.Zero;
                if (!_delivery.Queue.Post(Unpack(buffer.Span, path is not null, delay)))
                    return null;
                if (times is { ClockIsWrong: true })
                {
                    _restart = "clock";
                    return null;
                }
            }
            if (_stopped || _restart is not null)
                return null;
            var framesSeen = _index > first;
            if (silence.Expired)
                throw TimedOut(shown, framesSeen ? rhythm.Next.Steady : null, child.KnowsInput);
            var (exitCode, printed) = child.WaitForEnd();
            // A recording may end; the end of a stream is a failure.
            if (_options.Kind == SourceKind.File && exitCode == 0 && framesSeen)
                return child.Duration;
            if (_options.SnapshotEvery is not null && exitCode == 0 && _index - first == ReaderCommand.SnapshotsOfAReader)
            {
                _restart = "snapshots";
                return null;
            }
            if (exitCode == 0 && ReaderFailure.NoStream(_options, _index - first, times?.ReadAtRate ?? 1) is { } noStream)
                throw noStream;
            throw ReaderFailure.Describe(
                shown, _options.Kind, framesSeen, exitCode, printed, _redactor, _options.Transport);
        }
        finally
        {
            lock (_lock)
                _child = null;
            child.Dispose();
        }
    }

    private void OnReaderLine(string line)
    {
        if (Video.DecodeErrors.IsDecodeError(line))
            Interlocked.Increment(ref _decodeErrors);
        // ffmpeg names the format that it has found, before the first frame.
        if (_options.Kind != SourceKind.Stream || _options.Findings.Segmented || !line.StartsWith("[hls @", StringComparison.Ordinal))
            return;
        _options.Findings.Segmented = true;
        _restart = "segments";
        lock (_lock)
            _child?.Kill();
    }

    /// <summary>Reads one complete picture; false at the end of the child's output.</summary>
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

    private Frame Unpack(ReadOnlySpan<byte> buffer, bool ofFolder, TimeSpan delay)
    {
        var (width, height) = RgbaPicture.SizeOf(buffer, _options.MaxWidth, _options.MaxHeight);
        if (width == 0 || height == 0)
            throw new SourceException(SourceFailure.Other, $"{_options.Shown}: the reader sent a picture without a size");
        var frame = _options.Kind == SourceKind.Stream
            ? _delivery.RentLive(width, height, _index, _time.GetTimestamp(), delay)
            : _delivery.Rent(width, height, _index, ofFolder ? _fileBegan + _options.TimeOf(_index - _firstOfFile) : null);
        _index++;
        RgbaPicture.CopyRgb(buffer, _options.MaxWidth, frame.Pixels, width, height);
        return frame;
    }

    // Asked when the first frame is late. A stream that has answered may send data for a minute before its first key frame; ffmpeg itself
    // ends when no data arrives.
    private TimeSpan MoreTime(ReaderProcess child)
    {
        var more = child.KnowsInput ? _patience : TimeSpan.Zero;
        _patience = TimeSpan.Zero;
        return more;
    }

    private SourceException TimedOut(string shown, TimeSpan? steady, bool answered)
    {
        var waited = (steady ?? (answered ? _options.Deadlines.Patience : _options.Deadlines.Start)).TotalSeconds;
        return new(SourceFailure.TimedOut, (steady, answered) switch
        {
            (not null, _) => FormattableString.Invariant($"{shown}: no frame for {waited:0.#} s"),
            (_, true) => FormattableString.Invariant(
                $"{shown}: the stream answers, but no first frame within {waited:0.#} s: raise start-timeout"),
            _ => FormattableString.Invariant($"{shown}: no first frame within {waited:0.#} s"),
        });
    }
}

// An ffmpeg child process. It never outlives this process.
using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace StreamActions.Video;

/// <summary>
/// A child process that writes frames to its standard output. Start it on a thread that lives at least as long as the child: the kernel
/// kills the child when that thread ends, and so also after a kill -9 of this process.
/// </summary>
internal sealed partial class ReaderProcess : IDisposable
{
    private const int KeptLines = 100, LongestLine = 8192;

    // The reader prints a frame's stamp before it writes the frame.
    private static readonly TimeSpan StampTimeout = TimeSpan.FromSeconds(1);

    // The last three select a graphics card.
    private static readonly string[] KeptVariables =
        ["PATH", "LD_LIBRARY_PATH", "HOME", "LIBVA_DRIVER_NAME", "LIBVA_DRIVERS_PATH", "CUDA_VISIBLE_DEVICES"];

    private readonly Process _process;
    private readonly Thread _listener;
    private readonly Queue<string> _printed = new();
    private readonly Action<string>? _onLine;
    private readonly BlockingCollection<TimeSpan?> _stamps = [];
    private volatile bool _hasClock = true;
    private volatile bool _knowsInput;
    private TimeSpan? _duration;

    private ReaderProcess(Process process, Action<string>? onLine)
    {
        (_process, _onLine) = (process, onLine);
        // A thread of its own: a blocked pool thread for each camera would starve the thread pool.
        _listener = new Thread(Listen, 256 * 1024) { IsBackground = true, Name = "reader messages" };
        _listener.Start();
    }

    /// <summary>The child's process id.</summary>
    public int Id => _process.Id;

    /// <summary>The standard output of the child: the frames.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Starts the reader.</summary>
    /// <param name="reader">The program.</param>
    /// <param name="command">Its arguments and script.</param>
    /// <param name="onLine">
    /// Called with each line of its standard error, which may have secrets, but the times of frames, on a separate thread.
    /// </param>
    /// <exception cref="SourceException">The program is missing or cannot be started.</exception>
    public static ReaderProcess Start(string reader, ReaderCommand command, Action<string>? onLine = null)
    {
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        // setsid: Ctrl-C in a terminal goes to this process, not to its children. setpriv: the child dies with its parent and gains no
        // privileges. Both end in exec, so the process id stays the same. Without them, the broken pipes end the reader a moment later.
        if (ProgramPath("setsid") is { } setsid && ProgramPath("setpriv") is { } setpriv)
        {
            start.FileName = setsid;
            foreach (var argument in (string[])[setpriv, "--pdeathsig", "KILL", "--no-new-privs", "--", FindReader(reader)])
                start.ArgumentList.Add(argument);
        }
        else
        {
            start.FileName = FindReader(reader);
        }
        foreach (var argument in command.Arguments)
            start.ArgumentList.Add(argument);
        // Our environment holds secrets, and the reader needs no other variable. (FFREPORT would write the address into a log file.)
        foreach (var name in start.Environment.Keys.Where(name => !KeptVariables.Contains(name)).ToArray())
            start.Environment.Remove(name);

        Process process;
        try
        {
            process = Process.Start(start) ?? throw new InvalidOperationException("no process was started");
        }
        catch (Win32Exception e)
        {
            throw new SourceException(SourceFailure.ReaderMissing, $"{reader} cannot be started: {e.Message}", e);
        }
        var child = new ReaderProcess(process, onLine);
        try
        {
            process.StandardInput.Write(command.Script);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The child ended before it read the script. Its standard error has the reason.
        }
        return child;
    }

    /// <summary>The full path of the reader.</summary>
    /// <exception cref="SourceException">The reader is not installed.</exception>
    public static string FindReader(string reader) => ProgramPath(reader)
        ?? throw new SourceException(
            SourceFailure.ReaderMissing, $"{reader} is not installed (it reads streams and recordings); apt-get install ffmpeg");

    /// <summary>The length in the header of the recording, known after the end of the child; null when the header has none.</summary>
    public TimeSpan? Duration => _duration;

    /// <summary>Whether the source has answered, and the reader knows the format of its pictures.</summary>
    public bool KnowsInput => _knowsInput;

    /// <summary>False when the format of the stream has no clock: ffmpeg then stamps its pictures in 1/25 s. Known with the first frame.
    /// </summary>
    public bool HasClock => _hasClock;

    /// <summary>Takes the stamp of the next frame, in order; null when the frame has none or the reader does not print it.</summary>
    public TimeSpan? TakeStamp()
    {
        if (!_hasClock)
            return null;
        if (_stamps.TryTake(out var stamp, StampTimeout))
            return stamp;
        // A reader that prints no stamps. Do not wait for the next ones.
        _hasClock = false;
        return null;
    }

    /// <summary>Kills the child; its output then ends.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // The child has ended already.
        }
    }

    /// <summary>Waits for the end of the child and of its messages. Call it after the end of its output.</summary>
    /// <returns>The exit code and the last messages as printed: they may have secrets.</returns>
    public (int ExitCode, IReadOnlyList<string> Printed) WaitForEnd()
    {
        _process.WaitForExit();
        _listener.Join();
        return (_process.ExitCode, [.. _printed]);
    }

    /// <summary>Kills the child if it still runs, and reaps it.</summary>
    public void Dispose()
    {
        Kill();
        WaitForEnd();
        // Process.Dispose does not close streams that were used: the pipes would stay open until the next garbage collection.
        _process.StandardOutput.Dispose();
        _process.StandardError.Dispose();
        _process.Dispose();
        _stamps.Dispose();
    }

    private static string? ProgramPath(string program)
    {
        if (program.Contains('/', StringComparison.Ordinal))
            return File.Exists(program) ? program : null;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    private void Listen()
    {
        try
        {
            // Always read to the end: a full pipe would stop the child.
            while (_process.StandardError.ReadLine() is { } line)
            {
                if (line.Contains("[info]", StringComparison.Ordinal))
                {
                    NoteInfo(line);
                    continue;
                }
                if (_printed.Count == KeptLines)
                    _printed.Dequeue();
                _onLine?.Invoke(line);
                _printed.Enqueue(line.Length > LongestLine ? line[..LongestLine] : line);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The pipe broke with the child.
        }
    }

    private void NoteInfo(string line)
    {
        if (line.StartsWith("[Parsed_metadata", StringComparison.Ordinal))
        {
            if (_hasClock && SampleFilter.PrintedStamp(line, out var stamp))
                _stamps.Add(stamp);
            return;
        }
        if (!_knowsInput && line.Contains(" Video: ", StringComparison.Ordinal))
        {
            _knowsInput = true;
            _hasClock = !line.Contains(", 25 tbn", StringComparison.Ordinal);
        }
        NoteDuration(line);
        _onLine?.Invoke(line);
    }

    private void NoteDuration(string line)
    {
        if (PrintedDuration().Match(line) is { Success: true } found
            && TimeSpan.TryParse(found.Groups["time"].Value, CultureInfo.InvariantCulture, out var duration))
            _duration ??= duration;
    }

    [GeneratedRegex(@"\bDuration: (?<time>\d{2,}:\d\d:\d\d\.\d+)")]
    private static partial Regex PrintedDuration();
}

// One ffmpeg child: started, fed its script, listened to, and gone when we are.
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace StreamActions.Video;

/// <summary>
/// A child process that writes frames to its standard output. Start it on a thread that lives at least as long as the child: the kernel
/// kills the child when that thread ends (which also covers a kill -9 of this process).
/// </summary>
internal sealed partial class ReaderProcess : IDisposable
{
    private const int KeptLines = 100;

    // The last three choose among graphics cards.
    private static readonly string[] KeptVariables = ["PATH", "LD_LIBRARY_PATH", "HOME", "LIBVA_DRIVER_NAME", "LIBVA_DRIVERS_PATH", "CUDA_VISIBLE_DEVICES"];

    private readonly Process _process;
    private readonly Thread _listener;
    private readonly Queue<string> _printed = new();
    private readonly AddressRedactor _redactor;
    private TimeSpan? _duration;

    private readonly Action<string>? _heard;

    private ReaderProcess(Process process, AddressRedactor redactor, Action<string>? heard)
    {
        (_process, _redactor, _heard) = (process, redactor, heard);
        // Its own thread: pool threads blocked on pipes, one a camera, would starve everything else.
        _listener = new Thread(Listen, 256 * 1024) { IsBackground = true, Name = "reader messages" };
        _listener.Start();
    }

    /// <summary>The child's process id.</summary>
    public int Id => _process.Id;

    /// <summary>Where the frames come from.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Starts the reader.</summary>
    /// <param name="reader">The program.</param>
    /// <param name="command">What it does.</param>
    /// <param name="redactor">Hides secrets in what it prints.</param>
    /// <param name="heard">Told every line it prints, on a thread of its own.</param>
    /// <exception cref="SourceException">The program is missing or cannot be started.</exception>
    public static ReaderProcess Start(string reader, ReaderCommand command, AddressRedactor redactor, Action<string>? heard = null)
    {
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        // setsid: Ctrl-C in a terminal is for us to handle, not for our children. setpriv: die with the parent, gain no privileges. Both
        // end in exec, so the process id stays; where they are missing, the broken pipes end the reader a moment later.
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
        // Of our environment, which holds secrets, it needs nothing else. (FFREPORT would write the address into a log file.)
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
        var child = new ReaderProcess(process, redactor, heard);
        try
        {
            process.StandardInput.Write(command.Script);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read its script: why, it says on its standard error.
        }
        return child;
    }

    /// <summary>The full path of the reader.</summary>
    /// <exception cref="SourceException">It is not installed.</exception>
    public static string FindReader(string reader) => ProgramPath(reader)
        ?? throw new SourceException(SourceFailure.ReaderMissing, $"{reader} is not installed (it reads streams and recordings); apt-get install ffmpeg");

    /// <summary>How long the recording says it is, once the child has ended; null when it does not.</summary>
    public TimeSpan? Duration => _duration;

    /// <summary>Stops it at once; its output then ends.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended already.
        }
    }

    /// <summary>Waits for the end of the child and of what it prints; call it after its output ended.</summary>
    /// <returns>The exit code, and the last lines it printed, without secrets.</returns>
    public (int ExitCode, IReadOnlyList<string> Printed) WaitForEnd()
    {
        _process.WaitForExit();
        _listener.Join();
        return (_process.ExitCode, [.. _printed]);
    }

    /// <summary>Kills it if it still runs, and reaps it.</summary>
    public void Dispose()
    {
        Kill();
        WaitForEnd();
        // The process leaves to us what we have taken from it: else the pipes would stay open until somebody collects them.
        _process.StandardOutput.Dispose();
        _process.StandardError.Dispose();
        _process.Dispose();
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
            // To the end, always: a full pipe would stop the reader.
            while (_process.StandardError.ReadLine() is { } line)
            {
                if (line.Contains("[info]", StringComparison.Ordinal))
                {
                    NoteDuration(line);
                    continue;
                }
                if (_printed.Count == KeptLines)
                    _printed.Dequeue();
                var shown = _redactor.Redact(line);
                _heard?.Invoke(shown);
                _printed.Enqueue(shown.Length > 400 ? shown[..400] : shown);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The pipe broke with the child.
        }
    }

    private void NoteDuration(string line)
    {
        if (PrintedDuration().Match(line) is { Success: true } found && TimeSpan.TryParse(found.Groups["time"].Value, CultureInfo.InvariantCulture, out var duration))
            _duration ??= duration;
    }

    [GeneratedRegex(@"\bDuration: (?<time>\d{2,}:\d\d:\d\d\.\d+)")]
    private static partial Regex PrintedDuration();
}

// The worker as an operator runs it: a process of its own, with a configuration file and signals.
using System.Diagnostics;
using System.Text;
using StreamActions.TestKit;

namespace StreamActions.EndToEnd.Tests;

/// <summary>A running worker; killed when disposed.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Lock _lock = new();

    private WorkerProcess(Process process) => _process = process;

    /// <summary>Everything it printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_lock)
                return _output.ToString();
        }
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts it.</summary>
    /// <param name="arguments">Verb and options.</param>
    /// <param name="environment">Variables to set, or with null to remove.</param>
    public static WorkerProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        // The worker lies beside the tests: it is referenced by them.
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : FindDotnet(),
            [Path.Combine(AppContext.BaseDirectory, "StreamActions.Worker.dll"), .. arguments])
        {
            WorkingDirectory = RepositoryPaths.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        var worker = new WorkerProcess(new Process { StartInfo = start });
        worker._process.OutputDataReceived += (_, e) => worker.Note(e.Data);
        worker._process.ErrorDataReceived += (_, e) => worker.Note(e.Data);
        worker._process.Start();
        worker._process.BeginOutputReadLine();
        worker._process.BeginErrorReadLine();
        return worker;
    }

    /// <summary>Waits until it ends by itself.</summary>
    public async Task<int> ExitAsync(TimeSpan deadline)
    {
        using var limit = new CancellationTokenSource(deadline);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the worker did not end within {deadline.TotalSeconds:f0} s; it printed:\n{Output}");
        }
        return _process.ExitCode;
    }

    /// <summary>Waits until it has printed a text.</summary>
    public async Task PrintedAsync(string text, TimeSpan deadline)
    {
        using var limit = new CancellationTokenSource(deadline);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            if (_process.HasExited || limit.IsCancellationRequested)
                Assert.Fail($"the worker did not print '{text}'; it printed:\n{Output}");
            await poll.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>Sends SIGTERM, as a service manager does.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private void Note(string? line)
    {
        lock (_lock)
            _output.AppendLine(line);
    }

    private static string FindDotnet() =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, "dotnet")).First(File.Exists);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

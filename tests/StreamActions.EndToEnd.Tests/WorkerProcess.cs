// The worker as a process, with command line, output and signals.
using System.Diagnostics;
using System.Text;
using StreamActions.TestKit;

namespace StreamActions.EndToEnd.Tests;

/// <summary>A running worker. Disposing kills it.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Lock _lock = new();

    private WorkerProcess(Process process) => _process = process;

    /// <summary>Its standard output and error up to now.</summary>
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

    /// <summary>Starts the worker.</summary>
    /// <param name="arguments">Verb and options.</param>
    /// <param name="environment">Environment variables to set; null removes a variable.</param>
    /// <param name="under">A program that runs the worker, with its arguments.</param>
    public static WorkerProcess Start(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, IReadOnlyList<string>? under = null)
    {
        // The tests reference the worker, so the build copies it to their folder.
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : FindDotnet();
        string[] command = [.. under ?? [], dotnet, Path.Combine(AppContext.BaseDirectory, "StreamActions.Worker.dll"), .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = RepositoryPaths.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        var worker = new WorkerProcess(new Process { StartInfo = start });
        worker._process.OutputDataReceived += (_, e) => worker.AddLine(e.Data);
        worker._process.ErrorDataReceived += (_, e) => worker.AddLine(e.Data);
        worker._process.Start();
        worker._process.BeginOutputReadLine();
        worker._process.BeginErrorReadLine();
        return worker;
    }

    /// <summary>Waits until the worker ends by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync(TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the worker did not end within {timeout.TotalSeconds:f0} s; it printed:\n{Output}");
        }
        return _process.ExitCode;
    }

    /// <summary>Waits until the worker has printed a text.</summary>
    public async Task PrintedAsync(string text, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
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

    private void AddLine(string? line)
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

// A local RTSP camera for tests: runs deploy/rtsp_server.py as a child that tests can pause and kill.
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace StreamActions.TestKit.Rtsp;

/// <summary>The options of an RTSP server.</summary>
public sealed record RtspServerOptions
{
    /// <summary>Recordings by mount name; <c>+</c> joins several that play in turn.</summary>
    public required IReadOnlyDictionary<string, string> Mounts { get; init; }

    /// <summary>The port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Frames per second.</summary>
    public int Fps { get; init; } = 15;

    /// <summary>The only permitted user; null permits every client.</summary>
    public string? User { get; init; }

    /// <summary>The password of <see cref="User"/>.</summary>
    public string Password { get; init; } = "";

    /// <summary>Digest instead of basic authentication.</summary>
    public bool Digest { get; init; }
}

/// <summary>A running server on 127.0.0.1. It ends when it is disposed, and when the test process ends.</summary>
public sealed class RtspServer : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    private RtspServer(Process process, int port) => (_process, Port) = (process, port);

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    /// <summary>The address of a mount, with user and password if given.</summary>
    public string Url(string mount, string? user = null, string? password = null) =>
        $"rtsp://{(user is null ? "" : $"{user}:{Uri.EscapeDataString(password ?? "")}@")}127.0.0.1:{Port}/{mount}";

    /// <summary>Serves one recording under one name.</summary>
    public static Task<RtspServer> StartAsync(string mount, string recording, int port = 0) =>
        StartAsync(new RtspServerOptions { Mounts = new Dictionary<string, string> { [mount] = recording }, Port = port });

    /// <summary>Encodes a recording, so that servers of the result start at once. Serve it at the same frame rate.</summary>
    /// <exception cref="InvalidOperationException">Encoding failed. The message has the output of the program.</exception>
    public static async Task<string> EncodeAsync(string recording, int fps)
    {
        var encoded = Path.ChangeExtension(recording, ".h264");
        var start = Program("--fps");
        foreach (var argument in (string[])[fps.ToString(CultureInfo.InvariantCulture), "--encode", recording, encoded])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var printed = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? encoded : throw new InvalidOperationException($"{recording} was not encoded: {printed}");
    }

    private static ProcessStartInfo Program(string option)
    {
        var script = Path.Combine(RepositoryPaths.Root, "deploy", "rtsp_server.py");
        return new("python3", ["-u", script, option])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    /// <summary>Starts a server and waits until it serves.</summary>
    /// <exception cref="InvalidOperationException">The server did not start. The message has its output.</exception>
    public static async Task<RtspServer> StartAsync(RtspServerOptions options)
    {
        var start = Program("--until-stdin-closes");
        var arguments = start.ArgumentList;
        arguments.Add("--port");
        arguments.Add(options.Port.ToString(CultureInfo.InvariantCulture));
        arguments.Add("--fps");
        arguments.Add(options.Fps.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, recording) in options.Mounts)
        {
            arguments.Add("--mount");
            arguments.Add($"{name}={recording}");
        }
        if (options.User is { } user)
        {
            arguments.Add("--user");
            arguments.Add(user);
            start.Environment["RTSP_PASSWORD"] = options.Password;
        }
        if (options.Digest)
            arguments.Add("--digest");

        var process = Process.Start(start)!;
        var printed = new StringBuilder();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (printed)
                printed.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
        using var deadline = new CancellationTokenSource(StartDeadline);
        string? ready;
        try
        {
            ready = await process.StandardOutput.ReadLineAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            ready = null;
        }
        if (ready?.StartsWith("ready rtsp://", StringComparison.Ordinal) != true)
        {
            process.Kill();
            await process.WaitForExitAsync();
            throw new InvalidOperationException($"the RTSP server did not start: {ready} {printed}");
        }
        return new RtspServer(process, new Uri(ready["ready ".Length..]).Port);
    }

    /// <summary>Pauses the server (SIGSTOP): connections stay open, but it sends nothing.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>Resumes the server (SIGCONT).</summary>
    public void Resume() => Signal("CONT");

    /// <summary>Kills the server (SIGKILL).</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Kill();
        _process.StandardInput.Dispose();
        _process.StandardOutput.Dispose();
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}

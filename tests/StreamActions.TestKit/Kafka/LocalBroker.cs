// Apache Kafka, started by the script in the shared folder, with its data in a temporary folder.
using System.Diagnostics;

namespace StreamActions.TestKit.Kafka;

/// <summary>Apache Kafka started by <c>shared/kafka/kafka.sh</c>.</summary>
internal sealed class LocalBroker : IBrokerProcess
{
    private const int PortsOfOneBroker = 4;
    private const int Attempts = 3;

    // Ends the broker after the test process has ended, however it ended: the script detaches the broker from this process.
    private const string Watch =
        "setsid bash -c 'while kill -0 $0; do sleep 1; done; \"$1\" kill \"$2\"; until rm -rf \"$2\"; do sleep 1; done' "
        + "\"$0\" \"$1\" \"$2\" </dev/null >/dev/null 2>&1 &";

    private readonly string _script;
    private readonly string _folder;

    private LocalBroker(string script, string folder, int port)
    {
        _script = script;
        _folder = folder;
        Bootstrap = $"127.0.0.1:{port}";
        SaslBootstrap = $"127.0.0.1:{port + 1}";
    }

    /// <inheritdoc/>
    public string Bootstrap { get; }

    /// <inheritdoc/>
    public string? SaslBootstrap { get; }

    /// <summary>Starts a broker on free ports.</summary>
    public static async Task<IBrokerProcess> StartAsync(CancellationToken cancellationToken)
    {
        var script = Path.Combine(RepositoryPaths.Shared, "kafka", "kafka.sh");
        if (!File.Exists(script))
            throw new BrokerUnavailableException($"there is no {script}");
        for (var attempt = 1; ; attempt++)
        {
            var folder = Directory.CreateTempSubdirectory("streamactions-kafka-").FullName;
            Process.Start("bash", ["-c", Watch, $"{Environment.ProcessId}", script, folder]).Dispose();
            try
            {
                var port = KafkaBroker.FreePorts(PortsOfOneBroker);
                await Shell.RunAsync("bash", [script, "start", folder, $"{port}"], cancellationToken);
                return new LocalBroker(script, folder, port);
            }
            catch (BrokerUnavailableException) when (attempt < Attempts)
            {
                // Another process may have taken a port before the broker started.
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <inheritdoc/>
    public Task KillAsync() => ScriptAsync("kill", CancellationToken.None);

    /// <inheritdoc/>
    public Task RestartAsync(CancellationToken cancellationToken) => ScriptAsync("start", cancellationToken);

    /// <inheritdoc/>
    public Task PauseAsync() => ScriptAsync("pause", CancellationToken.None);

    /// <inheritdoc/>
    public Task ResumeAsync() => ScriptAsync("resume", CancellationToken.None);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync(); // its data is deleted next, so a clean shutdown is not necessary
        Directory.Delete(_folder, recursive: true);
    }

    private Task<string> ScriptAsync(string command, CancellationToken cancellationToken) =>
        Shell.RunAsync("bash", [_script, command, _folder], cancellationToken);
}

// A temporary folder with a store, which tests open and reopen.
using System.Diagnostics.Metrics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using StreamActions.Worker.Configuration;
using StreamActions.Worker.Sinks;
using StreamActions.Worker.Tests.Events;

namespace StreamActions.Worker.Tests.Sinks;

internal sealed class StoreFolder : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly bool _temporary;

    /// <summary>Creates a temporary folder, or uses an existing one and never deletes it.</summary>
    public StoreFolder(string? path = null)
    {
        _temporary = path is null;
        Path = path ?? Directory.CreateTempSubdirectory("streamactions-store-").FullName;
        Metrics = new SinkMetrics(Meters);
    }

    public string Path { get; }

    public string Database => System.IO.Path.Combine(Path, "events.db");

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public SinkMetrics Metrics { get; }

    public FakeTimeProvider Time { get; } = new(SampleEvents.Noon);

    public Lines Lines { get; } = new();

    public EventStore Open(bool relayed = true, TimeSpan? keep = null, string? path = null) =>
        EventStore.Open(
            new StoreOptions(path ?? Database, keep ?? TimeSpan.FromDays(30)), relayed, Metrics, Time, Lines.Of<EventStore>());

    /// <summary>Runs SQL on a separate connection and returns the first value.</summary>
    public object? Query(string sql)
    {
        using SqliteConnection connection = new($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    public void Dispose()
    {
        _services.Dispose();
        if (_temporary)
            Directory.Delete(Path, recursive: true);
    }
}

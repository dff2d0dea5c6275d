// The SQL of the outbox: one SQLite connection, used by one thread at a time.
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Sinks;

/// <summary>
/// The outbox as a database: what is delivered stays until it is pruned, what is refused moves to <c>dead_letters</c> and
/// stays until an operator removes it. Not thread-safe. Errors are <see cref="SqliteException"/>.
/// </summary>
internal sealed class OutboxDatabase : IDisposable
{
    private const int ApplicationId = 0x53414556; // "SAEV"
    private const int SchemaVersion = 1;

    // The id is not unique: reading a recording again repeats its ids, and that rerun must be published too.
    private const string Schema = """
        CREATE TABLE events (
            seq          INTEGER PRIMARY KEY AUTOINCREMENT,
            id           TEXT NOT NULL,
            key          TEXT NOT NULL,
            type         TEXT NOT NULL,
            headers      TEXT NOT NULL,
            payload      TEXT NOT NULL,
            created      TEXT NOT NULL,
            delivered_at TEXT,
            attempts     INTEGER NOT NULL DEFAULT 0,
            last_error   TEXT
        ) STRICT;
        CREATE INDEX events_pending ON events (seq) WHERE delivered_at IS NULL;
        CREATE INDEX events_delivered ON events (delivered_at) WHERE delivered_at IS NOT NULL;
        CREATE TABLE dead_letters (
            seq      INTEGER PRIMARY KEY,
            id       TEXT NOT NULL,
            key      TEXT NOT NULL,
            type     TEXT NOT NULL,
            headers  TEXT NOT NULL,
            payload  TEXT NOT NULL,
            created  TEXT NOT NULL,
            dead_at  TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            reason   TEXT NOT NULL
        ) STRICT;
        """;

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = [];
    private SqliteTransaction? _transaction;

    private OutboxDatabase(SqliteConnection connection) => _connection = connection;

    /// <summary>How many events wait for delivery.</summary>
    public long Pending { get; private set; }

    /// <summary>Opens or creates the database and checks it.</summary>
    /// <exception cref="SqliteException">It cannot be opened, or is corrupt (<see cref="IsCorrupt"/>).</exception>
    /// <exception cref="SinkException">It is not ours, or a newer version's.</exception>
    public static OutboxDatabase Open(string path)
    {
        SqliteConnectionStringBuilder options = new() { DataSource = path, Pooling = false };
        SqliteConnection connection = new(options.ToString());
        OutboxDatabase database = new(connection);
        try
        {
            connection.Open();
            database.Prepare(path);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Whether an error means that the file's content is damaged.</summary>
    public static bool IsCorrupt(Exception error) =>
        error is SqliteException { SqliteErrorCode: 11 /* SQLITE_CORRUPT */ or 26 /* SQLITE_NOTADB */ };

    /// <summary>Runs work and commits it durably, or undoes it all and throws.</summary>
    public void InTransaction(Action<OutboxDatabase> work)
    {
        var pendingBefore = Pending;
        try
        {
            using (_transaction = _connection.BeginTransaction(deferred: false))
            {
                work(this);
                _transaction.Commit();
            }
        }
        catch
        {
            Pending = pendingBefore;
            throw;
        }
        finally
        {
            _transaction = null;
        }
    }

    /// <summary>Adds an event; with <paramref name="delivered"/> it counts as delivered at once.</summary>
    /// <returns>Its sequence number.</returns>
    public long Append(EncodedEvent encoded, DateTimeOffset now, bool delivered)
    {
        var command = Command(
            "INSERT INTO events (id, key, type, headers, payload, created, delivered_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING seq",
            encoded.Id, encoded.Key, encoded.Type, JsonSerializer.Serialize(encoded.Headers), encoded.Payload, Instant(now),
            delivered ? Instant(now) : DBNull.Value);
        var seq = (long)command.ExecuteScalar()!;
        if (!delivered)
            Pending++;
        return seq;
    }

    /// <summary>The oldest events that wait, in order of their sequence.</summary>
    public IReadOnlyList<PendingEvent> ReadPending(int max)
    {
        List<PendingEvent> rows = [];
        using var reader = Command(
            "SELECT seq, id, key, type, headers, payload, attempts FROM events WHERE delivered_at IS NULL ORDER BY seq LIMIT $1", max)
            .ExecuteReader();
        while (reader.Read())
        {
            EncodedEvent encoded = new(
                reader.GetString(1), reader.GetString(2), reader.GetString(3),
                JsonSerializer.Deserialize<SortedDictionary<string, string>>(reader.GetString(4))!, reader.GetString(5));
            rows.Add(new PendingEvent(reader.GetInt64(0), encoded, reader.GetInt32(6)));
        }

        return rows;
    }

    /// <summary>Notes that events were delivered; those that were already are left alone.</summary>
    public void MarkDelivered(IReadOnlyCollection<long> seqs, DateTimeOffset at)
    {
        foreach (var seq in seqs)
        {
            Pending -= Command("UPDATE events SET delivered_at = $1 WHERE seq = $2 AND delivered_at IS NULL", Instant(at), seq)
                .ExecuteNonQuery();
        }
    }

    /// <summary>Notes a failed attempt; the events go on waiting.</summary>
    public void MarkFailed(IReadOnlyCollection<long> seqs, string error)
    {
        foreach (var seq in seqs)
        {
            Command("UPDATE events SET attempts = attempts + 1, last_error = $1 WHERE seq = $2 AND delivered_at IS NULL", error, seq)
                .ExecuteNonQuery();
        }
    }

    /// <summary>Moves an event that waits to the dead letters.</summary>
    public void DeadLetter(long seq, string reason, DateTimeOffset at)
    {
        var moved = Command(
            """
            INSERT INTO dead_letters (seq, id, key, type, headers, payload, created, dead_at, attempts, reason)
            SELECT seq, id, key, type, headers, payload, created, $1, attempts + 1, $2 FROM events
            WHERE seq = $3 AND delivered_at IS NULL
            """,
            Instant(at), reason, seq).ExecuteNonQuery();
        if (moved == 0)
            return;
        Command("DELETE FROM events WHERE seq = $1", seq).ExecuteNonQuery();
        Pending--;
    }

    /// <summary>Deletes up to <paramref name="max"/> events delivered before a time.</summary>
    /// <returns>How many were deleted.</returns>
    public int Prune(DateTimeOffset deliveredBefore, int max) =>
        Command(
            "DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE delivered_at < $1 ORDER BY delivered_at LIMIT $2)",
            Instant(deliveredBefore), max).ExecuteNonQuery();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var command in _prepared.Values)
            command.Dispose();
        _connection.Dispose();
    }

    private void Prepare(string path)
    {
        // FULL: with less, a power cut takes back events that were already acknowledged.
        var mode = (string)Scalar("PRAGMA journal_mode = WAL")!;
        if (mode != "wal")
            throw new SinkException($"sinks.store {path}: this file system cannot hold a write-ahead log; put the store on a local disk");
        Scalar("PRAGMA synchronous = FULL");
        var check = (string)Scalar("PRAGMA quick_check(1)")!;
        if (check != "ok")
            throw new SqliteException(check, 11 /* SQLITE_CORRUPT */);

        var version = (long)Scalar("PRAGMA user_version")!;
        var application = (long)Scalar("PRAGMA application_id")!;
        if ((long)Scalar("SELECT count(*) FROM sqlite_master")! == 0)
        {
            InTransaction(_ => Scalar($"{Schema} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {SchemaVersion};"));
        }
        else if (application != ApplicationId)
        {
            throw new SinkException($"sinks.store {path}: is a database of another program; choose another path");
        }
        else if (version != SchemaVersion)
        {
            throw new SinkException(
                $"sinks.store {path}: has schema version {version}, this program knows {SchemaVersion}; use the version that made it, or another path");
        }

        Pending = (long)Scalar("SELECT count(*) FROM events WHERE delivered_at IS NULL")!;
    }

    private object? Scalar(string sql)
    {
        using var command = _connection.CreateCommand();
        command.Transaction = _transaction;
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    // Statements are compiled once; parameters are named $1, $2 … in the order given.
    private SqliteCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 1; i <= values.Length; i++)
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            _prepared.Add(sql, command);
        }

        command.Transaction = _transaction;
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        return command;
    }

    // Fixed width and UTC, so that text order is time order, and readable in a sqlite shell.
    private static string Instant(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}

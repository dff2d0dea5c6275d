// The outbox's SQL, on one SQLite connection.
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using StreamActions.Worker.Events;

namespace StreamActions.Worker.Sinks;

/// <summary>
/// The outbox as a database. Delivered events stay until they are pruned. Rejected events move to the table <c>dead_letters</c> and stay
/// until an operator deletes them. Not thread-safe. Errors are <see cref="SqliteException"/>.
/// </summary>
internal sealed class OutboxDatabase : IDisposable
{
    private const int ApplicationId = 0x53414556; // "SAEV"
    private const int SchemaVersion = 1;

    // The id is not unique: replaying a recording produces the same ids, and the replay's events must be published too.
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

    /// <summary>Number of events that are not delivered yet.</summary>
    public long Pending { get; private set; }

    /// <summary>Opens or creates the database and checks it.</summary>
    /// <exception cref="SqliteException">The file cannot be opened, or is corrupt (<see cref="IsCorrupt"/>).</exception>
    /// <exception cref="SinkException">The file belongs to another program or schema version, or the file system is unsuitable.</exception>
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

    /// <summary>True if an error means that the file is corrupt.</summary>
    public static bool IsCorrupt(Exception error) =>
        error is SqliteException { SqliteErrorCode: 11 /* SQLITE_CORRUPT */ or 26 /* SQLITE_NOTADB */ };

    /// <summary>Runs work in a transaction: commits it durably, or rolls it back and throws.</summary>
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

    /// <summary>Inserts an event, as pending or as already delivered.</summary>
    /// <returns>The event's sequence number.</returns>
    public long Append(EncodedEvent encoded, DateTimeOffset now, bool delivered)
    {
        var command = Command(
            """
            INSERT INTO events (id, key, type, headers, payload, created, delivered_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING seq
            """,
            encoded.Id, encoded.Key, encoded.Type, JsonSerializer.Serialize(encoded.Headers), encoded.Payload, Instant(now),
            delivered ? Instant(now) : DBNull.Value);
        var seq = (long)command.ExecuteScalar()!;
        if (!delivered)
            Pending++;
        return seq;
    }

    /// <summary>The highest sequence number that was ever given; 0 for none.</summary>
    public long LastSequence() => Scalar("SELECT seq FROM sqlite_sequence WHERE name = 'events'") is long seq ? seq : 0;

    /// <summary>
    /// Takes over the pending events of another store. An event keeps its sequence number unless this store has given it already. New
    /// events continue after those of both stores.
    /// </summary>
    public void TakeOver(IReadOnlyList<PendingEvent> pending, long lastSequence, DateTimeOffset now)
    {
        var own = LastSequence();
        foreach (var (seq, encoded, attempts) in pending)
        {
            Command(
                """
                INSERT INTO events (seq, id, key, type, headers, payload, created, attempts)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                """,
                seq > own ? seq : (object)DBNull.Value, encoded.Id, encoded.Key, encoded.Type, JsonSerializer.Serialize(encoded.Headers),
                encoded.Payload, Instant(now), attempts).ExecuteNonQuery();
            Pending++;
        }
        var last = Math.Max(lastSequence, LastSequence());
        Command("DELETE FROM sqlite_sequence WHERE name = 'events'").ExecuteNonQuery();
        Command("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', $1)", last).ExecuteNonQuery();
    }

    /// <summary>The oldest pending events, by sequence number.</summary>
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

    /// <summary>Marks events as delivered. Events that already are keep their time.</summary>
    public void MarkDelivered(IReadOnlyCollection<long> seqs, DateTimeOffset at)
    {
        foreach (var seq in seqs)
        {
            Pending -= Command("UPDATE events SET delivered_at = $1 WHERE seq = $2 AND delivered_at IS NULL", Instant(at), seq)
                .ExecuteNonQuery();
        }
    }

    /// <summary>Records a failed delivery. The events stay pending.</summary>
    public void MarkFailed(IReadOnlyCollection<long> seqs, string error)
    {
        foreach (var seq in seqs)
        {
            Command("UPDATE events SET attempts = attempts + 1, last_error = $1 WHERE seq = $2 AND delivered_at IS NULL", error, seq)
                .ExecuteNonQuery();
        }
    }

    /// <summary>Moves a pending event to the dead letters.</summary>
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

    /// <summary>Deletes up to <paramref name="max"/> events that were delivered before a time.</summary>
    /// <returns>Number of deleted events.</returns>
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
        // With less than FULL, a power cut could lose events that were already acknowledged.
        var mode = (string)Scalar("PRAGMA journal_mode = WAL")!;
        if (mode != "wal")
            throw new SinkException($"sinks.store {path}: the file system does not support SQLite's write-ahead log; use a local disk");
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
            throw new SinkException($"sinks.store {path}: the file belongs to another program; choose another path");
        }
        else if (version != SchemaVersion)
        {
            throw new SinkException(
                $"sinks.store {path}: the store has schema version {version}, this worker supports {SchemaVersion}; "
                + "use the worker version that created it, or choose another path");
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

    // Each statement is compiled once. The values become the parameters $1, $2 …
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

    // UTC with a fixed width: text order is time order.
    private static string Instant(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}

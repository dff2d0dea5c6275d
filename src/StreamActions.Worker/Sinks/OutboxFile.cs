// The outbox's file: locked for one process, renamed when it is corrupt.
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace StreamActions.Worker.Sinks;

/// <summary>Locks the outbox's file for this process and opens the database in it.</summary>
internal sealed class OutboxFile : IDisposable
{
    private readonly FileStream _lock;

    private OutboxFile(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    /// <summary>The database file.</summary>
    public string Path { get; }

    /// <summary>Locks the file and creates its folder if necessary. Two workers with one outbox would send every event twice.</summary>
    /// <exception cref="SinkException">Another process holds the lock, or the folder is not writable.</exception>
    public static OutboxFile Acquire(string path)
    {
        try
        {
            var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, e);
        }

        try
        {
            // The operating system releases the lock when the process ends, even after a crash. The lock file stays.
            return new OutboxFile(path, new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unusable(path, e);
        }
        catch (IOException e)
        {
            throw new SinkException(
                $"sinks.store {path}: another worker uses this store, or its folder is not writable; "
                + $"stop the other worker or choose another path ({e.Message})", e);
        }
    }

    /// <summary>Opens the database.</summary>
    /// <exception cref="SqliteException">The database is corrupt. Call <see cref="Quarantine"/>, then open a new one.</exception>
    /// <exception cref="SinkException">The database cannot be used for another reason.</exception>
    public OutboxDatabase Open()
    {
        try
        {
            return OutboxDatabase.Open(Path);
        }
        catch (SqliteException e) when (!OutboxDatabase.IsCorrupt(e))
        {
            throw Unusable(Path, e);
        }
    }

    /// <summary>Renames the database and its log, so that they can be examined later.</summary>
    /// <returns>The new name.</returns>
    /// <exception cref="SinkException">A file cannot be renamed.</exception>
    public string Quarantine(DateTimeOffset now)
    {
        var renamed = $"{Path}.corrupt-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}";
        try
        {
            // The suffixes stay last, so that SQLite finds the log of the renamed database.
            foreach (var suffix in (ReadOnlySpan<string>)["", "-wal", "-shm"])
            {
                if (File.Exists(Path + suffix))
                    File.Move(Path + suffix, renamed + suffix);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(Path, e);
        }

        return renamed;
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static SinkException Unusable(string path, Exception cause) =>
        new($"sinks.store {path}: cannot be opened; make its folder writable or choose another path ({cause.Message})", cause);
}

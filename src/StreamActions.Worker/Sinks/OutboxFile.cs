// The outbox's file: locked for one process, renamed when it is corrupt.
using System.Globalization;
using Microsoft.Data.Sqlite;
using StreamActions.Core;

namespace StreamActions.Worker.Sinks;

/// <summary>Locks the outbox's file for this process and opens the database in it.</summary>
internal sealed class OutboxFile : IDisposable
{
    private const string Log = "-wal", LockSuffix = ".lock";
    private FileStream _lock;
    private FileIdentity? _locked, _database, _log;

    private OutboxFile(string path, FileStream @lock)
    {
        Path = path;
        (_lock, _locked) = (@lock, FileKinds.IdentityOf(path + LockSuffix));
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
            return new OutboxFile(path, Locked(path));
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
            var database = OutboxDatabase.Open(Path);
            (_database, _log) = (FileKinds.IdentityOf(Path), FileKinds.IdentityOf(Path + Log));
            return database;
        }
        catch (SqliteException e) when (!OutboxDatabase.IsCorrupt(e))
        {
            throw Unusable(Path, e);
        }
    }

    /// <summary>
    /// Whether the database was removed or replaced since it was opened. The open database would go on in a file that has no name, and
    /// everything in it would be lost.
    /// </summary>
    public bool IsReplaced => FileKinds.IdentityOf(Path) != _database;

    /// <summary>Whether the same is true of its log. SQLite has a log from the first write on.</summary>
    public bool IsLogReplaced
    {
        get
        {
            var log = FileKinds.IdentityOf(Path + Log);
            _log ??= log;
            return log != _log;
        }
    }

    /// <summary>
    /// Creates the folder again, takes the lock again if its file is gone, and deletes a log that belongs to no database: SQLite would
    /// replay it into a new one.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be created, or another worker has taken the store.</exception>
    public void Clear()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!);
        if (_locked is null || FileKinds.IdentityOf(Path + LockSuffix) != _locked)
        {
            _lock.Dispose();
            _locked = null;
            _lock = Locked(Path);
            _locked = FileKinds.IdentityOf(Path + LockSuffix);
        }
        if (File.Exists(Path))
            return;
        foreach (var suffix in (ReadOnlySpan<string>)[Log, "-shm"])
            File.Delete(Path + suffix);
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

    private static FileStream Locked(string path) => new(path + LockSuffix, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static SinkException Unusable(string path, Exception cause) =>
        new($"sinks.store {path}: cannot be opened; make its folder writable or choose another path ({cause.Message})", cause);
}

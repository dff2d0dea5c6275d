// The outbox's file: who owns it, and what happens when it is damaged.
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace StreamActions.Worker.Sinks;

/// <summary>Holds the outbox's file for this process and opens the database in it.</summary>
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

    /// <summary>Takes the file for this process, creating its folder. Two workers on one outbox would send every event twice.</summary>
    /// <exception cref="SinkException">Another process has it, or it cannot be written.</exception>
    public static OutboxFile Take(string path)
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
            // The system drops this lock when the process ends in whatever way; the file itself may stay.
            return new OutboxFile(path, new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unusable(path, e);
        }
        catch (IOException e)
        {
            throw new SinkException($"sinks.store {path}: another worker uses it, or its folder is not writable; stop that one or choose another path ({e.Message})", e);
        }
    }

    /// <summary>Opens the database.</summary>
    /// <exception cref="SqliteException">It is corrupt; <see cref="PutAside"/> makes room for a new one.</exception>
    /// <exception cref="SinkException">It cannot be used for another reason.</exception>
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

    /// <summary>Renames the database and what belongs to it; nothing is deleted, so that it can be examined.</summary>
    /// <returns>The new name.</returns>
    /// <exception cref="SinkException">It cannot be renamed.</exception>
    public string PutAside(DateTimeOffset now)
    {
        var aside = $"{Path}.corrupt-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}";
        try
        {
            // The endings keep their place, so that a sqlite shell finds the log of the renamed file too.
            foreach (var ending in (ReadOnlySpan<string>)["", "-wal", "-shm"])
            {
                if (File.Exists(Path + ending))
                    File.Move(Path + ending, aside + ending);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(Path, e);
        }

        return aside;
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static SinkException Unusable(string path, Exception cause) =>
        new($"sinks.store {path}: cannot be opened; make its folder writable or choose another path ({cause.Message})", cause);
}

// One program at a time changes a run.
using System.Globalization;
using StreamActions.Core.Text;

namespace StreamActions.Trainer.Training;

/// <summary>
/// Holds a run's folder for one program. The system frees the lock when the program ends in any way, so a file that is left over locks
/// nothing. Readers of a run do not take it.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private const string LockFile = "run.lock", HolderFile = "run.lock.holder";

    // EWOULDBLOCK of flock(2), as .NET passes it on.
    private const int HeldByAnother = 11;

    private readonly string _root;
    private readonly FileStream _file;

    private RunLock(string root, FileStream file) => (_root, _file) = (root, file);

    /// <summary>Takes the lock of a run. Makes the folder if it is missing.</summary>
    /// <param name="root">The run's folder.</param>
    /// <param name="verb">What changes the run, for the message that another program shows.</param>
    /// <exception cref="TrainerException">Another program holds the run, the path is a file, or the folder cannot be written.</exception>
    public static RunLock Take(string root, string verb)
    {
        FileStream? file = null;
        try
        {
            RunFolder.CreateFolder(root);
            file = new(Path.Combine(root, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(Path.Combine(root, HolderFile), string.Create(
                CultureInfo.InvariantCulture, $"'{verb}' (process {Environment.ProcessId} on {Environment.MachineName})"));
            return new(root, file);
        }
        catch (IOException e) when (e.HResult == HeldByAnother)
        {
            throw new TrainerException($"{root}: {Holder(root)} works on this run; wait for its end, or choose another folder", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new TrainerException($"{root}: the folder cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Frees the run. A folder that the program has left empty is removed.</summary>
    public void Dispose()
    {
        // Removed while the lock is still held, so that no other program's files are removed.
        File.Delete(Path.Combine(_root, HolderFile));
        File.Delete(Path.Combine(_root, LockFile));
        _file.Dispose();
        if (Directory.Exists(_root) && !Directory.EnumerateFileSystemEntries(_root).Any())
            Directory.Delete(_root);
    }

    private static string Holder(string root)
    {
        try
        {
            return TextFile.Read(Path.Combine(root, HolderFile));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TextEncodingException)
        {
            return "another program";
        }
    }
}

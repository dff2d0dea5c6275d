// A folder of folders: each is a class, its files are the clips.
using StreamActions.Video;

namespace StreamActions.Trainer.Data.Layouts;

/// <summary>Lists the recordings of a folder per class.</summary>
internal static class ClassFolders
{
    /// <summary>The names of the classes: all folders but hidden ones.</summary>
    public static IReadOnlyList<string> Names(string root) =>
        [.. Directory.GetDirectories(root).Select(folder => Path.GetFileName(folder)).Where(IsShown).Order(StringComparer.Ordinal)];

    /// <summary>
    /// The clips of all classes, in folders inside a class's too. Other files are left out, and said in <paramref name="notes"/>.
    /// </summary>
    public static IReadOnlyList<ListedClip> Read(string root, ICollection<string> notes)
    {
        List<ListedClip> clips = [];
        foreach (var name in Names(root))
        {
            var folder = Path.Combine(root, name);
            string[] files =
                [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(file => IsShown(Path.GetFileName(file)))];
            string[] recordings = [.. files.Where(RecordingFiles.IsRecording)];
            clips.AddRange(recordings.Select(file => new ListedClip(root, 0, file, name)));
            if (recordings.Length < files.Length)
                notes.Add($"{folder}: {files.Length - recordings.Length} file(s) whose names are not those of recordings are left out");
        }
        return clips;
    }

    private static bool IsShown(string name) => !name.StartsWith('.');
}

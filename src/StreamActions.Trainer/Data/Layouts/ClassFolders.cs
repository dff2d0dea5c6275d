// A folder with one sub-folder per class; the files in it are the clips.
using StreamActions.Video;

namespace StreamActions.Trainer.Data.Layouts;

/// <summary>Lists the recordings of class folders.</summary>
internal static class ClassFolders
{
    /// <summary>The names of the classes: all sub-folders that are not hidden.</summary>
    public static IReadOnlyList<string> Names(string root) =>
        [.. Directory.GetDirectories(root).Select(folder => Path.GetFileName(folder)).Where(IsShown).Order(StringComparer.Ordinal)];

    /// <summary>
    /// The clips of all classes, also from folders inside a class folder. <paramref name="notes"/> receives the number of ignored files.
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
                notes.Add($"{folder}: ignored {files.Length - recordings.Length} file(s) without the file extension of a recording");
        }
        return clips;
    }

    private static bool IsShown(string name) => !name.StartsWith('.');
}

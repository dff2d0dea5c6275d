// Resolves the paths of a list inside the media folder.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>The folder of the recordings.</summary>
/// <param name="Root">Its absolute path.</param>
internal sealed record MediaFolder(string Root)
{
    /// <summary>Finds a listed recording.</summary>
    /// <param name="clip">The entry of the list.</param>
    /// <param name="problems">Receives an error when the file is missing or outside the folder.</param>
    /// <returns>Its path relative to the folder, with <c>/</c>, and its absolute path; null after an error.</returns>
    public (string Name, string Path)? Find(ListedClip clip, ICollection<DataProblem> problems)
    {
        if (clip.Path.Any(char.IsControl))
        {
            problems.Add(new(clip.File, clip.Line, "the path contains a line break or a control character", "rename the recording"));
            return null;
        }
        var path = Path.GetFullPath(clip.Path, Root);
        var name = Path.GetRelativePath(Root, path);
        if (Path.IsPathRooted(name) || name == ".." || name.StartsWith("../", StringComparison.Ordinal))
            problems.Add(new(
                clip.File, clip.Line, $"'{clip.Path}' is outside {Root}", "name the folder of all recordings with --media"));
        else if (!File.Exists(path))
            problems.Add(new(
                clip.File, clip.Line, $"'{clip.Path}' is not in {Root}",
                "correct the path, or name the folder that it is relative to with --media"));
        else
            return (name, path);
        return null;
    }
}

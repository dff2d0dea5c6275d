// Which files a list may name.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>The folder that recordings lie in.</summary>
/// <param name="Root">Its full path.</param>
internal sealed record MediaFolder(string Root)
{
    /// <summary>Finds a listed recording; null, and a problem, when it is not there or not in this folder.</summary>
    /// <returns>Its path relative to the folder, with <c>/</c>, and its full path.</returns>
    public (string Name, string Path)? Find(ListedClip clip, ICollection<DataProblem> problems)
    {
        if (clip.Path.Any(char.IsControl))
        {
            problems.Add(new(clip.File, clip.Line, "a line break or another control character in a path", "rename the recording"));
            return null;
        }
        var path = Path.GetFullPath(clip.Path, Root);
        var name = Path.GetRelativePath(Root, path);
        if (Path.IsPathRooted(name) || name == ".." || name.StartsWith("../", StringComparison.Ordinal))
            problems.Add(new(
                clip.File, clip.Line, $"'{clip.Path}' is outside {Root}", "name the folder that all recordings lie in with --media"));
        else if (!File.Exists(path))
            problems.Add(new(
                clip.File, clip.Line, $"'{clip.Path}' is not in {Root}",
                "mend the path, or name the folder it is relative to with --media"));
        else
            return (name, path);
        return null;
    }
}

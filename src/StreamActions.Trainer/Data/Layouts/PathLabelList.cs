// The reference's list format: a path and a label per line.
using StreamActions.Core.Text;

namespace StreamActions.Trainer.Data.Layouts;

/// <summary>
/// Reads <c>path label</c> lines. The label follows the last blank, so a path may contain blanks. Quotes around a path are removed.
/// </summary>
internal static class PathLabelList
{
    /// <summary>Returns the valid lines and adds the errors of the others to <paramref name="problems"/>.</summary>
    public static IReadOnlyList<ListedClip> Read(string path, ICollection<DataProblem> problems)
    {
        List<ListedClip> clips = [];
        var line = 0;
        foreach (var text in TextFile.Lines(path).Select(text => text.Trim()))
        {
            line++;
            if (text.Length == 0)
                continue;
            var blank = text.LastIndexOfAny([' ', '\t']);
            var name = blank < 0 ? "" : Unquoted(text[..blank].TrimEnd());
            if (name.Length == 0)
                problems.Add(new(
                    path, line, $"'{text}' is not a path with a label", "write the path, a blank, and the number of the class"));
            else
                clips.Add(new(path, line, name, text[(blank + 1)..]));
        }
        return clips;
    }

    private static string Unquoted(string text) =>
        text.Length >= 2 && text[0] is '"' or '\'' && text[^1] == text[0] ? text[1..^1] : text;
}

// The background phrases: from the configured file, else from background.txt beside the configuration, else the built-in copy.
using StreamActions.Core.Text;

namespace StreamActions.Worker.Configuration;

/// <summary>Reads the background phrases.</summary>
internal static class BackgroundFile
{
    private const string Name = "background.txt";
    private const int LongestPhrase = 500;

    /// <summary>Reads the phrases. If they cannot be read, adds a problem and returns an empty list.</summary>
    public static IReadOnlyList<string> Read(Section file, string configurationPath)
    {
        var found = file.Find("background");
        if (found is not null)
        {
            return file.Text("background") is { } named
                ? ReadFile(named, (what, advice) => file.Problem(found.Node.Place, "background", what, advice))
                : [];
        }
        var beside = Path.Combine(Path.GetDirectoryName(configurationPath) ?? "", Name);
        if (File.Exists(beside))
        {
            file.Explain("background", beside, null);
            return ReadFile(beside, (what, advice) => file.Reading.Problem(file.Place, "background", what, advice));
        }
        file.Explain("background", "built-in phrases", null);
        using var resource = typeof(BackgroundFile).Assembly.GetManifestResourceStream(Name)!;
        using StreamReader reader = new(resource);
        return Phrases(reader.ReadToEnd());
    }

    /// <summary>The phrases of a text, one per line. Skips empty lines, duplicates and lines that start with #.</summary>
    internal static IReadOnlyList<string> Phrases(string text) =>
        [.. text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#').Distinct()];

    private static IReadOnlyList<string> ReadFile(string path, Action<string, string> problem)
    {
        IReadOnlyList<string> phrases;
        try
        {
            phrases = Phrases(TextFile.Read(path));
        }
        catch (TextEncodingException e)
        {
            problem($"the file of background phrases is not a text: {e.What} (line {e.Line}, column {e.Column})", TextFile.Advice);
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem("cannot read the file of background phrases",
                "correct the path (relative to the working directory) or the file's permissions");
            return [];
        }
        if (phrases.Count == 0)
            problem("the file contains no phrases", "write one phrase per line, such as: an empty room");
        else if (phrases.Any(phrase => phrase.Length > LongestPhrase))
            problem($"a line of the file is longer than {LongestPhrase} characters", "write one short phrase per line");
        return phrases;
    }
}

// Configuration files for tests.
using StreamActions.TestKit;
using StreamActions.Worker.Configuration;

namespace StreamActions.Worker.Tests.Configuration;

/// <summary>Reads configuration texts.</summary>
internal static class ConfigurationText
{
    /// <summary>A minimal valid file. It ends with a line break, so that tests can append to it.</summary>
    public const string Minimal = """
        model: models/demo
        cameras:
          aisle: { source: "file:samples/aisle.mp4" }
          dock-east: { source: "rtsp://10.0.0.5/sub", zones: { gate: [[0.1,0.2],[0.8,0.2],[0.8,0.9]] } }
        alerts:
          fight: { phrases: [two people fighting] }

        """;

    /// <summary>The minimal file with one text replaced by another.</summary>
    public static string With(string old, string replacement)
    {
        Assert.Contains(old, Minimal, StringComparison.Ordinal);
        return Minimal.Replace(old, replacement, StringComparison.Ordinal);
    }

    /// <summary>The minimal file with other keys of the alert <c>fight</c>, in line 6.</summary>
    public static string WithAlert(string keys) => With("{ phrases: [two people fighting] }", keys);

    /// <summary>The minimal file with other keys of the camera <c>aisle</c>, in line 3.</summary>
    public static string WithCamera(string keys) => With("{ source: \"file:samples/aisle.mp4\" }", keys);

    /// <summary>Reads a text.</summary>
    public static ConfigurationOutcome Read(string yaml, params (string Name, string Value)[] environment) =>
        InFile(yaml, path => StreamActionsFileReader.Read(path, Environment(environment)));

    /// <summary>Reads a valid text.</summary>
    public static StreamActionsFile Good(string yaml, params (string Name, string Value)[] environment)
    {
        var outcome = Read(yaml, environment);
        Assert.Empty(outcome.Problems);
        return outcome.File!;
    }

    /// <summary>The problems of a text, without the file's name.</summary>
    public static string[] Problems(string yaml, params (string Name, string Value)[] environment)
    {
        var outcome = Read(yaml, environment);
        Assert.Equal(outcome.Problems.Count > 0, outcome.File is null);
        return [.. outcome.Problems.Select(problem => problem.ToString()[(problem.File.Length + 1)..])];
    }

    /// <summary>The output of a command about a text. The folder's name is replaced by <c>FOLDER</c>.</summary>
    public static (int Code, string Text) Written(string yaml, Func<string, TextWriter, int> command) => InFile(yaml, path =>
    {
        using StringWriter output = new() { NewLine = "\n" };
        var code = command(path, output);
        return (code, output.ToString().Replace(Path.GetDirectoryName(path)!, "FOLDER", StringComparison.Ordinal));
    });

    /// <summary>An environment with the given variables.</summary>
    public static Func<string, string?> Environment(params (string Name, string Value)[] variables) =>
        name => variables.Where(variable => variable.Name == name).Select(variable => variable.Value).FirstOrDefault();

    private static T InFile<T>(string yaml, Func<string, T> read)
    {
        using TemporaryFolder folder = new();
        var path = folder.File("site.yaml");
        File.WriteAllText(path, yaml);
        return read(path);
    }
}

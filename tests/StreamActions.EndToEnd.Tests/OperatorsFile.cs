// Writes configuration files for the tests.
using StreamActions.TestKit;

namespace StreamActions.EndToEnd.Tests;

/// <summary>Writes an operator's file.</summary>
internal static class OperatorsFile
{
    /// <summary>The demo model of the repository.</summary>
    public static string DemoModel { get; } = Path.Combine(RepositoryPaths.Root, "models", "demo");

    /// <summary>
    /// A file with the demo model, a store in the folder, Kafka if given, the cameras, and the alert <c>sudden</c>. Each sample film sets
    /// off this alert more than once.
    /// </summary>
    public static string Write(
        TemporaryFolder folder, string cameras, string? kafka = null, string? model = null, string topic = "streamactions.e2e")
    {
        var path = folder.File("streamactions.yaml");
        var relay = kafka is null ? "" : $"kafka: {{ bootstrap: \"{kafka}\", topic: {topic} }}";
        File.WriteAllText(path, $$"""
            model: {{model ?? DemoModel}}
            sinks:
              store: { path: {{folder.File("events.db")}}, keep: 1d }
              {{relay}}
            cameras:
              {{cameras}}
            alerts:
              sudden:
                phrases: ["a person falls down", "a person jumps", "two people fighting"]
                not: ["a person is lying on the floor"]
                threshold: 0.5
                begin-after: 250ms
                end-after: 1s
                cooldown: 0s
            """);
        return path;
    }

    /// <summary>Path of a sample film.</summary>
    public static string Sample(string name) => Path.Combine(RepositoryPaths.Root, "samples", name);
}

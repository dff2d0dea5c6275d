// `validate FILE`: a summary of the file, or all of its problems.
namespace StreamActions.Worker.Configuration;

/// <summary>The command <c>validate</c>.</summary>
internal static class ValidateCommand
{
    /// <summary>Checks a file with this process's environment.</summary>
    /// <returns>The exit code: 0 if the file is valid, otherwise 1.</returns>
    public static int Run(string path, TextWriter output) => Run(path, output, Environment.GetEnvironmentVariable);

    /// <summary>Checks a file with the given environment.</summary>
    internal static int Run(string path, TextWriter output, Func<string, string?> environment)
    {
        var outcome = StreamActionsFileReader.Read(path, environment);
        var (file, problems) = outcome;
        WriteProblems(problems, output);
        foreach (var warning in outcome.Warnings)
            output.WriteLine($"warning: {warning}");
        if (file is null)
        {
            output.WriteLine($"{path}: {Count(problems.Count, "problem")}");
            return 1;
        }
        var events = file.Sinks.Kafka is { } kafka ? $"events go to {kafka}" : "events stay in the store";
        var cameras = Count(file.Cameras.Count, "camera");
        var alerts = Count(file.Alerts.Count, "alert");
        output.WriteLine($"{path}: OK, {cameras}, {alerts}, {Count(file.Schedules.Count, "schedule")}; {events}");
        return 0;
    }

    /// <summary>Writes one line per problem.</summary>
    internal static void WriteProblems(IReadOnlyList<ConfigurationProblem> problems, TextWriter output)
    {
        foreach (var problem in problems)
            output.WriteLine(problem);
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}

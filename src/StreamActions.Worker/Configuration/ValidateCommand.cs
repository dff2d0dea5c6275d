// `validate FILE`: what the file holds, or everything that is wrong with it.
namespace StreamActions.Worker.Configuration;

/// <summary>The command <c>validate</c>.</summary>
internal static class ValidateCommand
{
    /// <summary>Checks a file with this process's environment.</summary>
    /// <returns>The exit code: 0 when the file is good, else 1.</returns>
    public static int Run(string path, TextWriter output) => Run(path, output, Environment.GetEnvironmentVariable);

    /// <summary>Checks a file with an environment.</summary>
    internal static int Run(string path, TextWriter output, Func<string, string?> environment)
    {
        var (file, problems) = StreamActionsFileReader.Read(path, environment);
        WriteProblems(problems, output);
        if (file is null)
        {
            output.WriteLine($"{path}: {Count(problems.Count, "problem")}");
            return 1;
        }
        var events = file.Sinks.Kafka is { } kafka ? $"events go to {kafka}" : "events stay in the store";
        output.WriteLine(
            $"{path}: OK, {Count(file.Cameras.Count, "camera")}, {Count(file.Alerts.Count, "alert")}, {Count(file.Schedules.Count, "schedule")}; {events}");
        return 0;
    }

    /// <summary>One line a problem.</summary>
    internal static void WriteProblems(IReadOnlyList<ConfigurationProblem> problems, TextWriter output)
    {
        foreach (var problem in problems)
            output.WriteLine(problem);
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}

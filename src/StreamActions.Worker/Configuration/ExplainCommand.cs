// `explain CAMERA`: the effective settings of a camera, each with its origin.
namespace StreamActions.Worker.Configuration;

/// <summary>The command <c>explain</c>.</summary>
internal static class ExplainCommand
{
    /// <summary>Explains a camera with this process's environment.</summary>
    /// <returns>The exit code: 0, or 1 if the file has problems or no such camera.</returns>
    public static int Run(string camera, string path, TextWriter output) =>
        Run(camera, path, output, Environment.GetEnvironmentVariable);

    /// <summary>Explains a camera with the given environment.</summary>
    internal static int Run(string camera, string path, TextWriter output, Func<string, string?> environment)
    {
        var outcome = StreamActionsFileReader.Read(path, environment);
        if (outcome.File is not { } file)
        {
            ValidateCommand.WriteProblems(outcome.Problems, output);
            return 1;
        }
        if (!file.Cameras.ContainsKey(camera))
        {
            output.WriteLine($"{path}: there is no camera '{camera}'; {Suggestion.For(camera, [.. file.Cameras.Keys])}");
            return 1;
        }
        var alerts = file.Alerts.Values.Where(alert => alert.Cameras.Contains(camera)).ToList();
        output.WriteLine($"Camera {camera} in {path}");
        Write($"cameras.{camera}", outcome.Settings, output);
        foreach (var schedule in alerts.Select(alert => alert.Schedule?.Name).OfType<string>().Distinct())
            WriteBlock($"Schedule {schedule}", $"schedules.{schedule}", outcome.Settings, output);
        foreach (var alert in alerts)
            WriteBlock($"Alert {alert.Name}", $"alerts.{alert.Name}", outcome.Settings, output);
        WriteBlock("All cameras", "", outcome.Settings, output);
        Write("inference", outcome.Settings, output);
        if (alerts.Count == 0)
            output.WriteLine("\nNo alert watches this camera.");
        return 0;
    }

    private static void WriteBlock(string title, string owner, IReadOnlyList<Setting> settings, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(title);
        Write(owner, settings, output);
    }

    private static void Write(string owner, IReadOnlyList<Setting> settings, TextWriter output)
    {
        var own = settings.Where(setting => setting.Owner == owner).ToList();
        var width = own.Select(setting => setting.Key.Length).Append(13).Max();
        foreach (var setting in own)
            output.WriteLine($"  {setting.Key.PadRight(width)} {setting.Shown.ReplaceLineEndings(" ")}  ({setting.Origin})");
    }
}

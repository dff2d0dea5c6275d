// One alert, or the defaults of all alerts.
using System.Globalization;

namespace StreamActions.Worker.Configuration;

/// <summary>Reads alerts.</summary>
internal static class AlertSection
{
    private const string PhrasesAdvice = "describe the action in words, such as phrases: [\"two people fighting\"]";
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>Reads an alert.</summary>
    public static AlertOptions Read(string name, Section section, AlertReferences references)
    {
        var phrases = section.Texts("phrases", PhrasesAdvice);
        var label = section.Text("label");
        if (phrases is not null && section.Find("label") is { } both)
            section.Problem(both.Node.Place, "label", "an alert has either phrases or a label, not both", "remove one of them");
        else if (phrases is null && section.Find("label") is null)
            section.Missing("phrases", PhrasesAdvice + ", or add a label of the model, such as label: fall_floor");
        if (label is not null && label.Trim().Length == 0)
        {
            section.Problem(section.Find("label")!.Node.Place, "label", "the text is empty",
                "write a label of the model, or remove the key");
        }
        var options = Common(name, section, references, phrases ?? [], label);
        section.ReportUnknownKeys();
        return options;
    }

    /// <summary>Checks <c>defaults.alert</c>: every key of an alert except <c>phrases</c> and <c>label</c>.</summary>
    public static void ReadDefaults(Section section, AlertReferences references)
    {
        Common("defaults", section, references, [], null);
        section.ReportUnknownKeys();
    }

    private static AlertOptions Common(
        string name, Section section, AlertReferences references, IReadOnlyList<ListedText> phrases, string? label)
    {
        var not = section.Texts("not", "list negative phrases, such as not: [\"two people hugging\"]") ?? [];
        if (section.Find("not") is null)
            section.Explain("not", "[]", null);
        foreach (var both in not.Where(other => phrases.Any(phrase => phrase.Text == other.Text)))
        {
            section.Reading.Problem(both.Place, both.Key, $"'{both.Written}' is also a phrase of this alert",
                "remove it from one of the two lists");
        }
        if (label is not null && section.HasOwn("not"))
        {
            section.Problem(section.Find("not")!.Node.Place, "not", "a label competes with the model's other labels, not with phrases",
                "remove 'not'");
        }
        var cameras = references.CamerasOf(section);
        var enter = section.Number("threshold", BuiltIn.Enter, "a number above 0 and below 1", value => value is > 0 and < 1);
        return new()
        {
            Name = name,
            Phrases = [.. phrases.Select(phrase => phrase.Text)],
            Not = label is null ? [.. not.Select(phrase => phrase.Text)] : [],
            Label = label,
            Cameras = cameras,
            Zones = references.ZonesOf(section, cameras),
            Schedule = references.ScheduleOf(section),
            Enter = enter,
            Exit = Exit(section, enter),
            BeginAfter = Wait(section, "begin-after", BuiltIn.BeginAfter),
            EndAfter = Wait(section, "end-after", BuiltIn.EndAfter),
            MergeGap = Wait(section, "merge-gap", BuiltIn.MergeGap),
            Cooldown = Wait(section, "cooldown", BuiltIn.Cooldown),
            UpdateEvery = section.Duration("update-every", BuiltIn.UpdateEvery, TimeSpan.FromMilliseconds(100), LongestWait),
        };
    }

    private static double Exit(Section section, double enter)
    {
        // Rounded, because 0.8 × 0.7 is 0.5599999999999999 in floating point.
        var builtIn = Math.Round(enter * BuiltIn.ExitShare, 6);
        var exit = section.Number("exit", builtIn, "a number above 0 and below 1", value => value is > 0 and < 1);
        if (exit > enter && !section.IsDefaults && section.Find("exit") is { } found
            && !HasProblem(section, "threshold") && !HasProblem(section, "exit"))
        {
            section.Problem(found.Node.Place, "exit", $"{Format(exit)} is above the threshold {Format(enter)}",
                "use at most the threshold, or remove the key for 0.8 of the threshold");
        }
        return exit;
    }

    private static bool HasProblem(Section section, string key) => section.Find(key) is { } found && section.Reading.HasProblem(found.Key);

    private static TimeSpan Wait(Section section, string key, TimeSpan builtIn) =>
        section.Duration(key, builtIn, TimeSpan.Zero, LongestWait);

    private static string Format(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}

// Checks that the data options on the command line fit the chosen data.
using System.CommandLine;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Commands;

/// <summary>Rejects options that do not apply to the chosen data.</summary>
internal static class DataOptions
{
    private const string RecordingsOnly = "only for recordings; name them with --data";
    private static readonly string[] OfRecordings = [RunSettings.Labels, RunSettings.Validation, RunSettings.Media];

    /// <summary>The settings that are options of <c>evaluate</c>.</summary>
    public static IEnumerable<RunSetting> OfEvaluation =>
        RunSettings.All.Where(s => s.Name is RunSettings.Data or RunSettings.Views || OfRecordings.Contains(s.Name));

    /// <summary>Checks the data options of a training verb.</summary>
    /// <param name="settings">The verb's options.</param>
    /// <param name="result">The command line.</param>
    /// <param name="choice">The data that the command line names.</param>
    /// <exception cref="TrainerException">A given option does not apply to this data.</exception>
    public static void CheckForTraining(SettingOptions settings, ParseResult result, DataChoice choice)
    {
        if (!DataChoice.IsRecordings(choice.Source))
            Refuse(settings, result, RecordingsOnly, OfRecordings);
        if (!choice.HasRecordings)
            Refuse(settings, result, RecordingsOnly, RunSettings.HeldOut, RunSettings.Views, RunSettings.Augment, RunSettings.ColourJitter);
        if (choice.Replay is null)
            Refuse(settings, result, "only with replayed data; name it with --replay", RunSettings.ReplayShare);
    }

    /// <summary>Checks the data options of an evaluating verb.</summary>
    /// <param name="settings">The verb's options.</param>
    /// <param name="result">The command line.</param>
    /// <param name="choice">The data that the command line names.</param>
    /// <param name="own">The run's own data, used when <c>--data</c> is not given; null without a run.</param>
    /// <exception cref="TrainerException">A given option does not apply to this data.</exception>
    public static void CheckForEvaluation(SettingOptions settings, ParseResult result, DataChoice choice, DataChoice? own)
    {
        var given = settings.IsGiven(result, RunSettings.Data);
        if (!given || !DataChoice.IsRecordings(choice.Source))
            Refuse(settings, result, $"{RecordingsOnly}; a run's own recordings keep their settings", OfRecordings);
        if (given ? !DataChoice.IsRecordings(choice.Source) : own?.HasRecordings == false)
            Refuse(settings, result, "only for recordings; a generated clip has one view, so leave the option out", RunSettings.Views);
    }

    private static void Refuse(SettingOptions settings, ParseResult result, string why, params string[] names)
    {
        string[] given = [.. names.Where(name => settings.IsGiven(result, name))];
        if (given.Length > 0)
            throw new TrainerException($"{string.Join(", ", given)}: {why}");
    }
}

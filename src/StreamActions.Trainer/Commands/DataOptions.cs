// Which options of data go together.
using System.CommandLine;
using StreamActions.Trainer.Data;

namespace StreamActions.Trainer.Commands;

/// <summary>Refuses options that the chosen data do not have.</summary>
internal static class DataOptions
{
    private const string RecordingsOnly = "it is about recordings, name them with --data";
    private static readonly string[] OfRecordings = [RunSettings.Labels, RunSettings.Validation, RunSettings.Media];

    /// <summary>The settings that <c>evaluate</c> has.</summary>
    public static IEnumerable<RunSetting> OfEvaluation =>
        RunSettings.All.Where(s => s.Name is RunSettings.Data or RunSettings.Views || OfRecordings.Contains(s.Name));

    /// <summary>Checks the options of a verb that trains.</summary>
    /// <param name="settings">Its options.</param>
    /// <param name="result">The command line.</param>
    /// <param name="choice">The data that it names.</param>
    /// <exception cref="TrainerException">An option is given that this data does not have.</exception>
    public static void CheckForTraining(SettingOptions settings, ParseResult result, DataChoice choice)
    {
        if (!DataChoice.IsRecordings(choice.Source))
            Refuse(settings, result, RecordingsOnly, OfRecordings);
        if (!choice.HasRecordings)
            Refuse(settings, result, RecordingsOnly, RunSettings.HeldOut, RunSettings.Views, RunSettings.Augment, RunSettings.ColourJitter);
        if (choice.Replay is null)
            Refuse(settings, result, "nothing is replayed, name what with --replay", RunSettings.ReplayShare);
    }

    /// <summary>Checks the options of a verb that evaluates.</summary>
    /// <param name="settings">Its options.</param>
    /// <param name="result">The command line.</param>
    /// <param name="choice">The data that it names.</param>
    /// <param name="own">The data of the run, which is used where <c>--data</c> is not given; null without a run.</param>
    /// <exception cref="TrainerException">An option is given that this data does not have.</exception>
    public static void CheckForEvaluation(SettingOptions settings, ParseResult result, DataChoice choice, DataChoice? own)
    {
        var given = settings.IsGiven(result, RunSettings.Data);
        if (!given || !DataChoice.IsRecordings(choice.Source))
            Refuse(settings, result, $"{RecordingsOnly}; a run's own keep its settings", OfRecordings);
        if (given ? !DataChoice.IsRecordings(choice.Source) : own?.HasRecordings == false)
            Refuse(settings, result, "it is about recordings, and generated clips have one view", RunSettings.Views);
    }

    private static void Refuse(SettingOptions settings, ParseResult result, string why, params string[] names)
    {
        string[] given = [.. names.Where(name => settings.IsGiven(result, name))];
        if (given.Length > 0)
            throw new TrainerException($"{string.Join(", ", given)}: {why}");
    }
}

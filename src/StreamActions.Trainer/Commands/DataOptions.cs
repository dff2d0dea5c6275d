// Options for the data of a run.
using System.CommandLine;
using System.Globalization;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Data.Augmentation;

namespace StreamActions.Trainer.Commands;

/// <summary>Data on the command line.</summary>
internal sealed class DataOptions
{
    private static readonly DataChoice Default = new();

    private readonly Option<string?> _labels = new("--labels") { Description = "Label table of recordings; labels.csv beside the list unless given." },
        _validation = new("--validation") { Description = "Held-out recordings, in any of the layouts; without them a share of the others is held out." },
        _media = new("--media") { Description = "Folder that the paths of a list are relative to; the list's own unless given." };

    private readonly Option<double> _heldOut = new("--held-out") { Description = "Share of recordings that is held out where nothing says which.", DefaultValueFactory = _ => Default.HeldOut };
    /// <summary>How held-out recordings are looked at.</summary>
    public Option<string> Views { get; } = new("--views") { Description = "Views of a held-out recording, moments x crops, such as 4x3.", DefaultValueFactory = _ => "1x1" };

    private readonly Option<string> _recipe = new("--augment") { Description = $"How recordings are varied: {string.Join(", ", AugmentationOptions.Names)}.", DefaultValueFactory = _ => Default.Recipe };
    private readonly Option<double> _jitter = new("--colour-jitter") { Description = "Brightness, contrast and saturation of training recordings change by a random factor of up to 1 +- this; 0 leaves them.", DefaultValueFactory = _ => Default.ColourJitter };
    private readonly Option<string?> _replay = new("--replay") { Description = "Data that the weights of --from know, replayed so that it is not forgotten: 'generated', or recordings." };
    private readonly Option<double> _share = new("--replay-share") { Description = "Share of training clips that are replayed.", DefaultValueFactory = _ => Default.ReplayShare };

    /// <summary>What to use.</summary>
    public Option<string?> Data { get; } = new("--data") { Description = "'generated', the generated benchmark, or recordings: a folder with a folder per class, a list of 'path label' lines, a CSV with captions (docs/data.md)." };

    /// <summary>Adds them to a verb.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="training">Also those that only training has.</param>
    public void AddTo(Command command, bool training)
    {
        if (training)
            Data.Description += " The generated benchmark unless given.";
        foreach (Option option in (Option[])[Data, _labels, _validation, _media, Views, .. training ? (Option[])[_heldOut, _recipe, _jitter, _replay, _share] : []])
            command.Options.Add(option);
    }

    /// <summary>What was given.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="training">Whether the verb trains.</param>
    /// <param name="own">The data that is used when <c>--data</c> is not given, where that is a run's own.</param>
    /// <exception cref="FormatException">A value has another form, or an option is given that this data does not have.</exception>
    public DataChoice Read(ParseResult result, bool training, DataChoice? own = null)
    {
        var (temporal, spatial) = Parse(result.GetValue(Views)!);
        var choice = new DataChoice
        {
            Source = Full(result.GetValue(Data)) ?? Default.Source,
            Labels = Full(result.GetValue(_labels)),
            Validation = Full(result.GetValue(_validation)),
            Media = Full(result.GetValue(_media)),
            TemporalViews = temporal,
            SpatialViews = spatial,
        };
        if (!training)
        {
            RefuseForEvaluation(result, choice, own);
            return choice;
        }
        choice = choice with
        {
            HeldOut = result.GetValue(_heldOut),
            Recipe = result.GetValue(_recipe)!,
            ColourJitter = result.GetValue(_jitter),
            Replay = Full(result.GetValue(_replay)),
            ReplayShare = result.GetValue(_share),
        };
        RefuseForTraining(result, choice);
        return choice;
    }

    private void RefuseForTraining(ParseResult result, DataChoice choice)
    {
        if (!DataChoice.IsRecordings(choice.Source))
            Refuse(result, "it is about recordings, name them with --data", _labels, _validation, _media);
        if (!choice.HasRecordings)
            Refuse(result, "it is about recordings, name them with --data", _heldOut, Views, _recipe, _jitter);
        if (choice.Replay is null)
            Refuse(result, "nothing is replayed, name what with --replay", _share);
    }

    private void RefuseForEvaluation(ParseResult result, DataChoice choice, DataChoice? own)
    {
        var given = RunSettings.IsGiven(result, Data);
        if (!given || !DataChoice.IsRecordings(choice.Source))
            Refuse(result, "it is about recordings, name them with --data; a run's own keep its settings", _labels, _validation, _media);
        if (given ? !DataChoice.IsRecordings(choice.Source) : own?.HasRecordings == false)
            Refuse(result, "it is about recordings, and generated clips have one view", Views);
    }

    private static void Refuse(ParseResult result, string why, params Option[] options)
    {
        string[] given = [.. options.Where(option => RunSettings.IsGiven(result, option)).Select(option => option.Name)];
        if (given.Length > 0)
            throw new FormatException($"{string.Join(", ", given)}: {why}");
    }

    // Names stay names; what may be a path is made a full one.
    private static string? Full(string? path) => path is null or DataChoice.GeneratedClips or DataChoice.GeneratedImages ? path : Path.GetFullPath(path);

    private static (int Temporal, int Spatial) Parse(string text) =>
        text.Split('x') is [var t, var s] && int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var temporal) && int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var spatial)
            ? (temporal, spatial)
            : throw new FormatException($"--views {text}: moments x crops, such as 4x3");
}

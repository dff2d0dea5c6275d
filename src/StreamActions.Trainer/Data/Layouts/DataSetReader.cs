// Opens a set of recordings in any layout and finds all errors before anything is decoded.
using System.Globalization;

namespace StreamActions.Trainer.Data.Layouts;

/// <summary>Creates a <see cref="DataSet"/>.</summary>
internal sealed class DataSetReader
{
    private readonly DataSetOptions _options;
    private readonly List<DataProblem> _problems = [];
    private readonly List<string> _notes = [];
    private readonly Dictionary<string, ListedClip> _listed = [];

    private DataSetReader(DataSetOptions options) => _options = options;

    /// <summary>Raised with the path of each data set that is opened, on the opening thread. Tests use it to count openings.</summary>
    internal static event Action<string>? Opening;

    /// <summary>Opens a set.</summary>
    /// <exception cref="DataSetException">The set has errors; the message lists them.</exception>
    public static DataSet Open(DataSetOptions options)
    {
        Opening?.Invoke(options.Path);
        var reader = new DataSetReader(options);
        var set = reader.Read();
        return reader._problems.Count == 0 ? set! : throw new DataSetException(options.Path, reader._problems);
    }

    private DataSet? Read()
    {
        if (!_options.EvaluationOnly && !HasShare)
            Problem("--held-out", $"{_options.HeldOutShare} is out of range", "give a number above 0 and below 1");
        if (IsMediaMissing)
            Problem(_options.Media!, "no such folder", "name the folder of the recordings with --media");
        var listed = List(_options.Path);
        var validation = _options.Validation is { } path ? List(path) : null;
        if (_problems.Count == 0 && listed.Count == 0)
            Problem(_options.Path, "it has no clips", "add clips in a layout of docs/data.md");
        if (_problems.Count == 0 && validation is [])
            Problem(_options.Validation!, "it has no clips", "add clips, or leave --validation out to hold out a share of --data");
        var table = Table(listed, validation ?? []);
        if (table is null)
            return null;
        var validator = new SplitValidator(table);
        var all = Clips(table, validator, listed, validation).ToList();
        var set = new DataSet(table.Classes, Part(all, DataPart.Training), Part(all, DataPart.HeldOut), _notes)
        {
            FreeCaptions = FreeCaptions(listed),
        };
        if (_options.EvaluationOnly)
            validator.NoteClasses(set, _notes);
        else if (listed.Count > 0)
            validator.Validate(set, _options, _problems, _notes);
        return set;
    }

    private bool HasShare => _options.HeldOutShare > 0 && _options.HeldOutShare < 1;

    private bool IsMediaMissing => _options.Media is { } media && !Directory.Exists(media);

    private IEnumerable<(RecordedClip Clip, DataPart Part)> Clips(
        LabelTable table, SplitValidator validator, IReadOnlyList<ListedClip> listed, IReadOnlyList<ListedClip>? validation)
    {
        var named = validation is null ? [] : Resolve(table, validator, validation, _options.Validation!, DataPart.HeldOut);
        if (!_options.EvaluationOnly)
            return Resolve(table, validator, listed, _options.Path, all: validation is null ? null : DataPart.Training).Concat(named);
        if (validation is not null)
            return named;
        ListedClip[] split = [.. listed.Where(clip => clip.Part == DataPart.HeldOut)];
        return Resolve(table, validator, split.Length > 0 ? split : listed, _options.Path, DataPart.HeldOut);
    }

    private IReadOnlyList<ListedClip> List(string path)
    {
        if (Directory.Exists(path))
            return ClassFolders.Read(path, _notes);
        if (!File.Exists(path))
            Problem(path, "no such file or folder", "correct the path");
        else
            return IsCsv(path) ? CaptionTable.Read(path, _problems) : PathLabelList.Read(path, _problems);
        return [];
    }

    private LabelTable? Table(IReadOnlyList<ListedClip> listed, IReadOnlyList<ListedClip> validation)
    {
        var isFolder = Directory.Exists(_options.Path);
        var folder = isFolder ? _options.Path : Folder(_options.Path);
        var freeTexts = FreeCaptions(listed);
        if (_options.Labels is { } named)
            return LabelTable.Read(named, _problems);
        if (Path.Combine(folder, "labels.csv") is var beside && !freeTexts && File.Exists(beside))
            return LabelTable.Read(beside, _problems);
        if (isFolder)
            return LabelTable.Of(_options.Path, ClassFolders.Names(_options.Path));
        // With free captions each different caption is a class, so two clips with the same caption share a class.
        return IsCsv(_options.Path)
            ? LabelTable.Of(_options.Path, listed.Concat(freeTexts ? validation : []).Select(clip => clip.Label ?? clip.Caption!))
            : LabelTable.Read(beside, _problems);
    }

    private bool FreeCaptions(IReadOnlyList<ListedClip> listed) =>
        _options.Labels is null && IsCsv(_options.Path) && listed.All(clip => clip.Label is null);

    private IEnumerable<(RecordedClip Clip, DataPart Part)> Resolve(
        LabelTable table, SplitValidator validator, IReadOnlyList<ListedClip> listed, string path, DataPart? all)
    {
        var media = Media(path);
        var byName = table.Classes.Select((c, i) => (c.Name, i)).ToDictionary(c => c.Name, c => c.i);
        foreach (var clip in listed)
        {
            var label = Label(clip, byName);
            // A missing media folder is one problem, not one per recording.
            var file = IsMediaMissing ? null : media.Find(clip, _problems);
            if (file is { } known && !_listed.TryAdd(known.Path, clip))
            {
                _problems.Add(new(
                    clip.File, clip.Line, $"'{clip.Path}' is in {Place(_listed[known.Path])} already",
                    "list each recording once, in one part"));
                file = null;
            }
            var part = all ?? clip.Part ?? (file is { } drawn && HasShare ? DrawPart(drawn.Name) : null);
            if (label is not { } index)
                continue;
            validator.Count(index, part);
            if (file is { } found)
                yield return (new(found.Name, found.Path, index, clip.Caption), part ?? DataPart.Training);
        }
    }

    private DataPart? DrawPart(string name) => HeldOutSplit.IsHeldOut(_options.Seed, name, _options.HeldOutShare)
        ? DataPart.HeldOut
        : DataPart.Training;

    private int? Label(ListedClip clip, Dictionary<string, int> byName)
    {
        var written = clip.Label ?? clip.Caption!;
        if (byName.TryGetValue(written, out var index))
            return index;
        if (!int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            _problems.Add(new(
                clip.File, clip.Line, $"label '{written}' is neither a number nor the name of a class",
                "use an id or a name of the label table"));
        else if (number >= byName.Count)
            _problems.Add(new(clip.File, clip.Line, $"label {number} is out of range", $"the classes are 0 to {byName.Count - 1}"));
        else
            return number;
        return null;
    }

    private MediaFolder Media(string path) => new(Path.GetFullPath(_options.Media ?? (Directory.Exists(path) ? path : Folder(path))));

    private static IReadOnlyList<RecordedClip> Part(IEnumerable<(RecordedClip Clip, DataPart Part)> all, DataPart part) =>
        [.. all.Where(c => c.Part == part).Select(c => c.Clip).OrderBy(c => c.Name, StringComparer.Ordinal)];

    private static bool IsCsv(string path) => Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase);

    private static string Folder(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static string Place(ListedClip clip) => clip.Line > 0 ? $"{clip.File}:{clip.Line}" : clip.File;

    private void Problem(string file, string what, string advice) => _problems.Add(new(file, 0, what, advice));
}

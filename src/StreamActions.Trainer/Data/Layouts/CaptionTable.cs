// A CSV file of recordings with captions.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>Reads <c>path,caption[,label][,split]</c>.</summary>
internal static class CaptionTable
{
    private const string PathColumn = "path", Caption = "caption", Label = "label", Split = "split";
    private static readonly string[] Required = [PathColumn, Caption], Optional = [Label, Split];

    /// <summary>Returns the valid rows and adds the errors of the others to <paramref name="problems"/>.</summary>
    public static IReadOnlyList<ListedClip> Read(string path, ICollection<DataProblem> problems)
    {
        if (CsvTable.Read(path, Required, Optional, problems) is not { } table)
            return [];
        List<ListedClip> clips = [];
        foreach (var row in table.Rows)
        {
            var before = problems.Count;
            foreach (var column in Required.Append(Label).Where(c => table.Columns.Contains(c) && row[c] is null))
                problems.Add(new(path, row.Line, $"no {column}", $"write the {column}; every row needs one"));
            var part = table.Columns.Contains(Split) ? PartOf(path, row, problems) : null;
            if (problems.Count == before)
                clips.Add(new(path, row.Line, row[PathColumn]!, row[Label], row[Caption], part));
        }
        return clips;
    }

    private static DataPart? PartOf(string path, CsvRow row, ICollection<DataProblem> problems)
    {
        switch (row[Split])
        {
            case "train":
                return DataPart.Training;
            case "val" or "validation" or "test":
                return DataPart.HeldOut;
            default:
                problems.Add(new(
                    path, row.Line, $"unknown split '{row[Split]}'",
                    "write train, or val, validation or test for a held-out clip"));
                return null;
        }
    }
}

// The label table: id,name and what else is known of a class.
using System.Globalization;

namespace StreamActions.Trainer.Data.Layouts;

/// <summary>The classes that recordings are labelled with.</summary>
/// <param name="File">The table, or the folder or list that the classes were taken from.</param>
/// <param name="Classes">The classes by id.</param>
/// <param name="Lines">Line of each; all 0 where there is no table.</param>
internal sealed record LabelTable(string File, IReadOnlyList<RecordedClass> Classes, IReadOnlyList<int> Lines)
{
    private const string Id = "id", Name = "name", Phrase = "phrase", Reverse = "reverse", Direction = "direction";
    private static readonly string[] Required = [Id, Name], Optional = [Phrase, Reverse, Direction];

    /// <summary>Classes without a table: by name.</summary>
    public static LabelTable Of(string file, IEnumerable<string> names)
    {
        RecordedClass[] classes = [.. names.Distinct().Order(StringComparer.Ordinal).Select(name => Make(name, null, null))];
        return new(file, classes, new int[classes.Length]);
    }

    /// <summary>Reads a table; null when what is wrong leaves no classes to go on with.</summary>
    public static LabelTable? Read(string path, ICollection<DataProblem> problems)
    {
        if (!System.IO.File.Exists(path))
        {
            problems.Add(new(path, 0, "no label table is here", "write one, id,name a line, or name it with --labels"));
            return null;
        }
        if (CsvTable.Read(path, Required, Optional, problems) is not { } table)
            return null;
        var before = problems.Count;
        CsvRow[] rows = [.. table.Rows.Where(row => IsWhole(path, row, table.Rows.Count, problems))];
        Repeated(path, rows, Id, problems);
        Repeated(path, rows, Name, problems);
        if (table.Rows.Count == 0)
            problems.Add(new(path, 0, "there is no class in it", "write a line of id,name for each"));
        if (problems.Count > before)
            return null;
        CsvRow[] byId = [.. rows.OrderBy(row => Number(row[Id]!))];
        RecordedClass[] classes = [.. byId.Select(row => Make(row[Name]!, row[Phrase], Flag(path, row, problems)))];
        return new(path, ReversePairs.Join(path, classes, [.. byId.Select(row => (row.Line, row[Reverse]))], problems),
            [.. byId.Select(row => row.Line)]);
    }

    private static bool IsWhole(string path, CsvRow row, int count, ICollection<DataProblem> problems)
    {
        var before = problems.Count;
        if (Number(row[Id]) is not (>= 0 and var id))
            problems.Add(new(path, row.Line, $"'{row[Id]}' is no id", "ids are numbers from 0"));
        else if (id >= count)
            problems.Add(new(path, row.Line, $"id {id} leaves a gap", $"the ids of {count} classes are 0 to {count - 1}"));
        if (row[Name] is null)
            problems.Add(new(path, row.Line, "a class without a name", "write id,name"));
        return problems.Count == before;
    }

    private static void Repeated(string path, CsvRow[] rows, string column, ICollection<DataProblem> problems)
    {
        string Key(CsvRow row) => column == Id ? Number(row[Id]!)!.Value.ToString(CultureInfo.InvariantCulture) : row[column]!;
        foreach (var group in rows.GroupBy(Key))
            foreach (var row in group.Skip(1))
                problems.Add(new(
                    path, row.Line, $"{column} '{group.Key}' is on line {group.First().Line} already",
                    $"each class has {(column == Id ? "an" : "a")} {column} of its own"));
    }

    private static RecordedClass Make(string name, string? phrases, bool? direction)
    {
        string[] written = phrases?.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        string[] all = written.Length > 0 ? written : [name.Replace('_', ' ')];
        return new(name, all, null, direction ?? (DirectionWords.In(name) || all.Any(DirectionWords.In)));
    }

    private static bool? Flag(string path, CsvRow row, ICollection<DataProblem> problems)
    {
        if (row[Direction] is not { } written || bool.TryParse(written, out _))
            return row[Direction] is null ? null : bool.Parse(row[Direction]!);
        problems.Add(new(path, row.Line, $"direction '{written}'", "write true, false or nothing"));
        return null;
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : null;
}

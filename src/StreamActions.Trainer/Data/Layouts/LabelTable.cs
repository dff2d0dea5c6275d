// The label table: id and name of each class, and optional columns.
using System.Globalization;

namespace StreamActions.Trainer.Data.Layouts;

/// <summary>The classes that recordings are labelled with.</summary>
/// <param name="File">The table, or the folder or list that the classes come from.</param>
/// <param name="Classes">The classes by id.</param>
/// <param name="Lines">Line of each class in the table; all 0 without a table.</param>
internal sealed record LabelTable(string File, IReadOnlyList<RecordedClass> Classes, IReadOnlyList<int> Lines)
{
    private const string Id = "id", Name = "name", Phrase = "phrase", Reverse = "reverse", Direction = "direction";
    private static readonly string[] Required = [Id, Name], Optional = [Phrase, Reverse, Direction];

    /// <summary>Makes classes from their names, sorted, when there is no table.</summary>
    public static LabelTable Of(string file, IEnumerable<string> names)
    {
        RecordedClass[] classes = [.. names.Distinct().Order(StringComparer.Ordinal).Select(name => Make(name, null, null))];
        return new(file, classes, new int[classes.Length]);
    }

    /// <summary>Reads a table and adds its errors to <paramref name="problems"/>; null when the errors leave no usable classes.</summary>
    public static LabelTable? Read(string path, ICollection<DataProblem> problems)
    {
        if (!System.IO.File.Exists(path))
        {
            problems.Add(new(path, 0, "no such label table", "write it with id,name lines, or give its path with --labels"));
            return null;
        }
        if (CsvTable.Read(path, Required, Optional, problems) is not { } table)
            return null;
        var before = problems.Count;
        CsvRow[] rows = [.. table.Rows.Where(row => IsWhole(path, row, table.Rows.Count, problems))];
        Repeated(path, rows, Id, problems);
        Repeated(path, rows, Name, problems);
        if (table.Rows.Count == 0)
            problems.Add(new(path, 0, "it has no classes", "write an id,name line for each class"));
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
            problems.Add(new(path, row.Line, $"'{row[Id]}' is not an id", "write a number from 0 on"));
        else if (id >= count)
            problems.Add(new(path, row.Line, $"id {id} leaves a gap", $"number the {count} classes from 0 to {count - 1}"));
        if (row[Name] is null)
            problems.Add(new(path, row.Line, "the class has no name", "write id,name"));
        return problems.Count == before;
    }

    private static void Repeated(string path, CsvRow[] rows, string column, ICollection<DataProblem> problems)
    {
        string Key(CsvRow row) => column == Id ? Number(row[Id]!)!.Value.ToString(CultureInfo.InvariantCulture) : row[column]!;
        foreach (var group in rows.GroupBy(Key))
            foreach (var row in group.Skip(1))
                problems.Add(new(
                    path, row.Line, $"{column} '{group.Key}' is on line {group.First().Line} already",
                    $"give each class its own {column}"));
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
        problems.Add(new(path, row.Line, $"direction '{written}' is not a Boolean", "write true or false, or leave it empty"));
        return null;
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : null;
}

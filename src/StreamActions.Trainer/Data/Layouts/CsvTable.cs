// A CSV file with a header (RFC 4180), read strictly: rows keep their line number, and every deviation is an error.
using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using StreamActions.Core.Text;

namespace StreamActions.Trainer.Data.Layouts;

/// <summary>A row.</summary>
/// <param name="Line">The line where it begins, from 1.</param>
/// <param name="Fields">The fields by column.</param>
internal sealed record CsvRow(int Line, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>A field without surrounding blanks; null when it is empty or the file lacks the column.</summary>
    public string? this[string column] => Fields.GetValueOrDefault(column) is { Length: > 0 } value ? value : null;
}

/// <summary>A table with known columns.</summary>
/// <param name="Path">The file.</param>
/// <param name="Columns">The columns of the file.</param>
/// <param name="Rows">The valid rows.</param>
internal sealed record CsvTable(string Path, IReadOnlySet<string> Columns, IReadOnlyList<CsvRow> Rows)
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="required">Columns it must have.</param>
    /// <param name="optional">Columns it may have.</param>
    /// <param name="problems">Receives the errors.</param>
    /// <returns>The table, or null when its header has errors.</returns>
    public static CsvTable? Read(
        string path, IReadOnlyList<string> required, IReadOnlyList<string> optional, ICollection<DataProblem> problems)
    {
        var quote = false;
        var text = TextFile.Read(path);
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            IgnoreBlankLines = false,
            BadDataFound = _ => quote = true,
        };
        using var reader = new StringReader(text);
        using var parser = new CsvParser(reader, configuration);
        if (Next(parser) is not { } header)
        {
            problems.Add(new(path, 0, "the file is empty", $"begin it with the header {string.Join(',', required)}"));
            return null;
        }
        if (!Fits(path, header, required, optional, problems))
            return null;
        List<CsvRow> rows = [];
        for (var line = parser.RawRow + 1; Next(parser) is { } fields; line = parser.RawRow + 1, quote = false)
        {
            if (quote)
                problems.Add(new(
                    path, line, "a quote inside an unquoted field",
                    "put a field with quotes or commas into quotes, and double the quotes inside it"));
            else if (fields.All(field => field.Length == 0))
                continue;
            else if (fields.Length != header.Length)
                problems.Add(new(
                    path, line, $"{fields.Length} fields, but the header has {header.Length}", "put a field with commas into quotes"));
            else
                rows.Add(new(line, header.Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second)));
        }
        return new(path, header.ToHashSet(), rows);
    }

    private static string[]? Next(CsvParser parser) => parser.Read() ? [.. (parser.Record ?? []).Select(field => field.Trim())] : null;

    private static bool Fits(
        string path, string[] header, IReadOnlyList<string> required, IReadOnlyList<string> optional, ICollection<DataProblem> problems)
    {
        var known = string.Join(", ", required.Concat(optional));
        var before = problems.Count;
        foreach (var column in header.Where(column => !required.Contains(column) && !optional.Contains(column)))
            problems.Add(new(path, 1, $"unknown column '{column}'", $"use the columns {known}"));
        foreach (var column in required.Where(column => !header.Contains(column)))
            problems.Add(new(path, 1, $"no column '{column}'", $"begin the file with a header of the columns {known}"));
        foreach (var column in header.GroupBy(column => column).Where(group => group.Count() > 1))
            problems.Add(new(path, 1, $"column '{column.Key}' twice", "name each column once"));
        return problems.Count == before;
    }
}

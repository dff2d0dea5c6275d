// Test helper: a folder of lists and of empty files that stand for recordings.
using StreamActions.TestKit;
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Tests.Data;

internal sealed class DataFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    public string File(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes a text file.</summary>
    public string Write(string name, params string[] lines)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(File(name))!);
        System.IO.File.WriteAllLines(File(name), lines);
        return File(name);
    }

    /// <summary>Creates empty files that stand for recordings; listing a data set does not open them.</summary>
    public void Touch(params string[] names)
    {
        foreach (var name in names)
            Write(name);
    }

    /// <summary>The problems of a data set that must fail to open.</summary>
    public static IReadOnlyList<DataProblem> Problems(DataSetOptions options) =>
        Assert.Throws<DataSetException>(() => DataSetReader.Open(options)).Problems;

    /// <summary>Problems as <c>file:line problem</c>, with the file name only.</summary>
    public static IEnumerable<string> Short(IEnumerable<DataProblem> problems) =>
        problems.Select(p => $"{System.IO.Path.GetFileName(p.File)}:{p.Line} {p.What}");
}

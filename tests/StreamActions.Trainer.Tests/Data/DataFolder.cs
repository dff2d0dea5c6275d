// A folder of lists and of recordings that are only listed, for a test.
using StreamActions.TestKit;
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Tests.Data;

internal sealed class DataFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    public string File(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes a file of lines.</summary>
    public string Write(string name, params string[] lines)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(File(name))!);
        System.IO.File.WriteAllLines(File(name), lines);
        return File(name);
    }

    /// <summary>Makes empty files that stand for recordings: listing does not open them.</summary>
    public void Touch(params string[] names)
    {
        foreach (var name in names)
            Write(name);
    }

    /// <summary>The problems of a set.</summary>
    public static IReadOnlyList<DataProblem> Problems(DataSetOptions options) =>
        Assert.Throws<DataSetException>(() => DataSetReader.Open(options)).Problems;

    /// <summary>Problems as <c>file:line what</c>, with file names alone.</summary>
    public static IEnumerable<string> Short(IEnumerable<DataProblem> problems) =>
        problems.Select(p => $"{System.IO.Path.GetFileName(p.File)}:{p.Line} {p.What}");
}

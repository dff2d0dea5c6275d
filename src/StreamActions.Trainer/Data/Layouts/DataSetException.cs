// The error that lists all problems of a set of recordings at once.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>One problem of a set of recordings.</summary>
/// <param name="File">The list, the label table or the folder.</param>
/// <param name="Line">Line in the file, from 1; 0 for the whole file.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Advice">What to do.</param>
internal sealed record DataProblem(string File, int Line, string What, string Advice)
{
    /// <summary><c>file:line: what is wrong; what to do</c>, in one line.</summary>
    public override string ToString() => $"{File}{(Line > 0 ? $":{Line}" : "")}: {What}; {Advice}".ReplaceLineEndings(" ");
}

/// <summary>
/// A set of recordings cannot be used. The message lists the first <see cref="Shown"/> problems.
/// </summary>
internal sealed class DataSetException : TrainerException
{
    /// <summary>Maximum number of problems in the message: a moved folder causes one per clip.</summary>
    public const int Shown = 100;

    /// <inheritdoc cref="DataSetException"/>
    public DataSetException(string path, IReadOnlyList<DataProblem> problems) : base(Text(path, problems)) => Problems = problems;

    /// <summary>All problems.</summary>
    public IReadOnlyList<DataProblem> Problems { get; }

    private static string Text(string path, IReadOnlyList<DataProblem> problems)
    {
        var more = problems.Count > Shown ? $"\n  and {problems.Count - Shown} more" : "";
        return $"{path}: {problems.Count} problem(s):\n  {string.Join("\n  ", problems.Take(Shown))}{more}";
    }
}

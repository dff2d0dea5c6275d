// The one error of recordings that cannot be trained on: everything that is wrong, at once.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>One thing that is wrong with a set of recordings.</summary>
/// <param name="File">The list, the label table or the folder.</param>
/// <param name="Line">Line in it, from 1; 0 for the file as a whole.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Advice">What to do.</param>
internal sealed record DataProblem(string File, int Line, string What, string Advice)
{
    /// <summary><c>file:line: what is wrong; what to do</c>, in one line.</summary>
    public override string ToString() => $"{File}{(Line > 0 ? $":{Line}" : "")}: {What}; {Advice}".ReplaceLineEndings(" ");
}

/// <summary>
/// A set of recordings is not fit to be trained on. The message lists what is wrong, up to <see cref="Shown"/> lines of it.
/// </summary>
internal sealed class DataSetException : TrainerException
{
    /// <summary>Most problems in the message: a moved folder makes one of every clip.</summary>
    public const int Shown = 100;

    /// <inheritdoc cref="DataSetException"/>
    public DataSetException(string path, IReadOnlyList<DataProblem> problems) : base(Text(path, problems)) => Problems = problems;

    /// <summary>All that is wrong.</summary>
    public IReadOnlyList<DataProblem> Problems { get; }

    private static string Text(string path, IReadOnlyList<DataProblem> problems)
    {
        var more = problems.Count > Shown ? $"\n  and {problems.Count - Shown} more" : "";
        return $"{path}: {problems.Count} problem(s):\n  {string.Join("\n  ", problems.Take(Shown))}{more}";
    }
}

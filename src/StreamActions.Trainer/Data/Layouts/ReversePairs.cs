// Pairs of classes that show each other played backwards: resolves their names to indices, in both directions.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>Links the classes of a label table to their reverse classes.</summary>
internal static class ReversePairs
{
    /// <summary>Returns the classes with <see cref="RecordedClass.Reverse"/>. The table needs to name only one side of a pair.</summary>
    /// <param name="path">The label table.</param>
    /// <param name="classes">Its classes.</param>
    /// <param name="written">Line and <c>reverse</c> field of each class.</param>
    /// <param name="problems">Receives the errors.</param>
    public static IReadOnlyList<RecordedClass> Join(
        string path, RecordedClass[] classes, (int Line, string? Reverse)[] written, ICollection<DataProblem> problems)
    {
        var pairs = new int?[classes.Length];
        for (var i = 0; i < classes.Length; i++)
        {
            if (written[i].Reverse is not { } name)
                continue;
            var other = Array.FindIndex(classes, c => c.Name == name);
            if (other < 0 || other == i)
                problems.Add(new(
                    path, written[i].Line, $"reverse '{name}' is not the name of another class",
                    "write the name of the class that shows this one played backwards"));
            else if (pairs[i] is { } ownPair && ownPair != other || pairs[other] is { } otherPair && otherPair != i)
                problems.Add(new(
                    path, written[i].Line, $"reverse '{name}' contradicts another line",
                    "let exactly two classes name each other"));
            else
                (pairs[i], pairs[other]) = (other, i);
        }
        return [.. classes.Select((c, i) => c with { Reverse = pairs[i] })];
    }
}

// Classes that are each other played backwards: from names to indices, both ways.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>Joins the classes of a label table into pairs.</summary>
internal static class ReversePairs
{
    /// <summary>The classes with <see cref="RecordedClass.Reverse"/>; one side of a pair is enough to be written.</summary>
    /// <param name="path">The label table.</param>
    /// <param name="classes">Its classes.</param>
    /// <param name="written">Line and <c>reverse</c> of each.</param>
    /// <param name="problems">Where problems go.</param>
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
                    path, written[i].Line, $"reverse '{name}' is no other class",
                    "write the name of the class that is this one played backwards"));
            else if (pairs[i] is { } has && has != other || pairs[other] is { } hers && hers != i)
                problems.Add(new(
                    path, written[i].Line, $"reverse '{name}' does not agree with another line",
                    "two classes are each other's reverse, no third one"));
            else
                (pairs[i], pairs[other]) = (other, i);
        }
        return [.. classes.Select((c, i) => c with { Reverse = pairs[i] })];
    }
}

// Whether every class has clips to learn from and to be measured on.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>Checks the two parts of a set.</summary>
internal static class PartProblems
{
    /// <summary>Adds what is wrong to <paramref name="problems"/>, and what is only odd to <paramref name="notes"/>.</summary>
    /// <param name="set">The set.</param>
    /// <param name="table">Its classes.</param>
    /// <param name="options">How it was opened.</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="notes">Where notes go.</param>
    public static void Find(DataSet set, LabelTable table, DataSetOptions options, ICollection<DataProblem> problems, ICollection<string> notes)
    {
        if (set.Training.Count == 0)
            problems.Add(new(options.Path, 0, "every clip is held out", "add clips, or give some of them to training"));
        if (set.HeldOut.Count == 0)
            problems.Add(new(options.Path, 0, "no clip is held out", "add clips, give a larger --held-out, or name some with --validation"));
        if (set.FreeCaptions)
            return;   // a text may be in one part alone
        var trained = Count(set.Training, table.Classes.Count);
        var heldOut = Count(set.HeldOut, table.Classes.Count);
        for (var i = 0; i < table.Classes.Count; i++)
        {
            var name = table.Classes[i].Name;
            if (trained[i] + heldOut[i] == 0)
                problems.Add(new(table.File, table.Lines[i], $"class '{name}' has no clip", "add clips of it, or take the class out"));
            else if (trained[i] == 0)
                problems.Add(new(table.File, table.Lines[i], $"class '{name}' has no clip to train on: all {heldOut[i]} are held out", "add clips of it, or hold out others"));
            else if (heldOut[i] == 0)
                notes.Add($"class '{name}': none of its {trained[i]} clip(s) is held out, so nothing says how well it is learnt");
        }
    }

    private static int[] Count(IReadOnlyList<RecordedClip> clips, int classes)
    {
        var counts = new int[classes];
        foreach (var clip in clips)
            counts[clip.Label]++;
        return counts;
    }
}

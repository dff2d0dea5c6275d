// Checks that every class has clips to train on and clips to evaluate on.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>Counts the clips of each class and checks the split of a set into training and held-out clips.</summary>
/// <param name="table">The classes.</param>
internal sealed class SplitValidator(LabelTable table)
{
    private readonly int[] _trained = new int[table.Classes.Count], _heldOut = new int[table.Classes.Count];

    /// <summary>Counts a clip. A clip with a problem of its own counts too: its class is not empty.</summary>
    /// <param name="label">Its class.</param>
    /// <param name="part">Its part; null when that is not known, so that it counts in both.</param>
    public void Count(int label, DataPart? part)
    {
        if (part != DataPart.HeldOut)
            _trained[label]++;
        if (part != DataPart.Training)
            _heldOut[label]++;
    }

    /// <summary>Adds what is wrong to <paramref name="problems"/>, and what is only odd to <paramref name="notes"/>.</summary>
    /// <param name="set">The set.</param>
    /// <param name="options">How it was opened.</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="notes">Where notes go.</param>
    public void Validate(DataSet set, DataSetOptions options, ICollection<DataProblem> problems, ICollection<string> notes)
    {
        // A part may only seem empty while clips have problems.
        var alone = problems.Count == 0;
        if (alone && set.Training.Count == 0)
            problems.Add(new(options.Path, 0, "every clip is held out", "add clips, or give some of them to training"));
        if (alone && set.HeldOut.Count == 0)
            problems.Add(new(
                options.Path, 0, "no clip is held out", "add clips, give a larger --held-out, or name some with --validation"));
        if (set.FreeCaptions)
            return;   // a text may be in one part alone
        for (var i = 0; i < table.Classes.Count; i++)
        {
            var name = table.Classes[i].Name;
            if (_trained[i] + _heldOut[i] == 0)
                problems.Add(new(table.File, table.Lines[i], $"class '{name}' has no clip", "add clips of it, or take the class out"));
            else if (_trained[i] == 0)
                problems.Add(new(
                    table.File, table.Lines[i], $"class '{name}' has no clip to train on: all {_heldOut[i]} are held out",
                    "add clips of it, or hold out others"));
            else if (_heldOut[i] == 0)
                notes.Add($"class '{name}': none of its {_trained[i]} clip(s) is held out, so nothing says how well it is learnt");
        }
    }

    /// <summary>Says how many classes are wrong answers alone in a set that is only evaluated on.</summary>
    public void NoteClasses(DataSet set, ICollection<string> notes)
    {
        if (!set.FreeCaptions && _heldOut.Count(clips => clips == 0) is > 0 and var empty)
            notes.Add($"{empty} of the {_heldOut.Length} classes have no clip here: they are answers that are never right");
    }
}

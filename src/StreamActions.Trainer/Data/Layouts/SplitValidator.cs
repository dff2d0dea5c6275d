// Checks that every class has training clips and held-out clips.
namespace StreamActions.Trainer.Data.Layouts;

/// <summary>Counts the clips of each class and checks the split of a set into training and held-out clips.</summary>
/// <param name="table">The classes.</param>
internal sealed class SplitValidator(LabelTable table)
{
    private readonly int[] _trained = new int[table.Classes.Count], _heldOut = new int[table.Classes.Count];

    /// <summary>Counts a clip. A clip with an error of its own counts too, so that its class is not also reported as empty.</summary>
    /// <param name="label">Its class.</param>
    /// <param name="part">Its part; null when unknown, which counts the clip in both parts.</param>
    public void Count(int label, DataPart? part)
    {
        if (part != DataPart.HeldOut)
            _trained[label]++;
        if (part != DataPart.Training)
            _heldOut[label]++;
    }

    /// <summary>Checks the split.</summary>
    /// <param name="set">The set.</param>
    /// <param name="options">The options that it was opened with.</param>
    /// <param name="problems">Receives the errors.</param>
    /// <param name="notes">Receives the warnings.</param>
    public void Validate(DataSet set, DataSetOptions options, ICollection<DataProblem> problems, ICollection<string> notes)
    {
        // Clips with errors are missing from the parts, so an empty part is reported only without other errors.
        var noOtherErrors = problems.Count == 0;
        if (noOtherErrors && set.Training.Count == 0)
            problems.Add(new(options.Path, 0, "every clip is held out", "add clips, or hold out fewer"));
        if (noOtherErrors && set.HeldOut.Count == 0)
            problems.Add(new(
                options.Path, 0, "no clip is held out", "add clips, give a larger --held-out, or name some with --validation"));
        if (set.FreeCaptions)
            return;   // a caption may be in only one part
        for (var i = 0; i < table.Classes.Count; i++)
        {
            var name = table.Classes[i].Name;
            if (_trained[i] + _heldOut[i] == 0)
                problems.Add(new(table.File, table.Lines[i], $"class '{name}' has no clip", "add clips of it, or remove the class"));
            else if (_trained[i] == 0)
                problems.Add(new(
                    table.File, table.Lines[i], $"class '{name}' has no clip to train on: all {_heldOut[i]} are held out",
                    "add clips of it, or hold out fewer"));
            else if (_heldOut[i] == 0)
                notes.Add($"class '{name}': none of its {_trained[i]} clip(s) is held out, so its accuracy is not measured");
        }
    }

    /// <summary>Adds a note with the number of classes without clips in an evaluation set. They can only be wrong answers.</summary>
    public void NoteClasses(DataSet set, ICollection<string> notes)
    {
        if (!set.FreeCaptions && _heldOut.Count(clips => clips == 0) is > 0 and var empty)
            notes.Add($"{empty} of the {_heldOut.Length} classes have no clips here; they can only be wrong answers");
    }
}

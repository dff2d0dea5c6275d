// Merges two class tables.
namespace StreamActions.Trainer.Data;

/// <summary>
/// The classes of a first table at their indices, followed by those of a second table whose names the first does not have.
/// </summary>
internal sealed class ClassUnion
{
    private readonly int[] _second;

    /// <summary>Merges two tables.</summary>
    public ClassUnion(IReadOnlyList<ClipClass> first, IReadOnlyList<ClipClass> second)
    {
        var classes = first.ToList();
        _second = new int[second.Count];
        for (var i = 0; i < second.Count; i++)
        {
            _second[i] = classes.FindIndex(c => c.Name == second[i].Name);
            if (_second[i] >= 0)
                continue;
            _second[i] = classes.Count;
            classes.Add(second[i] with { Reverse = null });
        }
        for (var i = 0; i < second.Count; i++)
            if (second[i].Reverse is { } reverse && classes[_second[i]].Reverse is null)
                classes[_second[i]] = classes[_second[i]] with { Reverse = _second[reverse] };
        Classes = classes;
    }

    /// <summary>The merged table.</summary>
    public IReadOnlyList<ClipClass> Classes { get; }

    /// <summary>The index in the merged table of a class of the second table.</summary>
    public int OfSecond(int label) => _second[label];
}

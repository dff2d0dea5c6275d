// Two tables of classes as one.
namespace StreamActions.Trainer.Data;

/// <summary>
/// The classes of a first table, in their places, and after them those of a second that the first does not have, by name.
/// </summary>
internal sealed class ClassUnion
{
    private readonly int[] _second;

    /// <summary>Joins two tables.</summary>
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

    /// <summary>The joint table.</summary>
    public IReadOnlyList<ClipClass> Classes { get; }

    /// <summary>Where a class of the second table is in the joint one.</summary>
    public int OfSecond(int label) => _second[label];
}

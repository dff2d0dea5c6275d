// What reading the operator's file gives: the file, or everything that is wrong with it.
namespace StreamActions.Worker.Configuration;

/// <summary>The outcome of reading a file: <see cref="File"/> is null exactly when there are problems.</summary>
/// <param name="File">The file, complete and checked.</param>
/// <param name="Problems">All that is wrong, in the order of the file.</param>
internal sealed record ConfigurationOutcome(StreamActionsFile? File, IReadOnlyList<ConfigurationProblem> Problems)
{
    /// <summary>Every setting in force and where it comes from, for <c>explain</c>; free of secrets.</summary>
    public IReadOnlyList<Setting> Settings { get; init; } = [];
}

/// <summary>One thing that is wrong. Free of secrets: what variables held is never quoted.</summary>
/// <param name="File">The file, as it was named.</param>
/// <param name="Place">Where in it.</param>
/// <param name="Key">The key's path, such as <c>alerts.fight.threshold</c>; empty for the file as a whole.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Advice">What to do.</param>
internal sealed record ConfigurationProblem(string File, Place Place, string Key, string What, string Advice)
{
    /// <summary><c>file:line:column: key.path: what is wrong; what to do</c>, in one line.</summary>
    public override string ToString() =>
        $"{File}:{Place.Line}:{Place.Column}: {(Key.Length > 0 ? Key + ": " : "")}{What}; {Advice}".ReplaceLineEndings(" ");
}

/// <summary>A value in force.</summary>
/// <param name="Owner">What it belongs to: <c>cameras.aisle</c>.</param>
/// <param name="Key">Its key: <c>loop</c>.</param>
/// <param name="Shown">The value, without secrets.</param>
/// <param name="Origin">Where it comes from: <c>line 12</c>, <c>defaults, line 40</c> or <c>built-in</c>.</param>
internal sealed record Setting(string Owner, string Key, string Shown, string Origin);

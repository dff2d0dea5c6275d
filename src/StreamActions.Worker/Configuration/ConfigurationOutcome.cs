// The result of reading the operator's file: the file, or all of its problems.
using StreamActions.Core.Text;

namespace StreamActions.Worker.Configuration;

/// <summary>The result of reading a file. <see cref="File"/> is null if and only if there are problems.</summary>
/// <param name="File">The complete, validated file.</param>
/// <param name="Problems">All problems, in the order of the file.</param>
internal sealed record ConfigurationOutcome(StreamActionsFile? File, IReadOnlyList<ConfigurationProblem> Problems)
{
    /// <summary>Valid values that are likely to be a mistake, in the order of the file. They contain no secrets.</summary>
    public IReadOnlyList<ConfigurationProblem> Warnings { get; init; } = [];

    /// <summary>All effective settings and their origins, for <c>explain</c>. They contain no secrets.</summary>
    public IReadOnlyList<Setting> Settings { get; init; } = [];

    /// <summary>Hides the values of all variables and secret files.</summary>
    public Secrets Secrets { get; init; } = Secrets.None;

    /// <summary>
    /// Paths of all keys that the reader looked for, such as <c>cameras.aisle.loop</c>. A test compares them with docs/configuration.md.
    /// </summary>
    public IReadOnlySet<string> KnownKeys { get; init; } = new HashSet<string>();
}

/// <summary>A problem with the file. It contains no secrets, because it never quotes the value of a variable.</summary>
/// <param name="File">The file's name, as given by the user.</param>
/// <param name="Place">The place in the file.</param>
/// <param name="Key">The key's path, such as <c>alerts.fight.threshold</c>; empty for the file as a whole.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Advice">What to do.</param>
internal sealed record ConfigurationProblem(string File, Place Place, string Key, string What, string Advice)
{
    /// <summary>One line: <c>file:line:column: key.path: what is wrong; what to do</c>.</summary>
    public override string ToString() =>
        $"{File}:{Place.Line}:{Place.Column}: {(Key.Length > 0 ? Key + ": " : "")}{What}; {Advice}".ReplaceLineEndings(" ");
}

/// <summary>An effective setting.</summary>
/// <param name="Owner">The path of its block, such as <c>cameras.aisle</c>.</param>
/// <param name="Key">The key, such as <c>loop</c>.</param>
/// <param name="Shown">The value, without secrets.</param>
/// <param name="Origin">The origin: <c>line 12</c>, <c>defaults, line 40</c> or <c>built-in</c>.</param>
internal sealed record Setting(string Owner, string Key, string Shown, string Origin);

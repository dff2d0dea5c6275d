// The state of one reading of a file: its name, the environment, problems, settings and known keys.
namespace StreamActions.Worker.Configuration;

/// <summary>One reading of a file.</summary>
/// <param name="file">The file's name, as given by the user.</param>
/// <param name="environment">Returns an environment variable, or null if it is not set.</param>
internal sealed class ConfigReading(string file, Func<string, string?> environment)
{
    private readonly HashSet<ConfigurationProblem> _problems = [];
    private readonly HashSet<ConfigurationProblem> _warnings = [];
    private readonly HashSet<Place> _suppressed = [];
    private readonly List<Setting> _settings = [];
    private readonly HashSet<string> _hidden = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _knownKeys = new(StringComparer.Ordinal);

    /// <summary>All problems in the order of the file. Several cameras can report the same bad default: it appears once.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => [.. _problems.OrderBy(problem => problem.Place)];

    /// <summary>Valid values that are likely to be a mistake, in the order of the file.</summary>
    public IReadOnlyList<ConfigurationProblem> Warnings => [.. _warnings.OrderBy(warning => warning.Place)];

    /// <summary>The effective settings, in the order of reading.</summary>
    public IReadOnlyList<Setting> Settings => _settings;

    /// <summary>Paths of all keys that the reader looked for, whether present in the file or not.</summary>
    public IReadOnlySet<string> KnownKeys => _knownKeys;

    /// <summary>Returns an environment variable, or null if it is not set.</summary>
    public Func<string, string?> Environment => environment;

    /// <summary>The values of all variables and secret files that were read. Nothing may show them.</summary>
    public IReadOnlyCollection<string> HiddenValues => _hidden;

    /// <summary>Adds the value of a variable or of a secret file.</summary>
    public void Hide(string value) => _hidden.Add(value);

    /// <summary>Adds a problem.</summary>
    public void Problem(Place place, string key, string what, string advice)
    {
        if (!_suppressed.Contains(place))
            _problems.Add(new(file, place, key, what, advice));
    }

    /// <summary>Adds a warning: the value is valid, but likely to be a mistake.</summary>
    public void Warning(Place place, string key, string what, string advice) => _warnings.Add(new(file, place, key, what, advice));

    /// <summary>Adds a problem with a value that cannot be read, and suppresses later problems at this place.</summary>
    public void FinalProblem(Place place, string key, string what, string advice)
    {
        Problem(place, key, what, advice);
        _suppressed.Add(place);
    }

    /// <summary>True if a key has a problem.</summary>
    public bool HasProblem(string key) => _problems.Any(problem => problem.Key == key);

    /// <summary>Adds an effective setting.</summary>
    public void Setting(Setting setting) => _settings.Add(setting);

    /// <summary>Adds a known key.</summary>
    public void Known(string path) => _knownKeys.Add(path);
}

// What one reading of a file carries along: its name, the environment, the problems and the settings found so far.
namespace StreamActions.Worker.Configuration;

/// <summary>One reading of a file.</summary>
/// <param name="file">The file, as it was named.</param>
/// <param name="environment">Environment variables by name; null when one is not set.</param>
internal sealed class ConfigReading(string file, Func<string, string?> environment)
{
    private readonly HashSet<ConfigurationProblem> _problems = [];
    private readonly HashSet<Place> _refused = [];
    private readonly List<Setting> _settings = [];

    /// <summary>All problems in the order of the file; one that several readers met (a bad default) is there once.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => [.. _problems.OrderBy(problem => problem.Place)];

    /// <summary>The settings in force, in the order in which they were read.</summary>
    public IReadOnlyList<Setting> Settings => _settings;

    /// <summary>Environment variables.</summary>
    public Func<string, string?> Environment => environment;

    /// <summary>Notes a problem.</summary>
    public void Problem(Place place, string key, string what, string advice)
    {
        if (!_refused.Contains(place))
            _problems.Add(new(file, place, key, what, advice));
    }

    /// <summary>Notes a problem with a value that nobody can read; what follows from that is not reported.</summary>
    public void Refuse(Place place, string key, string what, string advice)
    {
        Problem(place, key, what, advice);
        _refused.Add(place);
    }

    /// <summary>True when something is wrong with a key itself.</summary>
    public bool HasProblem(string key) => _problems.Any(problem => problem.Key == key);

    /// <summary>Notes a value in force.</summary>
    public void Setting(Setting setting) => _settings.Add(setting);
}

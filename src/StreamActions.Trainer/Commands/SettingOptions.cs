// A verb's command-line options for a run's settings.
using System.CommandLine;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>The settings of a verb as command-line options.</summary>
internal sealed class SettingOptions
{
    private readonly TrainingOptions _defaults;
    private readonly IReadOnlyList<(RunSetting Setting, Option Option)> _all;

    /// <summary>Creates the options.</summary>
    /// <param name="settings">The verb's settings.</param>
    /// <param name="defaults">Their default values.</param>
    public SettingOptions(IEnumerable<RunSetting> settings, TrainingOptions defaults)
    {
        _defaults = defaults;
        _all = [.. settings.Select(s => (s, s.ToOption(defaults)))];
    }

    /// <summary>The option with a name, such as <c>--batch</c>.</summary>
    public Option this[string name] => _all.First(s => s.Setting.Name == name).Option;

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (var (_, option) in _all)
            command.Options.Add(option);
    }

    /// <summary>True when an option is on the command line.</summary>
    public bool IsGiven(ParseResult result, string name) => result.GetResult(this[name]) is { Implicit: false };

    /// <summary>True when the option of a setting is on the command line; false for a setting that the verb lacks.</summary>
    public bool IsGiven(ParseResult result, RunSetting setting) =>
        _all.Any(s => s.Setting == setting && result.GetResult(s.Option) is { Implicit: false });

    /// <summary>The verb's default settings, changed by the options on the command line.</summary>
    /// <exception cref="TrainerException">A value is malformed.</exception>
    public TrainingOptions Read(ParseResult result) => _all
        .Where(s => result.GetResult(s.Option) is { Implicit: false })
        .Aggregate(_defaults, (options, s) => s.Setting.Apply(options, result, s.Option));
}

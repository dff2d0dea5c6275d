// One option that changes a run's result: its name, its help, and its place in the run's saved settings.
using System.CommandLine;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>An option that changes a run's result. <see cref="RunSettings.All"/> declares them.</summary>
/// <param name="Name">The option, such as <c>--batch</c>.</param>
/// <param name="Help">The option's help text.</param>
internal abstract record RunSetting(string Name, string Help)
{
    /// <summary>True when <c>pretrain</c> has the option too; <c>train</c> has them all.</summary>
    public bool InPretrain { get; init; }

    /// <summary>True when <c>convert</c> has the option too.</summary>
    public bool InConvert { get; init; } = true;

    /// <summary>True when the verb computes the default value. The help then shows no default.</summary>
    public bool IsComputed { get; init; }

    /// <summary>True when a manifest's command always names the option; false when it names only a value that is not the default.</summary>
    public bool IsAlwaysRecorded { get; init; }

    /// <summary>True when a resumed run may take another value.</summary>
    public bool MayChange { get; init; }

    /// <summary>The value in a run's settings.</summary>
    public abstract object? ValueIn(TrainingOptions options);

    /// <summary>The value that a run has when the option is not given.</summary>
    /// <param name="options">The run's settings: a default may depend on other settings.</param>
    public abstract object? DefaultFor(TrainingOptions options);

    /// <summary>Creates the option for a command line.</summary>
    /// <param name="defaults">The verb's default settings, which the help shows.</param>
    public abstract Option ToOption(TrainingOptions defaults);

    /// <summary>Returns the settings with the value from the command line.</summary>
    /// <param name="options">The settings to change.</param>
    /// <param name="result">The command line, on which the option is given.</param>
    /// <param name="option">The option that <see cref="ToOption"/> created.</param>
    /// <exception cref="TrainerException">The value is malformed.</exception>
    public abstract TrainingOptions Apply(TrainingOptions options, ParseResult result, Option option);
}

/// <inheritdoc cref="RunSetting"/>
/// <typeparam name="T">Type of the value.</typeparam>
/// <param name="Name">The option, such as <c>--batch</c>.</param>
/// <param name="Help">The option's help text.</param>
/// <param name="Get">Reads the value from settings.</param>
/// <param name="Set">Puts a value into settings.</param>
internal sealed record RunSetting<T>(string Name, string Help, Func<TrainingOptions, T> Get, Func<TrainingOptions, T, TrainingOptions> Set)
    : RunSetting(Name, Help)
{
    /// <summary>The default where it depends on other settings.</summary>
    public Func<TrainingOptions, T> Default { get; init; } = _ => Get(RunSettings.Defaults);

    /// <summary>The accepted values; empty accepts every value of the type.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <inheritdoc/>
    public override object? ValueIn(TrainingOptions options) => Get(options);

    /// <inheritdoc/>
    public override object? DefaultFor(TrainingOptions options) => Default(options);

    /// <inheritdoc/>
    public override Option ToOption(TrainingOptions defaults)
    {
        Option<T> option = new(Name) { Description = Help };
        var value = Get(defaults);
        // The help shows no default for a flag, nor for an option whose default is null.
        if (!IsComputed && (object?)value is not (null or false))
            option.DefaultValueFactory = _ => value;
        if (Values.Count > 0)
            option.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, [.. Values]);
        return option;
    }

    /// <inheritdoc/>
    public override TrainingOptions Apply(TrainingOptions options, ParseResult result, Option option) =>
        Set(options, result.GetValue((Option<T>)option)!);
}

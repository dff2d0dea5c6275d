// One option that decides a run: its name, its help, and its place in the run's saved settings.
using System.CommandLine;
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Commands;

/// <summary>An option that decides a run. <see cref="RunSettings.All"/> declares them.</summary>
/// <param name="Name">The option, such as <c>--batch</c>.</param>
/// <param name="Help">What its help says.</param>
internal abstract record RunSetting(string Name, string Help)
{
    /// <summary>True when <c>pretrain</c> has the option too, not <c>train</c> alone.</summary>
    public bool InPretrain { get; init; }

    /// <summary>True when the verb computes the value of an option that is not given: its help then shows no default.</summary>
    public bool IsComputed { get; init; }

    /// <summary>True when a manifest's command names the option in any case; else only where the value is not the default.</summary>
    public bool IsAlwaysRecorded { get; init; }

    /// <summary>True when a run that goes on may take another value.</summary>
    public bool MayChange { get; init; }

    /// <summary>The value in a run's settings.</summary>
    public abstract object? ValueIn(TrainingOptions options);

    /// <summary>The value that a run has when the option is not given.</summary>
    /// <param name="options">The run's settings: a default may depend on others.</param>
    public abstract object? DefaultFor(TrainingOptions options);

    /// <summary>The option for a command line.</summary>
    /// <param name="defaults">The verb's default settings, for the help.</param>
    public abstract Option ToOption(TrainingOptions defaults);

    /// <summary>Settings with the value of a command line.</summary>
    /// <param name="options">The other settings.</param>
    /// <param name="result">The command line, which gives the option.</param>
    /// <param name="option">What <see cref="ToOption"/> made.</param>
    /// <exception cref="TrainerException">The value has another form.</exception>
    public abstract TrainingOptions Apply(TrainingOptions options, ParseResult result, Option option);
}

/// <inheritdoc cref="RunSetting"/>
/// <typeparam name="T">Type of the value.</typeparam>
/// <param name="Name">The option, such as <c>--batch</c>.</param>
/// <param name="Help">What its help says.</param>
/// <param name="Get">Reads the value from settings.</param>
/// <param name="Set">Puts a value into settings.</param>
internal sealed record RunSetting<T>(string Name, string Help, Func<TrainingOptions, T> Get, Func<TrainingOptions, T, TrainingOptions> Set)
    : RunSetting(Name, Help)
{
    /// <summary>The default where it depends on other settings.</summary>
    public Func<TrainingOptions, T> Default { get; init; } = _ => Get(RunSettings.Defaults);

    /// <inheritdoc/>
    public override object? ValueIn(TrainingOptions options) => Get(options);

    /// <inheritdoc/>
    public override object? DefaultFor(TrainingOptions options) => Default(options);

    /// <inheritdoc/>
    public override Option ToOption(TrainingOptions defaults)
    {
        Option<T> option = new(Name) { Description = Help };
        var value = Get(defaults);
        // The help of a flag, and of an option that has no value unless given, shows no default.
        if (!IsComputed && (object?)value is not (null or false))
            option.DefaultValueFactory = _ => value;
        return option;
    }

    /// <inheritdoc/>
    public override TrainingOptions Apply(TrainingOptions options, ParseResult result, Option option) =>
        Set(options, result.GetValue((Option<T>)option)!);
}

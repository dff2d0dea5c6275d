// Options for the run's folder, threads and device. They do not change a run's result, so a run does not store them.
using System.CommandLine;
using StreamActions.Trainer.Network;

namespace StreamActions.Trainer.Commands;

/// <summary>Options that the verbs share.</summary>
internal sealed class RunOptions
{
    /// <summary>The run's folder.</summary>
    public Option<string> Run { get; } = new("--run") { Description = "Folder of the run: settings, checkpoints, log.", Required = true };

    /// <summary>Threads of libtorch.</summary>
    public Option<int> Threads { get; } =
        new("--threads") { Description = "Threads of libtorch; 0 uses all cores.", DefaultValueFactory = _ => 0 };

    /// <summary>The device.</summary>
    public Option<string> Device { get; } = new("--device")
    {
        Description = "auto, cpu or cuda; auto uses CUDA when libtorch finds a CUDA device.",
        DefaultValueFactory = _ => "auto",
    };

    /// <summary>Strength of the adapters, for verbs that use a trained network.</summary>
    public Option<double> Strength { get; } = new("--strength")
    {
        Description = "Factor on the adapters' output, 0 to 1: 1 is as trained (for a bundle, as exported), 0 is CLIP alone. "
            + "A value a little below 1 often helps untrained phrases and costs trained ones little. "
            + "Try values with 'evaluate', then 'export' with the best.",
        DefaultValueFactory = _ => AdapterStrength.Full,
    };

    /// <summary>Adds the options of training verbs to a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Run, Threads, Device])
            command.Options.Add(option);
    }
}

// Options that say where and how a verb works; they do not decide a run, so a run does not keep them.
using System.CommandLine;
using StreamActions.Trainer.Network;

namespace StreamActions.Trainer.Commands;

/// <summary>Common options of verbs that train or use a network.</summary>
internal sealed class RunOptions
{
    /// <summary>The run's folder.</summary>
    public Option<string> Run { get; } = new("--run") { Description = "Folder of the run: settings, checkpoints, log.", Required = true };

    /// <summary>Threads of libtorch.</summary>
    public Option<int> Threads { get; } =
        new("--threads") { Description = "Threads of libtorch; 0 takes all cores.", DefaultValueFactory = _ => 0 };

    /// <summary>The device.</summary>
    public Option<string> Device { get; } = new("--device")
    {
        Description = "auto, cpu or cuda; auto takes CUDA where the libtorch in use has it.",
        DefaultValueFactory = _ => "auto",
    };

    /// <summary>How far adapters move frozen CLIP, for verbs that use a trained network.</summary>
    public Option<double> Strength { get; } = new("--strength")
    {
        Description = "How much of what the adapters add to frozen CLIP counts: 1 is as they were trained (in a bundle, as it was "
            + "exported), 0 is CLIP alone. A little below 1 costs trained phrases little and helps those that were never trained; "
            + "try with 'evaluate', then 'export' with the same.",
        DefaultValueFactory = _ => AdapterStrength.Full,
    };

    /// <summary>Adds those of training to a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Run, Threads, Device])
            command.Options.Add(option);
    }
}

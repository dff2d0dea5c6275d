// Options that every verb that trains has.
using System.CommandLine;

namespace StreamActions.Trainer.Commands;

/// <summary>Common options of training.</summary>
internal sealed class RunOptions
{
    public Option<string> Run { get; } = new("--run") { Description = "Folder of the run: settings, checkpoints, log.", Required = true };
    public Option<long?> Steps { get; } = new("--steps") { Description = "Steps in all: of train 3000, of pretrain 2000 unless given. For a run that goes on: a new length, over which the learning rate then falls." };
    public Option<long?> WarmUp { get; } = new("--warm-up") { Description = "Steps in which the learning rate rises; a twentieth of all unless given." };
    public Option<ulong> Seed { get; } = new("--seed") { Description = "Seed of weights and clips.", DefaultValueFactory = _ => 1UL };
    public Option<bool> Mixed { get; } = new("--bf16") { Description = "Matrix products in bfloat16 where the processor has them, which is several times as fast; elsewhere in float, as without." };
    public Option<long> EvaluateEvery { get; } = new("--evaluate-every") { Description = "Steps from one evaluation to the next.", DefaultValueFactory = _ => 250 };
    public Option<int> Threads { get; } = new("--threads") { Description = "Threads of libtorch; 0 takes all cores.", DefaultValueFactory = _ => 0 };
    public Option<string> Device { get; } = new("--device") { Description = "auto, cpu or cuda; auto takes CUDA where the libtorch in use has it.", DefaultValueFactory = _ => "auto" };

    /// <summary>How far adapters move frozen CLIP, for verbs that use a trained network.</summary>
    public Option<double> Strength { get; } = new("--strength")
    {
        Description = "How much of what the adapters add to frozen CLIP counts: 1 is as they were trained (in a bundle, as it was exported), 0 is CLIP alone. A little below 1 costs trained phrases little and helps those that were never trained; try with 'evaluate', then 'export' with the same.",
        DefaultValueFactory = _ => Network.AdapterStrength.Full,
    };

    /// <summary>Adds those of training to a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Run, Steps, WarmUp, Seed, Mixed, EvaluateEvery, Threads, Device])
            command.Options.Add(option);
    }
}

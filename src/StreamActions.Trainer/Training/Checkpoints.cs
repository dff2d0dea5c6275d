// The checkpoints of a run: the newest and the best one. Each is written completely or not at all.
using System.Globalization;
using System.Text.Json;
using StreamActions.Core.Text;
using StreamActions.Model.Weights;
using StreamActions.Trainer.Network;

namespace StreamActions.Trainer.Training;

/// <summary>A checkpoint.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Step">Steps done.</param>
internal sealed record Checkpoint(string Path, long Step)
{
    /// <summary>The weights.</summary>
    public string Weights => System.IO.Path.Combine(Path, Checkpoints.WeightsFile);

    /// <summary>Reads the weights.</summary>
    /// <exception cref="TrainerException">The file is missing; the message names the checkpoint.</exception>
    /// <exception cref="CheckpointException">The file is not a safetensors file.</exception>
    public IReadOnlyDictionary<string, TensorData> Read() => File.Exists(Weights)
        ? SafetensorsFile.Open(Weights).ReadAll()
        : throw new TrainerException(
            $"{Path}: this checkpoint has no {Checkpoints.WeightsFile}; restore the run from a copy, or start another in a new folder");

    /// <summary>Path of the optimiser's state; null without one, as for imported weights.</summary>
    public string? Optimizer => System.IO.Path.Combine(Path, Checkpoints.OptimizerFile) is var file && File.Exists(file) ? file : null;

    /// <summary>True when the evaluation that was due at its step is done.</summary>
    public bool IsEvaluated => File.Exists(System.IO.Path.Combine(Path, Checkpoints.EvaluatedFile));
}

/// <summary>The figure of the best checkpoint.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Figure">The figure that it was chosen by, top-1 by text in [0, 1].</param>
internal sealed record BestFigure(long Step, double Figure);

/// <summary>Checkpoints in a run's folder.</summary>
internal sealed class Checkpoints(string root)
{
    internal const string WeightsFile = "weights.safetensors", OptimizerFile = "optimizer.bin", EvaluatedFile = "evaluated";

    /// <summary>JSON options for a record whose members are all required.</summary>
    internal static readonly JsonSerializerOptions EveryMember = new() { RespectRequiredConstructorParameters = true };

    private const string Prefix = "step-", BestPrefix = "best-", BestFile = "best.json", Unfinished = ".tmp";

    /// <summary>The newest checkpoint; null before the first.</summary>
    public Checkpoint? Latest() => All(Prefix).MaxBy(c => c.Step);

    /// <summary>The checkpoint with the best figure; null before the first evaluation.</summary>
    public Checkpoint? Best() => All(BestPrefix).MaxBy(c => c.Step);

    /// <summary>The figure of the best checkpoint; null before the first evaluation.</summary>
    /// <exception cref="TrainerException">The figure is missing or not readable; the message names the checkpoint.</exception>
    public BestFigure? BestFigure()
    {
        if (Best() is not { } best)
            return null;
        try
        {
            return JsonSerializer.Deserialize<BestFigure>(TextFile.Read(Path.Combine(best.Path, BestFile)), EveryMember)
                ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException)
        {
            throw new TrainerException(
                $"{best.Path}: its {BestFile} cannot be read ({e.Message}); restore it from a copy, or delete the folder, "
                + "which the next evaluation writes again", e);
        }
    }

    /// <summary>Writes the newest checkpoint, then deletes older ones.</summary>
    public void Save(long step, TorchParameters parameters, Action<string>? saveOptimizer) => Write(Prefix, step, folder =>
    {
        SafetensorsFile.Write(Path.Combine(folder, WeightsFile), parameters.Export());
        saveOptimizer?.Invoke(Path.Combine(folder, OptimizerFile));
    });

    /// <summary>Marks the newest checkpoint as evaluated, so that a resumed run does not evaluate it again.</summary>
    /// <param name="step">The checkpoint's number of steps.</param>
    public void MarkEvaluated(long step) => File.WriteAllBytes(Path.Combine(Folder(Prefix, step), EvaluatedFile), []);

    /// <summary>Writes the best checkpoint, then deletes the previous best one.</summary>
    public void SaveBest(BestFigure figure, TorchParameters parameters) => Write(BestPrefix, figure.Step, folder =>
    {
        SafetensorsFile.Write(Path.Combine(folder, WeightsFile), parameters.Export());
        File.WriteAllText(Path.Combine(folder, BestFile), JsonSerializer.Serialize(figure));
    });

    // Writes into a temporary folder and renames it when it is complete. A crash at any time leaves no incomplete checkpoint.
    private void Write(string prefix, long step, Action<string> write)
    {
        var final = Folder(prefix, step);
        var temporary = final + Unfinished;
        foreach (var left in Directory.GetDirectories(root, prefix + "*" + Unfinished))
            Directory.Delete(left, recursive: true);
        Directory.CreateDirectory(temporary);
        write(temporary);
        if (Directory.Exists(final))
            Directory.Delete(final, recursive: true);
        Directory.Move(temporary, final);
        foreach (var old in All(prefix).Where(c => c.Step != step))
            Directory.Delete(old.Path, recursive: true);
    }

    private string Folder(string prefix, long step) => Path.Combine(root, prefix + step.ToString("D8", CultureInfo.InvariantCulture));

    private IEnumerable<Checkpoint> All(string prefix) =>
        from path in Directory.GetDirectories(root, prefix + "*")
        let number = Path.GetFileName(path)[prefix.Length..]
        where long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        select new Checkpoint(path, long.Parse(number, CultureInfo.InvariantCulture));
}

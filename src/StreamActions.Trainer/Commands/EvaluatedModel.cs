// The model that 'evaluate' measures: the best checkpoint of a run, or the training weights of a bundle.
using StreamActions.Core.Clips;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Text;
using StreamActions.Trainer.Training;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Commands;

/// <summary>A model to evaluate.</summary>
/// <param name="Name">Its name in the report: the folder's name.</param>
/// <param name="Steps">Training steps done; 0 when the bundle does not record them.</param>
/// <param name="Clip">Size and timing of its input clips.</param>
/// <param name="Classes">The classes of its classification head, or those it was trained on.</param>
/// <param name="Network">The network; this record owns and disposes it.</param>
/// <param name="Run">The run, or null for a bundle.</param>
internal sealed record EvaluatedModel(
    string Name, long Steps, ClipSpec Clip, IReadOnlyList<ClipClass> Classes, TorchNetwork Network, RunFolder? Run) : IDisposable
{
    /// <summary>Opens a run or a bundle.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="device">The device to compute on.</param>
    /// <param name="strength">Strength of its adapters, 0 to 1.</param>
    /// <exception cref="TrainerException">
    /// The folder is neither a run nor a bundle, the bundle has no training weights, or the strength is out of range.
    /// </exception>
    public static EvaluatedModel Open(string folder, Device device, double strength)
    {
        var model = Open(folder, device);
        try
        {
            AdapterStrength.Set(model.Network, strength);
        }
        catch
        {
            model.Dispose();
            throw;
        }
        return model with { Name = model.Name + AdapterStrength.Suffix(strength) };
    }

    private static EvaluatedModel Open(string folder, Device device)
    {
        var name = RunFolder.NameOf(folder);
        if (RunFolder.Exists(folder))
        {
            var run = RunFolder.Open(folder);
            var (trained, steps) = run.LoadBest(device);
            return new(name, steps, run.Clip, run.Classes, trained, run);
        }
        var start = StartingPoint.Open(folder, "--run");
        var parameters = TorchParameters.Load(start.Config, start.Weights, folder, device);
        var network = new TorchNetwork(start.Config, parameters, TokenizerFiles.Load(start.Tokenizer), new(start.PromptTemplate));
        return new(name, start.Steps, start.Clip, start.Classes, network, null);
    }

    public void Dispose() => Network.Dispose();
}

// How far adapters move frozen weights: as they were trained, or less.
using System.Globalization;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Network;

/// <summary>
/// Adapters add to what frozen weights compute: x + A(x). At a strength s they add s·A(x): 1 is the network as it was trained, 0 the frozen
/// one. Between them a network keeps more of what the frozen one knew of phrases that were never trained, mostly at little cost for those
/// that were: what Wortsman et al. (Robust fine-tuning of zero-shot models, CVPR 2022) found of weights between a zero-shot model and its
/// fine-tuned form.
/// </summary>
internal static class AdapterStrength
{
    /// <summary>As they were trained.</summary>
    public const double Full = 1;

    /// <summary>Sets the strength of a network's adapters, which is 1 so far.</summary>
    /// <exception cref="TrainerException">No strength, or the network has no adapters.</exception>
    public static void Set(TorchNetwork network, double strength)
    {
        if (!(strength is >= 0 and <= 1))
            throw new TrainerException(string.Create(CultureInfo.InvariantCulture, $"--strength {strength}: give a number from 0 to 1"));
        if (strength == Full)
            return;
        if (network.Config is { VisionAdapterLayers: 0, TextAdapterLayers: 0 })
            throw new TrainerException("--strength: this network has no adapters");
        using var mode = no_grad();
        foreach (var (name, parameter) in network.Parameters.Tensors)
        {
            // What an adapter adds comes out of its last linear layer.
            if (network.Parameters.Specs[name].IsAdapterOutput)
                parameter.mul_(strength);
        }
    }

    /// <summary>How a strength is named beside a model; empty for the full one.</summary>
    public static string Suffix(double strength) => strength == Full
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $" at strength {strength}");
}

// Scales the output of the adapters, between frozen CLIP and the trained network.
using System.Globalization;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Network;

/// <summary>
/// An adapter adds A(x) to its input x. With strength s it adds s·A(x): 1 is the trained network, 0 the frozen one. A value between keeps
/// more of the frozen network's accuracy on untrained phrases, mostly at little cost for trained ones. Wortsman et al. (Robust fine-tuning
/// of zero-shot models, CVPR 2022) found the same for weights between a zero-shot model and its fine-tuned version.
/// </summary>
internal static class AdapterStrength
{
    /// <summary>The strength of the trained network.</summary>
    public const double Full = 1;

    /// <summary>Sets the strength of a network's adapters. Call it once: it scales the current weights.</summary>
    /// <exception cref="TrainerException">The strength is not in [0, 1], or the network has no adapters.</exception>
    public static void Set(TorchNetwork network, double strength)
    {
        if (!(strength is >= 0 and <= 1))
            throw new TrainerException(string.Create(CultureInfo.InvariantCulture, $"--strength {strength}: give a number from 0 to 1"));
        if (strength == Full)
            return;
        if (network.Config is { VisionAdapterLayers: 0, TextAdapterLayers: 0 })
            throw new TrainerException("--strength: this network has no adapters; leave the option out");
        using var mode = no_grad();
        foreach (var (name, parameter) in network.Parameters.Tensors)
        {
            // An adapter's output is linear in the parameters of its last layer.
            if (network.Parameters.Specs[name].IsAdapterOutput)
                parameter.mul_(strength);
        }
    }

    /// <summary>Suffix of a model's name in reports; empty for the full strength.</summary>
    public static string Suffix(double strength) => strength == Full
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $" at strength {strength}");
}

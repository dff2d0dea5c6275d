// Finds networks in which no frame sees another, so that each frame needs encoding only once.
using StreamActions.Core.Bundles;
using StreamActions.Model.Weights;

namespace StreamActions.Model;

/// <summary>
/// Networks whose vision adapters are the identity, such as published CLIP with fresh adapters or with adapters in the text branch only. A
/// window's embedding is then the mean of its frames'.
/// </summary>
public static class PerFrameNetwork
{
    private static readonly ParameterRole[] Temporal =
        [ParameterRole.Enhancement, ParameterRole.Difference, ParameterRole.TemporalAdapter];

    /// <summary>The same network without vision adapters; null when one of its adapters changes something.</summary>
    public static M2ClipConfig? Find(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights)
    {
        const string firstPart = "fc1.weight";
        var adapters = M2ClipParameters.List(config)
            .Where(spec => Temporal.Contains(spec.Role) && spec.Name.EndsWith(firstPart, StringComparison.Ordinal))
            .Select(spec => spec.Name[..^firstPart.Length]);
        return adapters.All(IsIdentity)
            ? config with { Temporal = TemporalMode.PerFrame, VisionAdapterLayers = 0, VisionAdapterPreAttn = false }
            : null;

        // x + fc2(conv(fc1(x))): nothing is added when one of the last two maps is zero.
        bool IsIdentity(string adapter)
        {
            bool Zero(string part) => weights[adapter + part].Values.All(v => v == 0);
            return Zero("fc2.bias") && (Zero("fc2.weight") || Zero("conv.weight") && Zero("conv.bias"));
        }
    }
}

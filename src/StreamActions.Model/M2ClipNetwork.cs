// The whole network: both branches, the masked-language head and the scale.
namespace StreamActions.Model;

/// <summary>An M²-CLIP network on a backend. The constructor requests every parameter, in a fixed order.</summary>
public sealed class M2ClipNetwork<T>
{
    /// <summary>Builds the network from its parameters.</summary>
    public M2ClipNetwork(ITensorOps<T> ops, IParameters<T> parameters, M2ClipConfig config)
    {
        var root = new ParameterScope<T>(parameters);
        Config = config;
        Vision = new(ops, root, config);
        Text = new(ops, root, config);
        Masked = config.MlmVocabSize > 0 ? new(ops, root, config, Text.FinalNorm) : null;
        LogitScale = root.Constant("logit_scale", Math.Log(1 / 0.07));
    }

    /// <summary>The sizes.</summary>
    public M2ClipConfig Config { get; }
    /// <summary>The vision branch.</summary>
    public VisionEncoder<T> Vision { get; }
    /// <summary>The text branch.</summary>
    public TextEncoder<T> Text { get; }
    /// <summary>The masked-language head; null when the network has none.</summary>
    public MaskedLanguageHead<T>? Masked { get; }
    /// <summary>Logarithm of the factor on cosines, a scalar.</summary>
    public T LogitScale { get; }
}

/// <summary>The list of a network's parameters, without a backend.</summary>
public static class M2ClipParameters
{
    /// <summary>Name, shape and initial value of every parameter, in the order in which the network requests them.</summary>
    public static IReadOnlyList<ParameterSpec> List(M2ClipConfig config)
    {
        var list = new ParameterList();
        // The constructor runs no operation, so null is never used.
        _ = new M2ClipNetwork<ParameterSpec>(null!, list, config);
        return list.Specs;
    }
}

// The network requests parameters by dotted path; the backend provides them.
namespace StreamActions.Model;

/// <summary>The initial value of a parameter that is not loaded.</summary>
public enum ParameterStart
{
    /// <summary>All zero.</summary>
    Zeros,
    /// <summary>All one.</summary>
    Ones,
    /// <summary>Normally distributed with the given standard deviation.</summary>
    Normal,
    /// <summary>One constant value.</summary>
    Constant,
}

/// <summary>
/// The part of the network to which a parameter belongs. Parameters of one role are frozen, trained or replaced together.
/// </summary>
public enum ParameterRole
{
    /// <summary>CLIP itself: both transformers, their embeddings of patches and tokens, projections, and the scale.</summary>
    Backbone,
    /// <summary>CLIP's positional embeddings. They also belong to the backbone (<see cref="ParameterSpec.IsBackbone"/>).</summary>
    PositionalEmbedding,
    /// <summary>Global temporal enhancement of a TED-Adapter.</summary>
    Enhancement,
    /// <summary>Local temporal difference of a TED-Adapter.</summary>
    Difference,
    /// <summary>The temporal adapter after the last vision block.</summary>
    TemporalAdapter,
    /// <summary>An adapter of the text branch.</summary>
    TextAdapter,
    /// <summary>The classification head, a row for each class.</summary>
    ClassificationHead,
    /// <summary>The masked-language head without its last layer.</summary>
    MaskedLanguageHead,
    /// <summary>The last layer of the masked-language head, a row for each label word.</summary>
    MaskedLanguageRows,
}

/// <summary>The description of a parameter.</summary>
/// <param name="Name">Dotted path, as in checkpoints (docs/model.md §5).</param>
/// <param name="Shape">The exact shape.</param>
/// <param name="Start">Its initial value when it is not loaded.</param>
/// <param name="Value">Standard deviation of <see cref="ParameterStart.Normal"/>, or the constant.</param>
public sealed record ParameterSpec(string Name, long[] Shape, ParameterStart Start, double Value = 0)
{
    /// <summary>The part of the network to which it belongs.</summary>
    public ParameterRole Role { get; init; }

    /// <summary>True for weight and bias of an adapter's last layer. The output of the adapter is proportional to them.</summary>
    public bool IsAdapterOutput { get; init; }

    /// <summary>True for CLIP's own parameters; false for adapters and heads, which M²-CLIP adds.</summary>
    public bool IsBackbone => Role is ParameterRole.Backbone or ParameterRole.PositionalEmbedding;
}

/// <summary>A source of parameters.</summary>
/// <typeparam name="T">The backend's tensor.</typeparam>
public interface IParameters<T>
{
    /// <summary>The parameter with that name and shape.</summary>
    T Get(ParameterSpec spec);
}

/// <summary>A node in the tree of parameter names.</summary>
/// <typeparam name="T">The backend's tensor.</typeparam>
/// <param name="Source">The source of the parameters.</param>
/// <param name="Prefix">The dotted path of the node.</param>
/// <param name="Role">The part of the network to which its parameters belong.</param>
public readonly record struct ParameterScope<T>(IParameters<T> Source, string Prefix = "", ParameterRole Role = ParameterRole.Backbone)
{
    /// <summary>True for the parameters of an adapter's last layer.</summary>
    public bool IsAdapterOutput { get; init; }

    /// <summary>The same node with another role.</summary>
    public ParameterScope<T> As(ParameterRole role) => this with { Role = role };

    /// <summary>The same node for an adapter's last layer.</summary>
    public ParameterScope<T> AsAdapterOutput() => this with { IsAdapterOutput = true };

    /// <summary>A node below this one.</summary>
    public ParameterScope<T> At(string name) => this with { Prefix = Path(name) };

    /// <summary>A parameter that starts at zero.</summary>
    public T Zeros(string name, params long[] shape) => Get(new(Path(name), shape, ParameterStart.Zeros));

    /// <summary>A parameter that starts at one.</summary>
    public T Ones(string name, params long[] shape) => Get(new(Path(name), shape, ParameterStart.Ones));

    /// <summary>A parameter that starts at random.</summary>
    public T Normal(string name, double deviation, params long[] shape) => Get(new(Path(name), shape, ParameterStart.Normal, deviation));

    /// <summary>A parameter that starts at one value.</summary>
    public T Constant(string name, double value, params long[] shape) => Get(new(Path(name), shape, ParameterStart.Constant, value));

    private T Get(ParameterSpec spec) => Source.Get(spec with { Role = Role, IsAdapterOutput = IsAdapterOutput });

    private string Path(string name) => Prefix.Length == 0 ? name : $"{Prefix}.{name}";
}

/// <summary>Records the parameters that a network requests.</summary>
public sealed class ParameterList : IParameters<ParameterSpec>
{
    private readonly List<ParameterSpec> _specs = [];

    /// <summary>The requested parameters, in order.</summary>
    public IReadOnlyList<ParameterSpec> Specs => _specs;

    /// <inheritdoc/>
    public ParameterSpec Get(ParameterSpec spec)
    {
        _specs.Add(spec);
        return spec;
    }
}

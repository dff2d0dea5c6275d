// Parameters are asked for by dotted path; the backend decides what they are and where they come from.
namespace StreamActions.Model;

/// <summary>How a parameter starts when it is not loaded.</summary>
public enum ParameterStart
{
    /// <summary>All zero.</summary>
    Zeros,
    /// <summary>All one.</summary>
    Ones,
    /// <summary>Normal with the standard deviation that goes with it.</summary>
    Normal,
    /// <summary>One constant value, given in place of the deviation.</summary>
    Constant,
}

/// <summary>The part of the network that a parameter belongs to: what is frozen, trained or replaced together.</summary>
public enum ParameterRole
{
    /// <summary>CLIP itself: both transformers, their embeddings of patches and tokens, projections, and the scale.</summary>
    Backbone,
    /// <summary>CLIP's positional embeddings. They are backbone too (<see cref="ParameterSpec.IsBackbone"/>).</summary>
    PositionalEmbedding,
    /// <summary>Global temporal enhancement of a TED-Adapter.</summary>
    Enhancement,
    /// <summary>Local temporal difference of a TED-Adapter.</summary>
    Difference,
    /// <summary>The temporal adapter behind the last vision block.</summary>
    TemporalAdapter,
    /// <summary>An adapter of the text branch.</summary>
    TextAdapter,
    /// <summary>The classification head, a row for each class.</summary>
    ClassificationHead,
    /// <summary>The masked-language head, but for its last layer.</summary>
    MaskedLanguageHead,
    /// <summary>The last layer of the masked-language head, a row for each label word.</summary>
    MaskedLanguageRows,
}

/// <summary>What the network says of one of its parameters.</summary>
/// <param name="Name">Dotted path, as in checkpoints (docs/model.md §5).</param>
/// <param name="Shape">The exact shape.</param>
/// <param name="Start">How it starts when it is not loaded.</param>
/// <param name="Value">Standard deviation of <see cref="ParameterStart.Normal"/>, or the constant.</param>
public sealed record ParameterSpec(string Name, long[] Shape, ParameterStart Start, double Value = 0)
{
    /// <summary>The part of the network that it belongs to.</summary>
    public ParameterRole Role { get; init; }

    /// <summary>True for weight and bias of the last layer of an adapter: what the adapter adds is proportional to them.</summary>
    public bool IsAdapterOutput { get; init; }

    /// <summary>True for CLIP's own parameters; false for adapters and heads, which M²-CLIP adds.</summary>
    public bool IsBackbone => Role is ParameterRole.Backbone or ParameterRole.PositionalEmbedding;
}

/// <summary>Where parameters come from.</summary>
/// <typeparam name="T">The backend's tensor.</typeparam>
public interface IParameters<T>
{
    /// <summary>The parameter of that name and shape.</summary>
    T Get(ParameterSpec spec);
}

/// <summary>A place in the tree of parameter names.</summary>
/// <typeparam name="T">The backend's tensor.</typeparam>
/// <param name="Source">Where parameters come from.</param>
/// <param name="Prefix">The dotted path of the place.</param>
/// <param name="Role">The part of the network that its parameters belong to.</param>
public readonly record struct ParameterScope<T>(IParameters<T> Source, string Prefix = "", ParameterRole Role = ParameterRole.Backbone)
{
    /// <summary>True where parameters are those of an adapter's last layer.</summary>
    public bool IsAdapterOutput { get; init; }

    /// <summary>The same place for parameters of another part of the network.</summary>
    public ParameterScope<T> As(ParameterRole role) => this with { Role = role };

    /// <summary>The place for an adapter's last layer.</summary>
    public ParameterScope<T> AsAdapterOutput() => this with { IsAdapterOutput = true };

    /// <summary>The place below this one.</summary>
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

/// <summary>Parameters that are only written down: the list of what a network needs.</summary>
public sealed class ParameterList : IParameters<ParameterSpec>
{
    private readonly List<ParameterSpec> _specs = [];

    /// <summary>Everything that was asked for, in order.</summary>
    public IReadOnlyList<ParameterSpec> Specs => _specs;

    /// <inheritdoc/>
    public ParameterSpec Get(ParameterSpec spec)
    {
        _specs.Add(spec);
        return spec;
    }
}

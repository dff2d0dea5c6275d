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

/// <summary>The description of a parameter.</summary>
/// <param name="Name">Dotted path, as in checkpoints (docs/model.md §5).</param>
/// <param name="Shape">The exact shape.</param>
/// <param name="Start">Its initial value when it is not loaded.</param>
/// <param name="Value">Standard deviation of <see cref="ParameterStart.Normal"/>, or the constant.</param>
public sealed record ParameterSpec(string Name, long[] Shape, ParameterStart Start, double Value = 0);

/// <summary>A source of parameters.</summary>
/// <typeparam name="T">The backend's tensor.</typeparam>
public interface IParameters<T>
{
    /// <summary>The parameter with that name and shape.</summary>
    T Get(ParameterSpec spec);
}

/// <summary>A node in the tree of parameter names.</summary>
/// <typeparam name="T">The backend's tensor.</typeparam>
public readonly record struct ParameterScope<T>(IParameters<T> Source, string Prefix = "")
{
    /// <summary>A node below this one.</summary>
    public ParameterScope<T> At(string name) => this with { Prefix = Path(name) };

    /// <summary>A parameter that starts at zero.</summary>
    public T Zeros(string name, params long[] shape) => Source.Get(new(Path(name), shape, ParameterStart.Zeros));

    /// <summary>A parameter that starts at one.</summary>
    public T Ones(string name, params long[] shape) => Source.Get(new(Path(name), shape, ParameterStart.Ones));

    /// <summary>A parameter that starts at random.</summary>
    public T Normal(string name, double deviation, params long[] shape) =>
        Source.Get(new(Path(name), shape, ParameterStart.Normal, deviation));

    /// <summary>A parameter that starts at one value.</summary>
    public T Constant(string name, double value, params long[] shape) => Source.Get(new(Path(name), shape, ParameterStart.Constant, value));

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

// Creates, loads, freezes and exports the network's parameters in libtorch.
using StreamActions.Model;
using StreamActions.Model.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Network;

/// <summary>All parameters of a network by name. The same seed gives the same initial values.</summary>
internal sealed class TorchParameters : IParameters<Tensor>, IDisposable
{
    private readonly Dictionary<string, Parameter> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ParameterSpec> _specs = new(StringComparer.Ordinal);
    private readonly Generator? _random;
    private readonly IReadOnlyDictionary<string, TensorData>? _weights;

    private TorchParameters(Generator? random, IReadOnlyDictionary<string, TensorData>? weights, Device? device) =>
        (_random, _weights, Device) = (random, weights, device ?? CPU);

    /// <summary>The device of the parameters.</summary>
    public Device Device { get; }

    /// <summary>Parameters by name, in the order the network asked for them.</summary>
    public IReadOnlyDictionary<string, Parameter> Tensors => _tensors;

    /// <summary>The specification of each parameter, by name.</summary>
    public IReadOnlyDictionary<string, ParameterSpec> Specs => _specs;

    /// <summary>Parameters with fresh initial values.</summary>
    public static TorchParameters Start(ulong seed, Device? device = null) => new(new Generator(seed, CPU), null, device);

    /// <summary>Parameters from a checkpoint, with fresh values for those that it lacks, such as adapters on published weights.</summary>
    /// <exception cref="CheckpointException">
    /// A tensor of the backbone is missing, or a tensor has the wrong shape; the message lists them all.
    /// </exception>
    public static TorchParameters Extend(
        M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, string source, ulong seed, Device? device = null)
    {
        CheckpointException.ThrowUnlessComplete(
            M2ClipParameters.List(config).Where(s => weights.ContainsKey(s.Name) || s.IsBackbone), weights, source);
        return new(new Generator(seed, CPU), weights, device);
    }

    /// <summary>Parameters from a checkpoint, which must contain all of them.</summary>
    /// <exception cref="CheckpointException">Tensors are missing or have the wrong shape; the message lists them all.</exception>
    public static TorchParameters Load(
        M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights, string source, Device? device = null)
    {
        CheckpointException.ThrowUnlessComplete(M2ClipParameters.List(config), weights, source);
        return new(null, weights, device);
    }

    public Tensor Get(ParameterSpec spec)
    {
        using var _ = no_grad();
        var value = _weights?.GetValueOrDefault(spec.Name) is { } known ? FromData(known)
            : spec.Start switch
            {
                ParameterStart.Zeros => zeros(spec.Shape),
                ParameterStart.Ones => ones(spec.Shape),
                ParameterStart.Constant => full(spec.Shape, spec.Value),
                _ => (randn(spec.Shape, generator: _random) * spec.Value).MoveToOuterDisposeScope(),
            };
        var parameter = new Parameter(value.to(Device).DetachFromDisposeScope());
        _tensors.Add(spec.Name, parameter);
        _specs.Add(spec.Name, spec);
        return parameter;
    }

    /// <summary>Freezes all parameters but the chosen ones, and returns the number of trained values.</summary>
    public long TrainOnly(Func<ParameterSpec, bool> trained)
    {
        foreach (var (name, parameter) in _tensors)
            parameter.requires_grad = trained(_specs[name]);
        return Trained.Sum(p => p.Value.numel());
    }

    /// <summary>The parameters that are not frozen.</summary>
    public IEnumerable<KeyValuePair<string, Parameter>> Trained => _tensors.Where(p => p.Value.requires_grad);

    /// <summary>Copies all values, for a checkpoint.</summary>
    public Dictionary<string, TensorData> Export() =>
        _tensors.ToDictionary(p => p.Key, p => ToData(p.Value), StringComparer.Ordinal);

    /// <summary>Copies a tensor to the managed heap as float32.</summary>
    public static TensorData ToData(Tensor tensor)
    {
        using var copy = tensor.detach().cpu().to(ScalarType.Float32).contiguous();
        return new(tensor.shape, copy.data<float>().ToArray());
    }

    /// <summary>Copies data into a new tensor on the CPU.</summary>
    public static Tensor FromData(TensorData data)
    {
        using var flat = tensor(data.Values);
        return flat.reshape(data.Shape).clone();
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
            tensor.Dispose();
        _random?.Dispose();
    }
}

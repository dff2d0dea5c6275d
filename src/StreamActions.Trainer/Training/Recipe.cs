// What is trained and how fast: the reference's parameter groups and schedule (docs/model.md §4).
using StreamActions.Model;
using StreamActions.Trainer.Network;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Training;

/// <summary>AdamW over a network's trained parameters.</summary>
internal sealed class Recipe : IDisposable
{
    private readonly AdamW _optimizer;
    private readonly double[] _factors;
    private readonly TorchParameters _parameters;
    private readonly TrainingOptions _options;

    /// <summary>Groups the parameters that are not frozen.</summary>
    public Recipe(TorchParameters parameters, TrainingOptions options)
    {
        (_parameters, _options) = (parameters, options);
        // Decay pulls on matrices alone: biases, norms and positions keep their place. Text adapters learn at half the rate when CLIP is frozen.
        var groups = parameters.Trained.GroupBy(p => (Decays: p.Value.shape.Length > 1 && !p.Key.Contains("positional", StringComparison.Ordinal), Factor: Factor(p.Key, options.Train)))
            .OrderBy(g => g.Key).ToList();
        _factors = [.. groups.Select(g => g.Key.Factor)];
        _optimizer = new(groups.Select(g => new AdamW.ParamGroup(g.Select(p => p.Value), new AdamW.Options
        {
            LearningRate = options.Rate * g.Key.Factor,
            InitialLearningRate = options.Rate * g.Key.Factor,
            beta1 = 0.9,
            beta2 = 0.98,
            eps = 1e-6,
            weight_decay = g.Key.Decays ? options.WeightDecay : 0,
        })), options.Rate, 0.9, 0.98, 1e-6, options.WeightDecay, false, false);
        _optimizer.zero_grad();
    }

    /// <summary>Freezes what is not trained, and says how many numbers are.</summary>
    /// <param name="parameters">All of them.</param>
    /// <param name="options">What is trained.</param>
    /// <param name="visionAdapters">False: frames are averaged, so the temporal adapter stays the identity too.</param>
    public static long Freeze(TorchParameters parameters, TrainingOptions options, bool visionAdapters) =>
        parameters.TrainOnly(name => Trains(name, options, visionAdapters));

    /// <summary>How many numbers of a network are trained, and how many there are.</summary>
    public static (long Trained, long All) Count(M2ClipConfig config, TrainingOptions options)
    {
        var sizes = M2ClipParameters.List(config).Select(p => (p.Name, Size: p.Shape.Aggregate(1L, (a, b) => a * b))).ToList();
        return (sizes.Where(p => Trains(p.Name, options, config.VisionAdapterLayers > 0)).Sum(p => p.Size), sizes.Sum(p => p.Size));
    }

    private static bool Trains(string name, TrainingOptions options, bool visionAdapters) => options.Train switch
    {
        // Adapters, the temporal adapter and both heads have it in their names, as in the reference.
        TrainablePart.Adapters => IsAdapter(name) && (visionAdapters || !IsTemporal(name)) && IsOf(options.Ted, name),
        TrainablePart.Backbone => !IsAdapter(name),
        _ => IsOf(options.Ted, name),
    };

    /// <summary>Takes over the state of an optimiser that was saved; null leaves it fresh.</summary>
    public void Resume(string? file)
    {
        if (file is not null)
            _optimizer.load_state_dict(file);
    }

    /// <summary>Writes the optimiser's state.</summary>
    public void Save(string file) => _optimizer.save_state_dict(file);

    /// <summary>Sets the learning rate of a step; gives it.</summary>
    public double SetRate(long step)
    {
        var rate = _options.Rate * LearningRate.Factor(step, _options.WarmUp, _options.Steps);
        foreach (var (group, factor) in _optimizer.ParamGroups.Zip(_factors))
            group.LearningRate = rate * factor;
        return rate;
    }

    /// <summary>Goes a step down the gradients that were gathered, and forgets them.</summary>
    public void Step()
    {
        using var scope = NewDisposeScope();
        nn.utils.clip_grad_norm_(_parameters.Trained.Select(p => p.Value), _options.GradientNorm);
        _optimizer.step();
        _optimizer.zero_grad();
    }

    public void Dispose() => _optimizer.Dispose();

    private static bool IsAdapter(string name) => name.Contains("adapter", StringComparison.Ordinal) || name.Contains("textad", StringComparison.Ordinal);

    private static bool IsTemporal(string name) => name.StartsWith("visual.t_adapter.", StringComparison.Ordinal);

    private static bool IsOf(TedParts parts, string name) => parts == TedParts.Both || (PartOf(name) ?? parts) == parts;

    // The temporal adapter behind the last block enhances too.
    private static TedParts? PartOf(string name) =>
        name.Contains("offset_adapter.", StringComparison.Ordinal) ? TedParts.Difference
        : IsTemporal(name) || IsAdapter(name) && name.StartsWith("visual.transformer.", StringComparison.Ordinal) ? TedParts.Enhancement
        : null;

    private static double Factor(string name, TrainablePart part) => part == TrainablePart.Adapters && name.Contains("textad", StringComparison.Ordinal) ? 0.5 : 1;
}

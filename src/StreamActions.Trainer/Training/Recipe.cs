// Trained parameters, parameter groups and learning-rate schedule of the reference (docs/model.md §4).
using StreamActions.Model;
using StreamActions.Trainer.Network;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Training;

/// <summary>AdamW over a network's trained parameters.</summary>
internal sealed class Recipe : IDisposable
{
    private readonly SafeAdamW _optimizer;
    private readonly double[] _factors;
    private readonly TorchParameters _parameters;
    private readonly TrainingOptions _options;

    /// <summary>Creates the optimiser for the parameters that are not frozen.</summary>
    public Recipe(TorchParameters parameters, TrainingOptions options)
    {
        (_parameters, _options) = (parameters, options);
        var groups = parameters.Trained.GroupBy(
            p => (Decays: Decays(parameters.Specs[p.Key]), Factor: Factor(parameters.Specs[p.Key], options.Train)))
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
        })));
        _optimizer.zero_grad();
    }

    /// <summary>Freezes the parameters that are not trained, and returns the number of trained values.</summary>
    /// <param name="parameters">All parameters.</param>
    /// <param name="options">The run's settings, which choose the trained parameters.</param>
    /// <param name="visionAdapters">
    /// True when the network has vision adapters. Without them frames are averaged, so the temporal adapter stays the identity too.
    /// </param>
    public static long Freeze(TorchParameters parameters, TrainingOptions options, bool visionAdapters) =>
        parameters.TrainOnly(spec => Trains(spec, options, visionAdapters));

    /// <summary>Numbers of trained values and of all values of a network.</summary>
    public static (long Trained, long All) Count(M2ClipConfig config, TrainingOptions options)
    {
        var sizes = M2ClipParameters.List(config).Select(p => (Spec: p, Size: p.Shape.Aggregate(1L, (a, b) => a * b))).ToList();
        return (sizes.Where(p => Trains(p.Spec, options, config.VisionAdapterLayers > 0)).Sum(p => p.Size), sizes.Sum(p => p.Size));
    }

    private static bool Trains(ParameterSpec spec, TrainingOptions options, bool visionAdapters) => options.Train switch
    {
        TrainablePart.Adapters =>
            !spec.IsBackbone && (visionAdapters || spec.Role != ParameterRole.TemporalAdapter) && IsOf(options.Ted, spec.Role),
        TrainablePart.Backbone => spec.IsBackbone,
        TrainablePart.Vision => (PartOf(spec.Role) is not null || spec.Role == ParameterRole.ClassificationHead)
            && (visionAdapters || spec.Role != ParameterRole.TemporalAdapter) && IsOf(options.Ted, spec.Role),
        _ => IsOf(options.Ted, spec.Role),
    };

    /// <summary>Loads a saved optimiser state; null keeps the fresh state.</summary>
    public void Resume(string? file)
    {
        if (file is not null)
            _optimizer.load_state_dict(file);
    }

    /// <summary>Saves the optimiser's state.</summary>
    public void Save(string file) => _optimizer.save_state_dict(file);

    /// <summary>Sets the learning rate of a step and returns it.</summary>
    public double SetRate(long step)
    {
        var rate = _options.Rate * LearningRate.Factor(step, _options.WarmUp, _options.Steps);
        foreach (var (group, factor) in _optimizer.ParamGroups.Zip(_factors))
            group.LearningRate = rate * factor;
        return rate;
    }

    /// <summary>Clips the accumulated gradients, makes an optimiser step and resets the gradients.</summary>
    public void Step()
    {
        using var scope = NewDisposeScope();
        SafeAdamW.ClipNorm(_parameters.Trained.Select(p => p.Value), _options.GradientNorm);
        _optimizer.step();
        _optimizer.zero_grad();
    }

    public void Dispose() => _optimizer.Dispose();

    private static bool IsOf(TedParts trained, ParameterRole role) => trained == TedParts.Both || (PartOf(role) ?? trained) == trained;

    // The temporal adapter after the last block counts as enhancement.
    private static TedParts? PartOf(ParameterRole role) => role switch
    {
        ParameterRole.Difference => TedParts.Difference,
        ParameterRole.Enhancement or ParameterRole.TemporalAdapter => TedParts.Enhancement,
        _ => null,
    };

    // Weight decay applies to matrices, not to biases, norms and positional embeddings.
    private static bool Decays(ParameterSpec spec) => spec.Shape.Length > 1 && spec.Role != ParameterRole.PositionalEmbedding;

    // Text adapters train at half the learning rate when CLIP is frozen.
    private static double Factor(ParameterSpec spec, TrainablePart part) =>
        part == TrainablePart.Adapters && spec.Role == ParameterRole.TextAdapter ? 0.5 : 1;
}

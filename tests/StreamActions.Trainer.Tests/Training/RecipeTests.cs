// The reference's parameter groups, gradient clipping and learning-rate schedule.
using StreamActions.Trainer.Training;

namespace StreamActions.Trainer.Tests.Training;

public sealed class RecipeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("recipe-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Step_EqualGradients_HalvesTextAdapterRateAndSkipsBiasDecay()
    {
        var source = new MovingBarSource(4, 16);
        SmallRuns.Pretrained(Path.Combine(_folder, "clip"), source);
        var run = SmallRuns.Shaken(SmallRuns.Adapted(Path.Combine(_folder, "run"), Path.Combine(_folder, "clip"), source,
            SmallRuns.Options(10) with { Rate = 0.01, WarmUp = 0, WeightDecay = 0.5, GradientNorm = 1e9 }));
        using var network = run.LoadNetwork();
        Recipe.Freeze(network.Parameters, SmallRuns.Options(1), visionAdapters: true);
        var before = network.Parameters.Export();
        using (var recipe = new Recipe(network.Parameters, run.Options))
        {
            Assert.Equal(0.01, recipe.SetRate(0), 1e-9);
            foreach (var (_, parameter) in network.Parameters.Trained)
                parameter.sum().backward();   // a gradient of 1 everywhere
            recipe.Step();
        }
        var after = network.Parameters.Export();
        // AdamW's first step subtracts the rate, and weight decay subtracts rate · 0.5 of the value.
        double Expected(string name, double factor, double decay) => before[name].Values[0] * (1 - 0.01 * factor * decay) - 0.01 * factor;
        void Check(string name, double factor, double decay) => Assert.Equal(Expected(name, factor, decay), after[name].Values[0], 1e-5);
        Check("visual.t_adapter.fc1.weight", 1, 0.5);
        Check("visual.t_adapter.fc1.bias", 1, 0);
        Check("transformer.resblocks.1.adapter_pre_mlp.textad_fc1.weight", 0.5, 0.5);
        Check("transformer.resblocks.1.adapter_pre_mlp.textad_fc1.bias", 0.5, 0);
        Assert.Equal(before["visual.proj"].Values, after["visual.proj"].Values);
    }

    [Fact]
    public void Step_GradientAboveNorm_IsClipped()
    {
        var source = new MovingBarSource(4, 16);
        SmallRuns.Pretrained(Path.Combine(_folder, "clip"), source);
        var run = SmallRuns.Adapted(Path.Combine(_folder, "run"), Path.Combine(_folder, "clip"), source, SmallRuns.Options(10));
        using var network = run.LoadNetwork();
        var trained = network.Parameters.TrainOnly(spec => !spec.IsBackbone);
        var before = network.Parameters.Export();
        // A gradient of 1 everywhere has the norm √n over all n values. Clipped to 10⁻⁶·√n, each value is 10⁻⁶, AdamW's epsilon.
        // The first step is then rate · g / (g + ε) = rate / 2. Without clipping it is the full rate; clipping per tensor would
        // give a different share for each tensor.
        var norm = 1e-6 * Math.Sqrt(trained);
        var options = run.Options with { Rate = 0.01, WarmUp = 0, WeightDecay = 0, GradientNorm = norm, Train = TrainablePart.All };
        using (var recipe = new Recipe(network.Parameters, options))
        {
            recipe.SetRate(0);
            foreach (var (_, parameter) in network.Parameters.Trained)
                parameter.sum().backward();
            recipe.Step();
        }
        var after = network.Parameters.Export();
        foreach (var (name, _) in network.Parameters.Trained)
            Assert.Equal(before[name].Values[0] - 0.005, after[name].Values[0], 1e-5);
    }

    [Fact]
    public void Step_GradientBelowNorm_IsUnchanged()
    {
        var source = new MovingBarSource(4, 16);
        SmallRuns.Pretrained(Path.Combine(_folder, "clip"), source);
        var run = SmallRuns.Adapted(Path.Combine(_folder, "run"), Path.Combine(_folder, "clip"), source, SmallRuns.Options(10));
        using var network = run.LoadNetwork();
        network.Parameters.TrainOnly(spec => spec.Name == "visual.adapter_fc.bias");
        var before = network.Parameters.Export()["visual.adapter_fc.bias"].Values;
        using (var recipe = new Recipe(network.Parameters, run.Options with { Rate = 0.01, WarmUp = 0, WeightDecay = 0, GradientNorm = 1 }))
        {
            recipe.SetRate(0);
            // The norm is √2 · 10⁻⁶, far below 1. If it were scaled up to 1, the step would be the full rate.
            (network.Parameters.Tensors["visual.adapter_fc.bias"].sum() * 1e-6f).backward();
            recipe.Step();
        }
        Assert.Equal(before[0] - 0.005, network.Parameters.Export()["visual.adapter_fc.bias"].Values[0], 1e-5);
    }

    [Theory]
    [InlineData(nameof(TrainablePart.Adapters))]
    [InlineData(nameof(TrainablePart.Backbone))]
    [InlineData(nameof(TrainablePart.All))]
    [InlineData(nameof(TrainablePart.Vision))]
    public void Count_TrainablePart_MatchesTrainedAndAllParameters(string name)
    {
        var part = Enum.Parse<TrainablePart>(name);
        var source = new MovingBarSource(4, 16);
        SmallRuns.Pretrained(Path.Combine(_folder, "clip"), source);
        var run = SmallRuns.Adapted(
            Path.Combine(_folder, "run"), Path.Combine(_folder, "clip"), source, SmallRuns.Options(1) with { Train = part });
        using var network = run.LoadNetwork();
        var trained = Recipe.Freeze(network.Parameters, run.Options, visionAdapters: true);
        Assert.Equal((trained, network.Parameters.Export().Values.Sum(t => (long)t.Values.Length)), Recipe.Count(run.Config, run.Options));
        Assert.InRange(trained, 1, Recipe.Count(run.Config, run.Options).All);
    }

    [Theory]
    [InlineData(0, 0.1)]      // one of ten warm-up steps
    [InlineData(9, 1)]
    [InlineData(10, 1)]
    [InlineData(60, 0.5)]     // half-way down the cosine
    [InlineData(110, 0)]
    public void Factor_Step_FollowsWarmUpAndCosine(long step, double expected) =>
        Assert.Equal(expected, LearningRate.Factor(step, warmUp: 10, steps: 110), 1e-9);
}

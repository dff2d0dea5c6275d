// AdamW against TorchSharp's own, and the clipping of gradients.
using StreamActions.Trainer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Tests.Training;

public sealed class SafeAdamWTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Step_SeveralTimes_EqualsTorchSharp()
    {
        Parameter[] ours = Parameters(), theirs = Parameters();
        using SafeAdamW safe = new(Groups(ours));
        using AdamW plain = new(Groups(theirs));
        for (var step = 0; step < 5; step++)
        {
            Gradients(ours, step);
            Gradients(theirs, step);
            safe.step();
            plain.step();
            foreach (var (a, b) in ours.Zip(theirs))
                Assert.True(a.allclose(b, 1e-6, 1e-7), $"step {step}");
        }
    }

    [Fact]
    public void Step_ParameterWithoutGradient_StaysAsItWas()
    {
        var parameters = Parameters();
        var before = parameters[0].clone();
        using SafeAdamW safe = new(Groups(parameters));
        safe.step();
        Assert.True(parameters[0].equal(before).all().item<bool>());
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(1e6)]
    public void ClipNorm_AnyBound_EqualsTorchSharp(double most)
    {
        Parameter[] ours = Parameters(), theirs = Parameters();
        Gradients(ours, 1);
        Gradients(theirs, 1);
        var norm = SafeAdamW.ClipNorm(ours, most);
        Assert.Equal(nn.utils.clip_grad_norm_(theirs, most), norm, 1e-4);
        foreach (var (a, b) in ours.Zip(theirs))
            Assert.True(a.grad!.allclose(b.grad!, 1e-5, 1e-7));
    }

    public void Dispose() => _scope.Dispose();

    private static Parameter[] Parameters()
    {
        using Generator random = new(1);
        return [new(randn([5, 3], generator: random)), new(randn([7], generator: random))];
    }

    // One group with weight decay, one without.
    private static IEnumerable<AdamW.ParamGroup> Groups(Parameter[] parameters) =>
        parameters.Select((p, i) => new AdamW.ParamGroup([p], new()
        {
            LearningRate = 0.01 * (i + 1),
            InitialLearningRate = 0.01 * (i + 1),
            beta1 = 0.9,
            beta2 = 0.98,
            eps = 1e-6,
            weight_decay = i == 0 ? 0.2 : 0,
        }));

    private static void Gradients(Parameter[] parameters, int step)
    {
        using Generator random = new((ulong)(100 + step));
        foreach (var parameter in parameters)
            parameter.grad = randn(parameter.shape, generator: random);
    }
}

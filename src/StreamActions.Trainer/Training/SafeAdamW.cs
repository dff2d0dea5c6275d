// AdamW whose native numbers live until libtorch has used them.
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Training;

/// <summary>
/// TorchSharp's AdamW with a step of its own. TorchSharp's step passes numbers as native scalars that nothing keeps alive during the call,
/// so the garbage collector can free one while libtorch reads it: the step then fails or uses another number. State and files are
/// TorchSharp's.
/// </summary>
internal sealed class SafeAdamW : AdamW
{
    /// <summary>Creates the optimiser.</summary>
    /// <param name="groups">Parameters with options that name every value; <c>amsgrad</c> and <c>maximize</c> are not supported.</param>
    public SafeAdamW(IEnumerable<ParamGroup> groups)
        : base(groups)
    {
    }

    /// <inheritdoc/>
    public override Tensor step(Func<Tensor>? closure = null)
    {
        if (closure is not null)
            throw new NotSupportedException("a closure is not supported");
        using var mode = no_grad();
        foreach (var group in ParamGroups.Cast<ParamGroup>())
            Step(group);
        return null!;   // as TorchSharp's optimisers without a closure
    }

    /// <summary>Scales the gradients so that their common norm is at most the given one, and returns the norm before.</summary>
    public static double ClipNorm(IEnumerable<Tensor> parameters, double most)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        Tensor[] gradients = [.. parameters.Select(p => p.grad).OfType<Tensor>()];
        if (gradients.Length == 0)
            return 0;
        var norm = stack(gradients.Select(g => g.square().sum())).sum().sqrt().ToDouble();
        // The small number is that of PyTorch's clip_grad_norm_.
        var factor = most / (norm + 1e-6);
        if (factor < 1)
        {
            using Scalar scale = factor;
            foreach (var gradient in gradients)
                gradient.mul_(scale);
        }
        return norm;
    }

    private void Step(ParamGroup group)
    {
        var options = group.Options;
        var (rate, first, second) = (options.LearningRate!.Value, options.beta1!.Value, options.beta2!.Value);
        using Scalar kept = 1 - rate * options.weight_decay!.Value, keptFirst = first, newFirst = 1 - first, keptSecond = second,
            newSecond = 1 - second, small = options.eps!.Value;
        foreach (var parameter in group.Parameters)
        {
            if (parameter.grad is not { } gradient)
                continue;
            using var scope = NewDisposeScope();
            var state = (State)_state[parameter.Handle];
            state.step++;
            using Scalar size = -rate / (1 - Math.Pow(first, state.step)), spread = 1 / Math.Sqrt(1 - Math.Pow(second, state.step));
            parameter.mul_(kept);
            state.exp_avg.mul_(keptFirst).add_(gradient, newFirst);
            state.exp_avg_sq.mul_(keptSecond).addcmul_(gradient, gradient, newSecond);
            parameter.addcdiv_(state.exp_avg, state.exp_avg_sq.sqrt().mul_(spread).add_(small), size);
        }
    }
}

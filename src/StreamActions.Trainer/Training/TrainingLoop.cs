// The loop: batch, forward, losses, backward, step; checkpoints on the way, evaluation now and then.
using System.Diagnostics;
using System.Globalization;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Network;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace StreamActions.Trainer.Training;

/// <summary>What is known after a step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Loss">Loss of the step.</param>
/// <param name="Accuracy">Share of the step's clips whose best text is true of them.</param>
/// <param name="ClipsPerSecond">Speed of the step.</param>
/// <param name="WaitSeconds">How long the step waited for its clips.</param>
internal readonly record struct StepReport(long Step, double Loss, double Accuracy, double ClipsPerSecond, double WaitSeconds);

/// <summary>Trains a network in a run's folder until its last step, or until it is stopped; then it can go on from there.</summary>
internal sealed class TrainingLoop(RunFolder run, IClipSource source)
{
    /// <summary>Runs. Saves when it is cancelled, and returns normally then.</summary>
    public async Task RunAsync(Action<StepReport> onStep, Action<long, EvaluationReport> onEvaluation, CancellationToken cancellation)
    {
        var options = run.Options;
        using var network = run.LoadNetwork();
        using var optimizer = Optimizer(network, options);
        if (run.LatestOptimizer() is { } state)
            optimizer.load_state_dict(state);
        var step = run.LatestStep();
        using var batches = new ClipBatches(source, options.Batch, step, ahead: 3);
        var saved = step;
        try
        {
            while (step < options.Steps)
            {
                var started = Stopwatch.GetTimestamp();
                var clips = await batches.NextAsync(cancellation);
                var waited = Stopwatch.GetElapsedTime(started);
                foreach (var group in optimizer.ParamGroups)
                    group.LearningRate = options.Rate * LearningRate.Factor(step, options.WarmUp, options.Steps);
                var (loss, accuracy) = Step(network, optimizer, clips, options, step);
                step++;
                onStep(new(step, loss, accuracy, clips.Length / Stopwatch.GetElapsedTime(started).TotalSeconds, waited.TotalSeconds));
                if (step % options.CheckpointEvery == 0 || step == options.Steps)
                {
                    run.Save(step, network.Parameters, optimizer.save_state_dict);
                    saved = step;
                }
                if (step % options.EvaluateEvery == 0)
                    onEvaluation(step, Evaluator.Run(network, source.Evaluation(perClass: 20)[0]));
                cancellation.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            if (saved != step)
                run.Save(step, network.Parameters, optimizer.save_state_dict);
        }
    }

    private static AdamW Optimizer(TorchNetwork network, TrainingOptions options)
    {
        // Decay pulls on matrices alone: biases, norms and positions keep their place.
        AdamW.ParamGroup Group(bool matrices) => new(
            network.Parameters.Tensors.Where(p => (p.Value.shape.Length > 1 && !p.Key.Contains("positional", StringComparison.Ordinal)) == matrices).Select(p => p.Value),
            new AdamW.Options { LearningRate = options.Rate, InitialLearningRate = options.Rate, beta1 = 0.9, beta2 = 0.98, eps = 1e-6, weight_decay = matrices ? options.WeightDecay : 0 });
        return new([Group(true), Group(false)], options.Rate, 0.9, 0.98, 1e-6, options.WeightDecay, false, false);
    }

    private static (double Loss, double Accuracy) Step(TorchNetwork network, AdamW optimizer, TrainingClip[] clips, TrainingOptions options, long step)
    {
        using var scope = NewDisposeScope();
        manual_seed((long)options.Seed + step);   // dropout of a resumed run is the same
        (network.Training, network.MixedPrecision) = (true, options.MixedPrecision);
        optimizer.zero_grad();
        var (embedding, classLogits) = network.EncodeVideo(network.Pixels([.. clips.Select(c => c.Pixels)]));
        var texts = network.EncodeText(network.Tokens([.. clips.Select(c => c.Caption)]));
        var fits = TorchNetwork.Fits(clips);
        var logits = network.Network.LogitScale.exp() * matmul(embedding, texts.t());
        var loss = ContrastiveLoss.Of(logits, fits);
        if (classLogits is not null)
            loss += F.cross_entropy(classLogits, tensor(clips.Select(c => (long)c.Label).ToArray()));
        var value = (double)loss.item<float>();
        if (!double.IsFinite(value))
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"the loss is no number any more at step {step}; go on from the last checkpoint with a lower --rate"));
        loss.backward();
        nn.utils.clip_grad_norm_(network.Parameters.Tensors.Values, options.GradientNorm);
        optimizer.step();
        using (no_grad())
            network.Network.LogitScale.clamp_(max: Math.Log(100));
        (network.Training, network.MixedPrecision) = (false, false);
        var right = fits.gather(1, logits.argmax(1, keepdim: true)).mean().item<float>();
        return (value, right);
    }
}

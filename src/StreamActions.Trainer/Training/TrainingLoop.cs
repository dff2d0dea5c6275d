// The training loop: batches, losses, backward pass and optimiser step, with regular checkpoints and evaluations.
using System.Diagnostics;
using System.Globalization;
using StreamActions.Trainer.Data;
using StreamActions.Trainer.Evaluation;
using StreamActions.Trainer.Losses;
using StreamActions.Trainer.Network;
using StreamActions.Trainer.Text;
using static TorchSharp.torch;

namespace StreamActions.Trainer.Training;

/// <summary>The figures of a step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Loss">Weighted sum of the step's losses.</param>
/// <param name="Parts">Each loss by name, unweighted.</param>
/// <param name="Accuracy">Share of the step's clips for which the best-scoring text of the batch is correct.</param>
/// <param name="Rate">Learning rate of the step.</param>
/// <param name="ClipsPerSecond">Speed of the step.</param>
/// <param name="WaitSeconds">Time that the step waited for its clips.</param>
internal sealed record StepReport(
    long Step, double Loss, IReadOnlyDictionary<string, double> Parts, double Accuracy, double Rate, double ClipsPerSecond,
    double WaitSeconds);

/// <summary>How a run ended.</summary>
internal enum TrainingEnd
{
    /// <summary>All its steps are done.</summary>
    Done,

    /// <summary>It was cancelled, and can be resumed.</summary>
    Stopped,

    /// <summary>Early stopping: no evaluation within the patience was better than the best one.</summary>
    Early,
}

/// <summary>Trains the network of a run until its last step, or until it is cancelled. A cancelled run can be resumed.</summary>
/// <param name="run">The run.</param>
/// <param name="source">The run's clips.</param>
/// <param name="device">The device to compute on; null for the CPU.</param>
internal sealed class TrainingLoop(RunFolder run, IClipSource source, Device? device = null)
{
    private const int EvaluatedPerClass = 20;
    private static readonly TorchSharp.Scalar MaxLogitScale = Math.Log(100);

    /// <summary>Runs the loop. When it is cancelled, it saves a checkpoint and returns normally.</summary>
    /// <param name="onStep">Called after every step.</param>
    /// <param name="onEvaluation">Called after every evaluation, with the steps done.</param>
    /// <param name="cancellation">
    /// Stops the loop after the current batch. It also stops an evaluation, which the resumed run then repeats.
    /// </param>
    /// <exception cref="TrainerException">The loss is NaN or infinite.</exception>
    public async Task<TrainingEnd> RunAsync(Action<StepReport> onStep, Action<long, SetReport> onEvaluation, CancellationToken cancellation)
    {
        var options = run.Options;
        using var network = run.LoadNetwork(device);
        Recipe.Freeze(network.Parameters, options, run.Config.VisionAdapterLayers > 0);
        using var optimizer = new Recipe(network.Parameters, options);
        var latest = run.Checkpoints.Latest();
        optimizer.Resume(latest?.Optimizer);
        using var teacher = run.LoadTeacher(device);
        var losses = Losses(network, teacher);
        var step = run.LatestStep();
        using var batches = new ClipBatches(source, options.Batch, step * options.Accumulate, ahead: 3,
            earlier: batch => WarmUpFrames.Of(run.Config, options.Seed, batch));
        var saved = step;
        var evaluated = latest is { IsEvaluated: true } ? step : -1;
        void Save()
        {
            if (saved == step)
                return;
            run.Checkpoints.Save(step, network.Parameters, optimizer.Save);
            saved = step;
            if (evaluated == step)
                run.Checkpoints.MarkEvaluated(step);
        }
        try
        {
            while (true)
            {
                if (step > 0 && (step % options.EvaluateEvery == 0 || step == options.Steps) && evaluated != step)
                {
                    Evaluate(network, step, onEvaluation, cancellation);
                    evaluated = step;
                    if (saved == step)
                        run.Checkpoints.MarkEvaluated(step);
                }
                if (step >= options.Steps)
                    return TrainingEnd.Done;
                if (evaluated == step && IsPatienceOver(step))
                {
                    Save();
                    return TrainingEnd.Early;
                }
                var started = Stopwatch.GetTimestamp();
                var rate = optimizer.SetRate(step);
                var waited = TimeSpan.Zero;
                var report = new Accumulated();
                for (var part = 0; part < options.Accumulate; part++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var waiting = Stopwatch.GetTimestamp();
                    var clips = await batches.NextAsync(cancellation).ConfigureAwait(false);
                    waited += Stopwatch.GetElapsedTime(waiting);
                    report.Add(Backward(network, losses, clips, step, part));
                }
                optimizer.Step();
                ClampScale(network);
                step++;
                onStep(new(step, report.Loss, report.Parts, report.Accuracy, rate,
                    options.Batch * options.Accumulate / Stopwatch.GetElapsedTime(started).TotalSeconds, waited.TotalSeconds));
                if (step % options.CheckpointEvery == 0 || step == options.Steps)
                    Save();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Save();
            return TrainingEnd.Stopped;
        }
    }

    private MultiTaskLoss Losses(TorchNetwork network, TorchNetwork? teacher) => new(
        network, run.Options.Losses, run.Classes, run.Words.Count > 0 ? new LabelWords(run.Words) : null, source.Untrained)
    {
        Teacher = teacher,
    };

    private void Evaluate(TorchNetwork network, long step, Action<long, SetReport> onEvaluation, CancellationToken cancellation)
    {
        var report = Evaluator.Run(network, [source.Evaluation(EvaluatedPerClass)[0]], cancellation)[0];
        onEvaluation(step, report);
        var best = run.Checkpoints.BestFigure();
        if (best is null || report.ByText.Top1.Exact > best.Figure)
            run.Checkpoints.SaveBest(new(step, report.ByText.Top1.Exact), network.Parameters);
    }

    private bool IsPatienceOver(long step) =>
        run.Options.Patience > 0 && run.Checkpoints.BestFigure() is { } best
        && step - best.Step >= run.Options.Patience * run.Options.EvaluateEvery;

    private (double Loss, BatchLoss Batch) Backward(TorchNetwork network, MultiTaskLoss losses, TrainingClip[] clips, long step, int part)
    {
        using var scope = NewDisposeScope();
        var options = run.Options;
        // A conversion imitates outputs without dropout, so it trains without.
        (network.Training, network.MixedPrecision) = (!options.IsConversion, options.MixedPrecision);
        // Seeded per batch, so that a resumed run has the same dropout and masks.
        var batch = losses.Of(clips, (int)((options.Seed + (ulong)(step * options.Accumulate + part)) % int.MaxValue));
        var value = (double)batch.Total.item<float>();
        if (!double.IsFinite(value))
            throw new TrainerException(string.Create(CultureInfo.InvariantCulture,
                $"step {step + 1}: the loss is NaN or infinite; start another run from this one with 'train --from' and a lower --rate"));
        batch.Total.Times(1.0 / options.Accumulate).backward();
        (network.Training, network.MixedPrecision) = (false, false);
        return (value, batch);
    }

    private static void ClampScale(TorchNetwork network)
    {
        using var mode = no_grad();
        network.Network.LogitScale.clamp_(max: MaxLogitScale);
    }

    // Means over the batches of a step.
    private sealed class Accumulated
    {
        private readonly Dictionary<string, double> _sums = [];
        private double _loss, _accuracy;
        private int _count;

        public double Loss => _loss / _count;
        public double Accuracy => _accuracy / _count;
        public IReadOnlyDictionary<string, double> Parts => _sums.ToDictionary(s => s.Key, s => s.Value / _count);

        public void Add((double Loss, BatchLoss Batch) part)
        {
            _loss += part.Loss;
            _accuracy += part.Batch.Accuracy;
            _count++;
            foreach (var (name, value) in part.Batch.Parts)
                _sums[name] = _sums.GetValueOrDefault(name) + value;
        }
    }
}

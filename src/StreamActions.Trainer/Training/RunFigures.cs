// The figures of a run by name, for the log and TensorBoard.
using StreamActions.Trainer.Evaluation;

namespace StreamActions.Trainer.Training;

/// <summary>Names the figures of steps and evaluations. The part before the slash is the group in TensorBoard.</summary>
internal static class RunFigures
{
    private const string Loss = "loss/", Total = Loss + "total", Accuracy = "batch/accuracy", Rate = "batch/learning-rate",
        Speed = "speed/clips-per-second", Wait = "speed/data-wait-ms", Memory = "memory/working-set-mib",
        ByText = "held-out/by-text", ByClassifier = "held-out/by-classifier", Ordered = "held-out/time-order-pairs",
        Shuffled = "held-out/time-order-pairs-shuffled";

    /// <summary>All names in the order of the log's columns: figures of a step, then figures of an evaluation.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        Total, Loss + "contrastive", Loss + "cross-modal", Loss + "visual", Loss + "masked", Loss + "distillation",
        Accuracy, Rate, Speed, Wait, Memory, ByText, ByClassifier, Ordered, Shuffled,
    ];

    /// <summary>The figures of a step, without losses that are switched off.</summary>
    /// <param name="step">The step.</param>
    /// <param name="workingSet">Memory of the process in bytes.</param>
    public static IEnumerable<KeyValuePair<string, double>> Of(StepReport step, long workingSet) =>
    [
        new(Total, step.Loss),
        .. step.Parts.Select(p => KeyValuePair.Create(Loss + p.Key, p.Value)),
        new(Accuracy, step.Accuracy),
        new(Rate, step.Rate),
        new(Speed, step.ClipsPerSecond),
        new(Wait, step.WaitSeconds * 1000),
        new(Memory, workingSet >> 20),
    ];

    /// <summary>The figures of an evaluation, without those that the set does not have.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Of(SetReport report) =>
        from figure in (IEnumerable<(string Name, Share? Share)>)
        [
            (ByText, report.ByText.Top1), (ByClassifier, report.ByClassifier?.Top1),
            (Ordered, report.TimeOrder?.Ordered), (Shuffled, report.TimeOrder?.Shuffled),
        ]
        where figure.Share is not null
        select KeyValuePair.Create(figure.Name, figure.Share!.Value);
}

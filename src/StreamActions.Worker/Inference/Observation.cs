// The model's outputs for one window of a view. The hand-off from the encoder to the alerts.
using System.Numerics.Tensors;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>
/// One window of a view and the model's outputs for it. The outputs are valid until the encoder's next run. Copy them to keep them.
/// </summary>
/// <param name="View">The view.</param>
/// <param name="From">Capture time of the window's first frame.</param>
/// <param name="To">Capture time of its last frame.</param>
/// <param name="ArrivedAt">Timestamp of the arrival of its last frame.</param>
/// <param name="Embedding">Unit length, [D]; empty for a still window.</param>
/// <param name="ClassLogits">[K]; empty for a still window, and when the model has no classes.</param>
internal readonly record struct Observation(
    View View, DateTimeOffset From, DateTimeOffset To, long ArrivedAt, ReadOnlyMemory<float> Embedding, ReadOnlyMemory<float> ClassLogits)
{
    /// <summary>True when nothing moved and the encoder did not run: the scores of the view's last observation are repeated.</summary>
    public bool IsStill => Embedding.IsEmpty;

    /// <summary>An observation of a window that the encoder skipped as still.</summary>
    public static Observation Still(View view, DateTimeOffset from, DateTimeOffset to, long arrivedAt) =>
        new(view, from, to, arrivedAt, default, default);

    /// <summary>False when an output is NaN or infinite.</summary>
    public bool IsFinite() => AreFinite(Embedding.Span) && AreFinite(ClassLogits.Span);

    private static bool AreFinite(ReadOnlySpan<float> values) => values.IsEmpty || TensorPrimitives.IsFiniteAll(values);
}

/// <summary>Takes observations in capture order per view. The alert stage implements it.</summary>
internal interface IObservationSink
{
    /// <summary>Takes an observation. Returns at once: the sink never waits for a disk.</summary>
    void Observe(in Observation observation);

    /// <summary>A camera showed no usable frame up to this capture time. Open events end after their <c>end-after</c>.</summary>
    void Unseen(string camera, DateTimeOffset at);

    /// <summary>A camera's recording is over: its open events end.</summary>
    void Finish(string camera);

    /// <summary>Completes when the store was tried for every event decided for a camera.</summary>
    Task SettledAsync(string camera);
}

/// <summary>The state of a view's alerts, which the encoder checks before it skips a still window. The alert stage implements it.</summary>
internal interface IViewStatus
{
    /// <summary>Whether an alert of the view has an open event or a pending begin.</summary>
    bool IsBusy(View view);
}

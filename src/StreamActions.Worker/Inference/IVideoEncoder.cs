// What turns the frames of views into observations. Its rules say which frames may be skipped, replaced or dropped.
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>
/// An encoder has a slot for each view. On the camera's task a slot turns frames into steps; the encoder queue holds the steps that wait; on the
/// encoder's own thread <see cref="Encode"/> runs them in batches.
/// </summary>
internal interface IVideoEncoder
{
    /// <summary>Opens a slot for a view. Thread safe.</summary>
    EncoderSlot Open(View view);

    /// <summary>Runs a batch of steps of different slots. One caller at a time.</summary>
    /// <param name="batch">The steps; at most the batch size that the encoder was made for.</param>
    /// <param name="due">Receives the observations that are due, each with its step. Their outputs hold until the next call.</param>
    void Encode(IReadOnlyList<EncoderStep> batch, ICollection<(EncoderStep Step, Observation Observation)> due);
}

/// <summary>The frames of one view on their way to the encoder. Not thread safe, but for <see cref="EncoderStep.Decided"/> of its steps.</summary>
internal abstract class EncoderSlot : IDisposable
{
    /// <summary>Takes over a frame. Returns a step when one is due.</summary>
    public abstract EncoderStep? Push(ViewFrame frame);

    /// <summary>Whether a step may turn out to be still: false when something moved in it.</summary>
    public abstract bool MayBeStill(EncoderStep step);

    /// <summary>Whether a step can be skipped because nothing moved. To be asked once for each step, in order.</summary>
    public abstract bool IsStill(EncoderStep step, IViewStatus status);

    /// <summary>The next frame does not continue the last.</summary>
    public abstract void Restart();

    /// <summary>Releases the frames.</summary>
    public abstract void Dispose();
}

/// <summary>One turn of a slot in a batch. It holds its frames until it is disposed.</summary>
internal abstract class EncoderStep : IDisposable
{
    /// <summary>The slot's view.</summary>
    public abstract View View { get; }

    /// <summary>Capture time of the first frame that the step's observation covers.</summary>
    public abstract DateTimeOffset From { get; }

    /// <summary>Capture time of the last one.</summary>
    public abstract DateTimeOffset To { get; }

    /// <summary>Timestamp of the last one's arrival.</summary>
    public abstract long ArrivedAt { get; }

    /// <summary>Combines this waiting step with a newer one of the same slot, by the encoder's rule. Takes over both.</summary>
    /// <param name="newer">The newer step.</param>
    /// <param name="dropped">How many observations are lost by it.</param>
    /// <returns>The step that waits from now on.</returns>
    public abstract EncoderStep Combine(EncoderStep newer, out int dropped);

    /// <summary>The step's observation was handed to the alerts. Called on the encoder's thread.</summary>
    public abstract void Decided();

    /// <summary>Releases the frames, once.</summary>
    public abstract void Dispose();
}

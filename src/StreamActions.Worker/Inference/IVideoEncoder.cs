// The encoder turns the frames of views into observations. It decides which frames may be skipped, replaced or dropped.
using StreamActions.Core.Clips;
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>
/// An encoder has a slot for each view. The slot turns frames into steps on the camera's task. Steps wait in the encoder queue. Each
/// encoder thread has a lane, which runs them. Lanes run at the same time; the queue gives a step of a view to a lane only when no lane
/// runs an earlier one. So only one lane at a time touches the state of a slot, and observations of a view stay in capture order.
/// </summary>
internal interface IVideoEncoder
{
    /// <summary>True when every frame is a step, whatever the stride.</summary>
    bool RunsEveryFrame { get; }

    /// <summary>What the model needs for a window.</summary>
    WindowNeeds Needs { get; }

    /// <summary>The tokens of all frames since the start; zero when frames are always encoded in full.</summary>
    TokenCount Tokens => default;

    /// <summary>Opens a slot for a view. Thread safe.</summary>
    EncoderSlot Open(View view);

    /// <summary>Opens a lane. Thread safe.</summary>
    EncoderLane OpenLane();
}

/// <summary>What the model needs for a window.</summary>
/// <param name="PicturesPerSecond">Frames per second of camera time.</param>
/// <param name="FirstWindow">Camera time of the frames of a window, with those up to the next.</param>
internal readonly record struct WindowNeeds(double PicturesPerSecond, TimeSpan FirstWindow)
{
    /// <summary>The needs of a model with this clip.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="stride">New frames from one window to the next.</param>
    public static WindowNeeds Of(ClipSpec clip, int stride) => new(clip.SampleFps, (clip.Frames + stride) * clip.FrameInterval);
}

/// <summary>Runs steps for one encoder thread, in buffers of its own. Not thread safe.</summary>
internal abstract class EncoderLane : IDisposable
{
    /// <summary>Runs a batch of steps of different slots.</summary>
    /// <param name="batch">The steps; at most the batch size that the encoder was made for.</param>
    /// <param name="due">
    /// Receives the observations that are due, each with its step. Their outputs are valid until the lane's next call.
    /// </param>
    public abstract void Encode(IReadOnlyList<EncoderStep> batch, ICollection<(EncoderStep Step, Observation Observation)> due);

    /// <summary>Frees the buffers.</summary>
    public abstract void Dispose();
}

/// <summary>The encoder's state of one view. Not thread safe, except for <see cref="EncoderStep.Decided"/> of its steps.</summary>
internal abstract class EncoderSlot : IDisposable
{
    /// <summary>Takes over a frame. Returns a step when one is due.</summary>
    public abstract EncoderStep? Push(ViewFrame frame);

    /// <summary>False when something moved in a step, so that it cannot be still.</summary>
    public abstract bool MayBeStill(EncoderStep step);

    /// <summary>Whether a step can be skipped because nothing moved. Call it once for each step, in order.</summary>
    public abstract bool IsStill(EncoderStep step, IViewStatus status);

    /// <summary>The newest step will not be encoded. Call it before the next frame is pushed, and dispose the step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="observed">Whether the step's observation was given without encoding.</param>
    public abstract void Skip(EncoderStep step, bool observed);

    /// <summary>Windows lost since the last call: due with a step that was skipped, and not given with a later one.</summary>
    public int TakeLost()
    {
        var lost = Lost;
        Lost = 0;
        return lost;
    }

    /// <summary>Windows lost since the last call of <see cref="TakeLost"/>.</summary>
    protected int Lost { get; set; }

    /// <summary>The next frame does not continue the last.</summary>
    public abstract void Restart();

    /// <summary>Releases the frames.</summary>
    public abstract void Dispose();
}

/// <summary>A slot's work for one batch. It holds its frames until it is disposed.</summary>
internal abstract class EncoderStep : IDisposable
{
    /// <summary>The slot's view.</summary>
    public abstract View View { get; }

    /// <summary>Observations that the step gives. 0 for a frame that only changes a stream's state.</summary>
    public virtual int Windows => 1;

    /// <summary>Runs of the network that the step takes.</summary>
    public virtual int Runs => 1;

    /// <summary>Whether the step gives an observation.</summary>
    public bool IsDue => Windows > 0;

    /// <summary>Capture time of the first frame that the step's observation covers.</summary>
    public abstract DateTimeOffset From { get; }

    /// <summary>Capture time of the last frame.</summary>
    public abstract DateTimeOffset To { get; }

    /// <summary>Timestamp of the last frame's arrival.</summary>
    public abstract long ArrivedAt { get; }

    /// <summary>Combines this waiting step with a newer one of the same slot, by the encoder's rule. Takes over both.</summary>
    /// <param name="newer">The newer step.</param>
    /// <param name="dropped">Number of observations that this drops.</param>
    /// <returns>The step that waits instead of both.</returns>
    public abstract EncoderStep Combine(EncoderStep newer, out int dropped);

    /// <summary>The step's observation was handed to the alerts. Called on the encoder thread that ran it.</summary>
    public abstract void Decided();

    /// <summary>Releases the frames, once.</summary>
    public abstract void Dispose();
}

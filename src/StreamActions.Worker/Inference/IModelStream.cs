// Streams of the model as the worker uses them.
using StreamActions.Worker.Views;

namespace StreamActions.Worker.Inference;

/// <summary>Tokens of frames.</summary>
/// <param name="Encoded">Tokens that were encoded.</param>
/// <param name="Reused">Tokens whose values of an earlier frame were used.</param>
internal readonly record struct TokenCount(long Encoded, long Reused);

/// <summary>A model that runs streams frame by frame.</summary>
internal interface IStreamModel
{
    /// <summary>Opens a stream. Thread safe.</summary>
    IModelStream OpenStream();

    /// <summary>Opens a lane. Thread safe.</summary>
    /// <param name="maxBatch">Most streams in one run; at least 1.</param>
    IStreamLane OpenLane(int maxBatch);

    /// <summary>The tokens of all frames since the model was opened; zero when frames are always encoded in full.</summary>
    TokenCount Tokens => default;
}

/// <summary>What the model remembers of one stream. One lane at a time may run it. Disposing it frees the memory.</summary>
internal interface IModelStream : IDisposable
{
    /// <summary>
    /// A frame was lost, because a run failed, so the states no longer fit the frames. The next frame starts the stream again, and its
    /// window is full of that frame.
    /// </summary>
    void Interrupt();
}

/// <summary>One frame of a stream.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Frame">The frame.</param>
/// <param name="Starts">True drops what the stream remembers.</param>
/// <param name="Skipped">
/// Frames before this one that were not encoded. Each counts as a repetition of the frame before it; at the stream's start, of this one.
/// </param>
internal readonly record struct StreamInput(IModelStream Stream, ViewFrame Frame, bool Starts, int Skipped);

/// <summary>Runs frames of streams for one encoder thread. Not thread safe.</summary>
internal interface IStreamLane : IDisposable
{
    /// <summary>
    /// Encodes one frame of each of several streams, at most as many as the lane was opened for. Returns the outputs of the windows that
    /// end with these frames, a row for each input. They are valid until the lane's next call.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The lane or its model is disposed.</exception>
    BatchOutput Run(IReadOnlyList<StreamInput> inputs);
}

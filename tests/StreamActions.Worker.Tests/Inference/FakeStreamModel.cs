// A fake model of streams: its embedding is always "dark".
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Tests.Inference;

internal sealed class FakeStreamModel : IStreamModel
{
    /// <summary>Called for each run, with the number of its streams.</summary>
    public Action<int>? OnRun { get; init; }

    public IModelStream OpenStream() => new FakeStream();

    public IStreamLane OpenLane(int maxBatch) => new Lane(this, maxBatch);

    private sealed class Lane(FakeStreamModel model, int maxBatch) : IStreamLane
    {
        private readonly float[] _embeddings = [.. Enumerable.Range(0, maxBatch).SelectMany(_ => new[] { 1f, 0f })];

        public BatchOutput Run(IReadOnlyList<StreamInput> inputs)
        {
            model.OnRun?.Invoke(inputs.Count);
            return new(_embeddings, default, 2, 0);
        }

        public void Dispose()
        {
        }
    }
}

internal sealed class FakeStream : IModelStream
{
    public bool IsDisposed { get; private set; }

    public bool IsInterrupted { get; private set; }

    public void Interrupt() => IsInterrupted = true;

    public void Dispose() => IsDisposed = true;
}

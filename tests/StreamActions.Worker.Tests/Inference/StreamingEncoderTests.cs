// Batches of the streaming encoder: the order of frames, and what a failed run costs.
using StreamActions.Worker.Inference;

namespace StreamActions.Worker.Tests.Inference;

public sealed class StreamingEncoderTests
{
    private readonly List<(EncoderStep Step, Observation Observation)> _due = [];

    [Fact]
    public void Encode_RunFails_InterruptsEveryStreamOfBatch()
    {
        var encoder = Encoder(_ => throw new InvalidOperationException("out of memory"));
        using var first = encoder.Open(new("dock", null));
        using var second = encoder.Open(new("gate", null));
        using var lane = encoder.OpenLane();
        EncoderStep[] batch = [first.Push(Pictures.Frame(0))!, second.Push(Pictures.Frame(0))!];
        Assert.Throws<InvalidOperationException>(() => lane.Encode(batch, _due));
        Assert.All(batch, step => Assert.True(((FakeStream)((StreamStep)step).Slot.Stream).IsInterrupted));
        foreach (var step in batch)
            step.Dispose();
    }

    [Fact]
    public void Encode_StepOfTwoFrames_RunsThemInTurnsAndGivesBothWindows()
    {
        List<int> runs = [];
        var encoder = Encoder(runs.Add);
        using var first = encoder.Open(new("dock", null));
        using var second = encoder.Open(new("gate", null));
        using var lane = encoder.OpenLane();
        first.Push(Pictures.Frame(0))!.Dispose();
        EncoderStep[] batch =
        [
            first.Push(Pictures.Frame(0.25))!.Combine(first.Push(Pictures.Frame(0.5))!, out _), second.Push(Pictures.Frame(0))!,
        ];
        lane.Encode(batch, _due);
        Assert.Equal([2, 1], runs);
        Assert.Equal([0.25, 0.5], _due.Select(d => (d.Observation.To - DateTimeOffset.UnixEpoch).TotalSeconds));
        foreach (var step in batch)
            step.Dispose();
    }

    // Windows of two frames.
    private static StreamingEncoder Encoder(Action<int> onRun) => new(
        new FakeStreamModel { OnRun = onRun }, new FakeActionModel(frames: 2).Manifest,
        new(Stride: 1, MaxBatch: 2, MostWaiting: 2));
}

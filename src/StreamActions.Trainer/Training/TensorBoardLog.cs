// Writes a run's figures by name and step, for TensorBoard.
using System.Globalization;
using Tensorboard;

namespace StreamActions.Trainer.Training;

/// <summary>
/// Writes scalars into a folder for <c>tensorboard --logdir</c>. A resumed run opens a new file there. It marks values after its
/// checkpoint in older files as invalid, so that a curve has one value per step. Not thread-safe.
/// </summary>
internal sealed class TensorBoardLog : IDisposable
{
    // TorchSharp's writer is not used: it mixes the time units of a file's first record and the others, which breaks TensorBoard's axis of
    // relative time, and it cannot invalidate steps.
    private const string FormatVersion = "brain.Event:2";
    private readonly EventFile _file;
    private readonly TimeProvider _time;

    /// <summary>Opens a new file in a folder, which is created if it is missing.</summary>
    /// <param name="folder">The run's folder for TensorBoard.</param>
    /// <param name="stepsDone">Steps that the run has done; values of later steps in older files become invalid.</param>
    /// <param name="time">Clock for the time of each value.</param>
    public TensorBoardLog(string folder, long stepsDone, TimeProvider time)
    {
        Directory.CreateDirectory(folder);
        _time = time;
        _file = new(NextPath(folder, time.GetUtcNow()));
        Write(new() { FileVersion = FormatVersion });
        if (stepsDone > 0)
            Write(new() { Step = stepsDone + 1, SessionLog = new() { Status = SessionLog.Types.SessionStatus.Start } });
    }

    /// <summary>Adds the values of a step.</summary>
    /// <param name="figures">Values by tag.</param>
    /// <param name="step">Steps done when they were measured.</param>
    public void Scalars(IEnumerable<KeyValuePair<string, double>> figures, long step)
    {
        foreach (var (tag, value) in figures)
            Scalar(tag, value, step);
    }

    /// <summary>Adds a value.</summary>
    /// <param name="tag">Its name, such as <c>loss/contrastive</c>; the part before the slash is the group.</param>
    /// <param name="value">The value, kept in single precision.</param>
    /// <param name="step">Steps done when it was measured.</param>
    public void Scalar(string tag, double value, long step) =>
        Write(new() { Step = step, Summary = new() { Value = { new Summary.Types.Value { Tag = tag, SimpleValue = (float)value } } } });

    private void Write(Event record)
    {
        record.WallTime = _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        _file.Write(record);
    }

    // TensorBoard reads files in the order of their names, and a run may be resumed within the same second.
    private static string NextPath(string folder, DateTimeOffset now)
    {
        for (var n = 0; ; n++)
        {
            var path = Path.Combine(
                folder, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{now.ToUnixTimeSeconds():d10}.{n:d4}"));
            if (!File.Exists(path))
                return path;
        }
    }

    public void Dispose() => _file.Dispose();
}

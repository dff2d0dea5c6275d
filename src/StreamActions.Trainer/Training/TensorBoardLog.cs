// A run's curves, for TensorBoard: numbers by name and step.
using System.Globalization;
using Tensorboard;

namespace StreamActions.Trainer.Training;

/// <summary>
/// Writes scalars into a folder that <c>tensorboard --logdir</c> shows. A run that goes on opens a file of its own there; what the earlier
/// one wrote beyond the checkpoint is taken back, so that a curve has one value a step. Not thread-safe.
/// </summary>
internal sealed class TensorBoardLog : IDisposable
{
    // libtorch's binding has a writer too. It dates a file's beginning in another unit than its records, which breaks the axis of relative
    // time, and cannot take steps back.
    private const string FormVersion = "brain.Event:2";
    private readonly EventFile _file;
    private readonly TimeProvider _time;

    /// <summary>Opens the next file of a folder, which is made when it is not there.</summary>
    /// <param name="folder">The folder, one a run.</param>
    /// <param name="stepsDone">Steps the run has done: those after them are logged from here on.</param>
    /// <param name="time">The time of each value.</param>
    public TensorBoardLog(string folder, long stepsDone, TimeProvider time)
    {
        Directory.CreateDirectory(folder);
        _time = time;
        _file = new(NextPath(folder, time.GetUtcNow()));
        Write(new() { FileVersion = FormVersion });
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
    /// <param name="tag">Its name, such as <c>loss/contrastive</c>: what stands before the slash is a group.</param>
    /// <param name="value">The value, kept in single precision.</param>
    /// <param name="step">Steps done when it was measured.</param>
    public void Scalar(string tag, double value, long step) =>
        Write(new() { Step = step, Summary = new() { Value = { new Summary.Types.Value { Tag = tag, SimpleValue = (float)value } } } });

    private void Write(Event record)
    {
        record.WallTime = _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        _file.Write(record);
    }

    // Files are read in the order of their names, and two may be opened within a second.
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

// Which recordings could not be used, each once, with the reason.
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Data;

/// <summary>A recording that cannot be read, or is too short.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Reason">Why, in words.</param>
internal sealed record SkippedRecording(string Path, string Reason);

/// <summary>The skipped recordings of one part of a set. Thread safe.</summary>
/// <param name="part">What the part is called.</param>
/// <param name="recordings">How many there are in it.</param>
/// <param name="onSkipped">Told of each, once.</param>
internal sealed class SkippedRecordings(string part, int recordings, Action<SkippedRecording>? onSkipped)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SkippedRecording> _skipped = [];

    /// <summary>Those skipped so far, by path.</summary>
    public IReadOnlyList<SkippedRecording> All
    {
        get
        {
            lock (_lock)
                return [.. _skipped.Values.OrderBy(skipped => skipped.Path, StringComparer.Ordinal)];
        }
    }

    /// <summary>Skips a recording.</summary>
    public void Add(string path, string reason)
    {
        var skipped = new SkippedRecording(path, reason);
        lock (_lock)
            if (!_skipped.TryAdd(path, skipped))
                return;
        onSkipped?.Invoke(skipped);
    }

    /// <summary>Refuses to go on without most of the recordings.</summary>
    /// <exception cref="DataSetException">More than half of them are skipped.</exception>
    public void RequireHalf()
    {
        if (All.Count * 2 > recordings)
            throw Failure($"more than half of the {recordings} recordings cannot be used");
    }

    /// <summary>The error that lists them all.</summary>
    public DataSetException Failure(string what) =>
        new($"{part}: {what}",
            [.. All.Select(skipped => new DataProblem(skipped.Path, 0, Alone(skipped), "mend it, or take it out of the list"))]);

    // Reasons begin with the path, as they stand alone elsewhere.
    private static string Alone(SkippedRecording skipped) =>
        skipped.Reason.StartsWith(skipped.Path + ": ", StringComparison.Ordinal)
            ? skipped.Reason[(skipped.Path.Length + 2)..]
            : skipped.Reason;
}

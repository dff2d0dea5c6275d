// The recordings that could not be used, each once, with the reason.
using StreamActions.Trainer.Data.Layouts;

namespace StreamActions.Trainer.Data;

/// <summary>A recording that cannot be read, or is too short.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Reason">The reason, as an error message.</param>
internal sealed record SkippedRecording(string Path, string Reason);

/// <summary>The skipped recordings of one part of a set. Thread safe.</summary>
/// <param name="part">Name of the part, for the error.</param>
/// <param name="recordings">Number of recordings in the part.</param>
/// <param name="onSkipped">Called once for each skipped recording; null for no call.</param>
internal sealed class SkippedRecordings(string part, int recordings, Action<SkippedRecording>? onSkipped)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SkippedRecording> _skipped = [];

    /// <summary>The recordings skipped so far, ordered by path.</summary>
    public IReadOnlyList<SkippedRecording> All
    {
        get
        {
            lock (_lock)
                return [.. _skipped.Values.OrderBy(skipped => skipped.Path, StringComparer.Ordinal)];
        }
    }

    /// <summary>Adds a recording; a second call with the same path does nothing.</summary>
    public void Add(string path, string reason)
    {
        var skipped = new SkippedRecording(path, reason);
        lock (_lock)
            if (!_skipped.TryAdd(path, skipped))
                return;
        onSkipped?.Invoke(skipped);
    }

    /// <summary>Checks that at least half of the recordings can be used.</summary>
    /// <exception cref="DataSetException">More than half of them are skipped.</exception>
    public void RequireHalf()
    {
        if (All.Count * 2 > recordings)
            throw Failure($"more than half of the {recordings} recordings cannot be used");
    }

    /// <summary>The error that lists all skipped recordings.</summary>
    public DataSetException Failure(string what) =>
        new($"{part}: {what}",
            [.. All.Select(skipped => new DataProblem(skipped.Path, 0, WithoutPath(skipped), "repair it, or remove it from the list"))]);

    // A reason usually begins with the path, which the problem already names.
    private static string WithoutPath(SkippedRecording skipped) =>
        skipped.Reason.StartsWith(skipped.Path + ": ", StringComparison.Ordinal)
            ? skipped.Reason[(skipped.Path.Length + 2)..]
            : skipped.Reason;
}

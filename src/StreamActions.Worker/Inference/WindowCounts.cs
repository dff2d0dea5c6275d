// What became of a camera's windows.
namespace StreamActions.Worker.Inference;

/// <summary>A camera's windows since the start.</summary>
/// <param name="Posted">Windows posted to the encoder queue.</param>
/// <param name="Replaced">Posted windows dropped for a newer one while they waited.</param>
/// <param name="Stopped">Posted windows dropped because the queue was closed or the wait was cancelled.</param>
internal readonly record struct WindowCounts(long Posted, long Replaced, long Stopped)
{
    /// <summary>Windows that the motion gate skipped: the last scores are repeated.</summary>
    public long Still { get; init; }

    /// <summary>Windows skipped because inference is at its limit. They are not posted.</summary>
    public long Thinned { get; init; }

    /// <summary>Posted windows whose inference failed.</summary>
    public long Failed { get; init; }

    /// <summary>Posted windows that were never encoded.</summary>
    public long Dropped => Replaced + Stopped;

    /// <summary>All windows that were due.</summary>
    public long Wanted => Posted + Still + Thinned;

    /// <summary>Windows that were due and not decided. A window that still waits is not lost.</summary>
    public long Lost => Dropped + Thinned + Failed;

    /// <summary>Share of the due windows that were decided, in [0, 1]; 1 when none was due.</summary>
    public double Coverage => Wanted == 0 ? 1 : Math.Max(0, Wanted - Lost) / (double)Wanted;

    /// <summary>The windows from an earlier count to this one.</summary>
    public WindowCounts Since(WindowCounts earlier) =>
        new(Posted - earlier.Posted, Replaced - earlier.Replaced, Stopped - earlier.Stopped)
        {
            Still = Still - earlier.Still,
            Thinned = Thinned - earlier.Thinned,
            Failed = Failed - earlier.Failed,
        };
}

/// <summary>What becomes of a window that does not wait in the queue.</summary>
internal enum WindowOutcome
{
    /// <summary>The motion gate skipped it.</summary>
    Still,

    /// <summary>It was skipped because inference is at its limit.</summary>
    Thinned,

    /// <summary>Its inference failed.</summary>
    Failed,
}

// The state that a stream graph needs from the frames before (docs/model.md §7).
namespace StreamActions.Core.Bundles;

/// <summary>What a stream remembers of its last frames at one place of the network.</summary>
/// <param name="Name">The place, such as <c>blocks.3.mlp.enhancement</c>. Unique in a network.</param>
/// <param name="Shape">Shape of one frame's value, without the stream axis.</param>
/// <param name="Lags">Number of earlier frames whose values are needed, at least 1.</param>
public sealed record StreamState(string Name, IReadOnlyList<long> Shape, int Lags)
{
    /// <summary>
    /// True for what the window's mean is made of. The order of these values does not matter, and a frame that was not encoded counts as a
    /// repetition of the one before it. False for what the network itself remembers: it sees encoded frames only.
    /// </summary>
    public bool Window { get; init; }

    /// <summary>Numbers in one frame's value.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Length => Shape.Aggregate(1L, (a, b) => a * b);
}

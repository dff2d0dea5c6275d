// The reasons for which a camera is blind. Several can hold at a time. Pure.
namespace StreamActions.Worker.Cameras;

/// <summary>The reasons, as events and metrics name them.</summary>
internal static class BlindReason
{
    /// <summary>The camera cannot be opened, its stream broke, or it sends no frames.</summary>
    public const string Offline = "offline";

    /// <summary>All frames are identical.</summary>
    public const string Frozen = "frozen";

    /// <summary>The picture is dark or has no structure.</summary>
    public const string Black = "black";

    /// <summary>The reader reports decoding errors all the time.</summary>
    public const string Corrupt = "corrupt";

    /// <summary>Frames arrive, but too few, or too irregularly, for a window.</summary>
    public const string Starved = "starved";

    /// <summary>Inference drops most of the camera's windows.</summary>
    public const string Overload = "overload";
}

/// <summary>
/// The set of reasons that hold for one camera, and how long each has held. The camera is blind while the set is not empty.
/// </summary>
internal sealed class BlindReasons
{
    // For each reason that holds: the time up to which its duration has been counted.
    private readonly Dictionary<string, DateTimeOffset> _countedUntil = new(StringComparer.Ordinal);

    /// <summary>True while any reason holds.</summary>
    public bool IsBlind => _countedUntil.Count > 0;

    /// <summary>The reasons that hold, in order of name.</summary>
    public IReadOnlyList<string> Held => [.. _countedUntil.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Adds a reason.</summary>
    /// <returns>True when the reason is new: the change must be published.</returns>
    public bool Add(string reason, DateTimeOffset at) => _countedUntil.TryAdd(reason, at);

    /// <summary>Removes a reason.</summary>
    /// <returns>True when it was the last one: the camera sees again, and the change must be published.</returns>
    public bool Remove(string reason) => _countedUntil.Remove(reason) && !IsBlind;

    /// <summary>
    /// The blind time of each reason since the last call. Call it before <see cref="Remove"/>, which discards uncounted time.
    /// </summary>
    public IReadOnlyList<(string Reason, TimeSpan Blind)> Count(DateTimeOffset at)
    {
        List<(string, TimeSpan)> counted = [];
        foreach (var (reason, until) in _countedUntil.ToArray())
        {
            if (at <= until)
                continue;
            counted.Add((reason, at - until));
            _countedUntil[reason] = at;
        }
        return counted;
    }
}
